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
): SilentHost | null {
  const measured = figures.flatMap((each) => each.measured ?? []);
  const age = range(measured.map((each) => computeAge(now, each)))?.min ?? null;
  const lastSample = range(measured.map((each) => each.lastSample))?.max ?? null;
  const isPolled = figures.length === 0 || figures.some((each) => each.isPolled);
  const limit = maxAge === 'default' ? (isPolled ? POLLED_MAX_AGE : null) : maxAge;
  if (limit === null || (age !== null && age <= limit)) return null;
  return { host, code: findSilenceCode(lastSample, pushedAt, now, limit), lastSample, age, pushedAt };
}

function findSilenceCode(
  lastSample: Instant | null,
  pushedAt: Instant | null,
  now: Instant,
  limit: Seconds,
): SilentHost['code'] {
  if (pushedAt !== null && secondsBetween(pushedAt, now) > limit) return 'NOT_PUSHED';
  return lastSample === null ? 'NO_SAMPLES' : 'NOT_SAMPLED';
}
