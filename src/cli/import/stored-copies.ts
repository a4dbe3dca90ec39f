import { getSeriesKey } from '../../domain/series-key.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { formatSeriesName } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import type { StoredCopy } from '../../store/import/log-copies.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/**
 * Says that a log is in the database already, under another name or in another time zone.
 * @throws CredWatchError if the log would be mixed with itself in one series; nothing has been written yet
 */
export async function checkStoredCopies(
  path: string,
  staged: readonly StagedFile[],
  db: string | undefined,
  io: Io,
): Promise<void> {
  const logs = staged.filter(({ isOwn }) => !isOwn);
  if (logs.length === 0) return;
  const { findStoredCopies } = await import('../../store/import/log-copies.ts');
  for (const { name, fingerprints } of logs) {
    const own = new Set(fingerprints.map(({ identity }) => getSeriesKey(identity)));
    for (const copy of findStoredCopies(path, fingerprints)) {
      const series = formatSeriesName(copy.identity);
      const removal = describeRemoval(copy, db);
      if (own.has(getSeriesKey(copy.identity))) {
        throw new CredWatchError(
          `the samples of ${name} are already stored as ${series}, with times that are ${describeShift(copy)}, ` +
            'probably read in another time zone; nothing was written',
          `if the stored times are wrong, remove the series, then import again: ${removal}`,
        );
      }
      const shifted = copy.shiftMs === 0 ? '' : `, with times that are ${describeShift(copy)}`;
      await printNote(
        io,
        `the samples of ${name} are also stored as ${series}${shifted}: reports show both series`,
        `if ${series} is a mistake, remove it: ${removal}`,
      );
    }
  }
}

const describeShift = ({ shiftMs }: StoredCopy): string =>
  `${formatDuration(Math.abs(shiftMs) / 1000)} ${shiftMs < 0 ? 'earlier' : 'later'}`;

/** `prune` asks before it removes the series. */
function describeRemoval({ identity, seriesTogether }: StoredCopy, db: string | undefined): string {
  const { host, source, role } = identity;
  const flags = [
    `--host ${quoteForShell(host)} --source ${source}`,
    ...(role === '' ? [] : [`--role ${quoteForShell(role)}`]),
    ...(db === undefined ? [] : [`--db ${quoteForShell(db)}`]),
  ];
  const more = seriesTogether === 1 ? '' : ` (it selects ${seriesTogether} series: --dry-run lists them)`;
  return `\`cred-watch prune --remove-series ${flags.join(' ')}\`${more}`;
}
