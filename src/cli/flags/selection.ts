import type { Instant, SourceName } from '../../domain/model.ts';
import { readMoment } from '../../domain/time/moment.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';

export interface SelectionFlags {
  host?: string;
  source?: SourceName;
  role?: string;
  since?: string;
  until?: string;
}

/** The filter that the flags describe. Throws {@link CredWatchError} for a time that is none. */
export function toSeriesFilter({ since, until, ...names }: SelectionFlags, now: Instant): SeriesFilter {
  const filter: SeriesFilter = {
    ...(names.host === undefined ? {} : { host: names.host }),
    ...(names.source === undefined ? {} : { source: names.source }),
    ...(names.role === undefined ? {} : { role: names.role }),
    ...(since === undefined ? {} : { since: parseMomentFlag('--since', since, now, 'first') }),
    ...(until === undefined ? {} : { until: parseMomentFlag('--until', until, now, 'last') }),
  };
  if (filter.since !== undefined && filter.until !== undefined && filter.since > filter.until) {
    throw new CredWatchError('--since is after --until', 'exchange the two');
  }
  return filter;
}

/** A day means its first moment for `--since` and its last for `--until`, in UTC. */
export function parseMomentFlag(flag: string, text: string, now: Instant, end: 'first' | 'last'): Instant {
  const moment = readMoment(text, now, end);
  if (moment !== null) return moment;
  throw new CredWatchError(
    `${flag} '${text}' is not a time`,
    'use a day (2026-01-31), a moment (2026-01-31T12:00:00Z) or how long ago (7d)',
  );
}
