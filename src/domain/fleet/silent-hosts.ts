import { range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { computeAge, POLLED_MAX_AGE } from '../verdict/analyse.ts';
import type { Freshness } from '../verdict/series-analysis.ts';
import type { SilentHost } from './assessed-fleet.ts';
import type { FleetHost } from './fleet-host.ts';
import type { SeriesFigures } from './series-figures.ts';

/** Why a host is silent. Null if it has a recent sample. Imported samples make no host silent by default. */
export function findSilence(
  { host, pushedAt }: FleetHost,
  figures: readonly SeriesFigures[],
  { now, maxAge }: Freshness,
  deletedBefore: Instant | null,
): SilentHost | null {
  const age = range(figures.flatMap((each) => findAge(each, now) ?? []))?.min ?? null;
  const lastSample = range(figures.flatMap((each) => findNewestSample(each) ?? []))?.max ?? null;
  const isPolled = figures.length === 0 || figures.some((each) => each.isPolled);
  const limit = maxAge === 'default' ? (isPolled ? POLLED_MAX_AGE : null) : maxAge;
  if (limit === null || (age !== null && age <= limit)) return null;
  // A host whose polls all failed has a series without samples.
  const wasDeleted = figures.length === 0 ? deletedBefore : null;
  const code = findSilenceCode({ lastSample, pushedAt, deletedBefore: wasDeleted }, now, limit);
  return { host, code, lastSample, age, pushedAt, deletedBefore: wasDeleted };
}

/** The newest sample of a host that only has old imported samples, and is not silent. Null for other hosts. */
export function findOldImport(figures: readonly SeriesFigures[], { now, maxAge }: Freshness): Instant | null {
  if (maxAge !== 'default' || figures.some(({ isPolled }) => isPolled)) return null;
  if (figures.some((each) => (findAge(each, now) ?? Number.POSITIVE_INFINITY) <= POLLED_MAX_AGE)) return null;
  return range(figures.flatMap((each) => findNewestSample(each) ?? []))?.max ?? null;
}

/** The newest sample of a series, also one outside the selected period. Null without a sample. */
export const findNewestSample = ({ measured, newestOutside }: SeriesFigures): Instant | null =>
  measured?.lastSample ?? newestOutside ?? null;

function findAge({ measured, newestOutside }: SeriesFigures, now: Instant): Seconds | null {
  if (measured !== null) return computeAge(now, measured);
  return newestOutside === undefined ? null : secondsBetween(newestOutside, now);
}

function findSilenceCode(
  { lastSample, pushedAt, deletedBefore }: Pick<SilentHost, 'lastSample' | 'pushedAt' | 'deletedBefore'>,
  now: Instant,
  limit: Seconds,
): SilentHost['code'] {
  if (pushedAt !== null && secondsBetween(pushedAt, now) > limit) return 'NOT_PUSHED';
  if (lastSample !== null) return 'NOT_SAMPLED';
  return deletedBefore === null ? 'NO_SAMPLES' : 'SAMPLES_DELETED';
}
