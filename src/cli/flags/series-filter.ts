import type { Instant } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { isPeriodEmpty } from '../../watch/stored-report.ts';
import type { SelectionFlags } from './selection-flags.ts';
import { askForMoment } from './suggestions/suggest-values.ts';

/** Rejects with CredWatchError if a time is invalid or `--since` is after `--until`. */
export async function toSeriesFilter(
  { host, source, role, since, until }: SelectionFlags,
  now: Instant,
): Promise<SeriesFilter> {
  const filter: SeriesFilter = {
    host,
    source,
    role,
    since: since === undefined ? undefined : await parseMomentFlag('--since', since, now, 'first'),
    until: until === undefined ? undefined : await parseMomentFlag('--until', until, now, 'last'),
  };
  if (isPeriodEmpty(filter)) throw new CredWatchError('--since is after --until', 'exchange the two times');
  return filter;
}

export const isFiltered = (filter: SeriesFilter): boolean =>
  Object.values(filter).some((value) => value !== undefined);

/**
 * A day means its first instant for `--since` and its last instant for `--until`, in UTC. Rejects with
 * CredWatchError if the text is not a time.
 */
export async function parseMomentFlag(
  flag: string,
  text: string,
  now: Instant,
  end: 'first' | 'last',
): Promise<Instant> {
  // Loads date-fns.
  const { parseMoment } = await import('../../domain/time/moment.ts');
  const moment = parseMoment(text, now, end);
  if (moment !== null) return moment;
  throw new CredWatchError(
    `${flag} '${text}' is not a time`,
    askForMoment(text) ??
      'use a day (2026-01-31), an instant (2026-01-31T12:00:00Z) or a duration before now (7d)',
  );
}
