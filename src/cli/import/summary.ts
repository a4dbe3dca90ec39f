import { formatCount, formatNumber, formatSpan } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';

/** Reasons for skipped lines that are shown. */
const MAX_REASONS = 5;

/** Names of hosts and roles that are shown. */
const MAX_NAMES = 3;

/** What was recognised in a file, and what was skipped and why. Never quotes a line, which may be a secret. */
export function formatFileSummary(staged: StagedFile): string {
  const { name, content, records } = staged;
  const { timestamps, samples, generations, failedPolls, span, hosts, roles, forms, timestampForms } =
    content;
  const counts = [
    ...(staged.isOwn ? [] : [formatCount(timestamps, 'timestamp')]),
    formatCount(samples, 'sample'),
    formatCount(generations, 'generation'),
    ...(failedPolls > 0 ? [formatCount(failedPolls, 'failed poll')] : []),
    ...(content.jobRuns > 0 ? [formatCount(content.jobRuns, 'job run')] : []),
  ];
  const rows: [string, string][] = [
    ['form', [...forms.slice(0, 2), ...timestampForms.slice(0, 2)].join(', ') || 'not recognised'],
    ['content', counts.join(', ')],
    ...(span === null ? [] : [['time', formatSpan(span.from, span.to)] as [string, string]]),
    ...(records === 0 ? [] : [['host', listNames(hosts)] as [string, string]]),
    ...(records === 0 ? [] : [['role', listNames(roles) || 'not stated'] as [string, string]]),
    ['skipped', formatSkipped(staged)],
  ];
  return [escapeUnprintable(name), ...rows.map(([label, value]) => `  ${label.padEnd(9)}${value}`)].join(
    '\n',
  );
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(escapeUnprintable).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}

function formatSkipped({ skipped }: StagedFile): string {
  if (skipped.length === 0) return 'nothing';
  const total = skipped.reduce((sum, { count }) => sum + count, 0);
  const reasons = skipped
    .slice(0, MAX_REASONS)
    .map(({ reason, count, firstLine }) =>
      count === 1
        ? `${reason} (line ${firstLine})`
        : `${formatNumber(count)} × ${reason} (first in line ${firstLine})`,
    );
  const more = skipped.length > MAX_REASONS ? [`and ${skipped.length - MAX_REASONS} other reasons`] : [];
  return `${formatCount(total, 'line')}: ${[...reasons, ...more].join('; ')}`;
}

/** `13 records in 1 file: 13 added, 0 already stored`. Without a result, nothing has been written. */
export function formatTotal(
  staged: readonly StagedFile[],
  result: { added: number; known: number } | null,
): string {
  const bad = staged.reduce((sum, { badLines }) => sum + badLines, 0);
  const records = staged.reduce((sum, file) => sum + file.records, 0);
  const parts = [
    ...(result === null
      ? ['nothing was written']
      : [`${formatNumber(result.added)} added`, `${formatNumber(result.known)} already stored`]),
    ...(bad > 0 ? [`${formatCount(bad, 'bad line')} skipped`] : []),
  ];
  return `${formatCount(records, 'record')} in ${formatCount(staged.length, 'file')}: ${parts.join(', ')}`;
}
