import type { FailingSource } from '../../../domain/status/last-poll.ts';
import type { Status } from '../../../domain/status/status.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import { formatNumber, formatSeriesName } from '../../text/format-values.ts';
import { formatSafety, SAFE_SO_FAR } from '../verdicts.ts';
import type { StatusPart } from './status-part.ts';

/** Further sources are only counted, because the line must stay short. */
const MAX_FAILING_NAMED = 2;

/** The worst of several series, and what the other series need. */
export function listOtherParts(status: Status): StatusPart[] {
  const { series, seriesCount, staleCount, failing } = status;
  const parts: StatusPart[] = [];
  if (series !== null && seriesCount > 1) {
    const name = formatSeriesName(series.identity, ', ');
    parts.push({ text: `the worst of ${formatNumber(seriesCount)} series: ${name}` }, ...listSampled(status));
  }
  const own = series?.lastPoll?.failure ?? null;
  const others = failing.filter(({ host, source }) => host !== own?.host || source !== own.source);
  if (others.length > 0) {
    const names = others.slice(0, MAX_FAILING_NAMED).map(describeFailing);
    const more = others.length - names.length;
    const all = `${names.join('; ')}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`;
    parts.push({ text: `polls${own === null ? '' : ' also'} fail on ${all}`, emphasis: 'warning' });
  }
  const unsampled = failing.filter(({ hasSamples }) => !hasSamples);
  if (seriesCount > 1 && unsampled.length > 0) parts.push({ text: describeRemoval(unsampled) });
  if (staleCount > 0 && seriesCount > 1)
    parts.push({ text: `${formatNumber(staleCount)} series without recent samples`, emphasis: 'warning' });
  return parts;
}

/** The line is about a series without a sample. The user needs the verdict on the measured ones, too. */
function listSampled({ sampled }: Status): StatusPart[] {
  if (sampled === null) return [];
  const { series, judgement, isWellFounded, count } = sampled;
  const which =
    count === 1 ? 'the only series with samples' : `the worst of ${formatNumber(count)} with samples`;
  const verdict =
    judgement.verdict === 'safe' && !isWellFounded ? SAFE_SO_FAR : formatSafety(judgement.verdict);
  return [{ text: `${which}: ${formatSeriesName(series.identity, ', ')} (${verdict})` }];
}

const describeFailing = ({ host, source, reason }: FailingSource): string =>
  `${formatSeriesName({ host, source, apiVersion: '', role: '' }, ', ')} (${reason})`;

/** A mistyped name leaves a series without samples. */
function describeRemoval([first, ...others]: readonly FailingSource[]): string {
  if (first === undefined || others.length > 0)
    return '`cred-watch prune --remove-series` removes a series without samples';
  const { host, source } = first;
  const command = `cred-watch prune --remove-series --host ${quoteForShell(host)} --source ${source}`;
  return `if ${formatSeriesName({ host, source, apiVersion: '', role: '' }, ', ')} is a mistake, remove it: \`${command}\``;
}
