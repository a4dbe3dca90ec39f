import type { Generation, Instant, IssuedCredentials, Sample, Seconds, Span } from '../model.ts';

/** `Date` headers tell whole seconds and travel for a while: a smaller offset is not worth believing. */
export const MIN_CORRECTED_CLOCK_OFFSET: Seconds = 2;

/** When a sample was taken by AWS's clock, by which credentials expire. */
export function correctedTime({
  observedAt,
  clockOffset,
}: Pick<Sample, 'observedAt' | 'clockOffset'>): Instant {
  const isCredible = clockOffset !== null && Math.abs(clockOffset) > MIN_CORRECTED_CLOCK_OFFSET;
  return isCredible ? observedAt - clockOffset * 1000 : observedAt;
}

/** Two records with the same key are about the same generation: the access key id, or both times where there is none. */
export function generationKey({ accessKeyId, lastUpdated, expiration }: IssuedCredentials): string {
  return accessKeyId !== '' ? accessKeyId : `${lastUpdated ?? ''}/${expiration}`;
}

/** What a single sample says of its generation. */
export function generationFromSample(sample: Sample): Generation {
  const seen = correctedTime(sample);
  return {
    accessKeyId: sample.accessKeyId,
    lastUpdated: sample.lastUpdated,
    expiration: sample.expiration,
    latestExpiration: sample.expiration,
    zoneless: sample.zoneless,
    firstSeen: seen,
    lastSeen: seen,
    samples: 1,
    smallestClockOffset: sample.clockOffset,
    largestClockOffset: sample.clockOffset,
    thirdSampleAfter: null,
  };
}

/**
 * Joins what two sets of samples say of one generation. Every field but the count is a minimum or maximum, so
 * neither the order of arrival nor a repetition matters; the caller counts a sample that it has already as none.
 */
export function mergeGenerations(a: Generation, b: Generation): Generation {
  return {
    accessKeyId: a.accessKeyId,
    lastUpdated: combine(Math.min, a.lastUpdated, b.lastUpdated),
    expiration: Math.min(a.expiration, b.expiration),
    latestExpiration: Math.max(a.latestExpiration, b.latestExpiration),
    zoneless: a.zoneless || b.zoneless,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    samples: a.samples + b.samples,
    smallestClockOffset: combine(Math.min, a.smallestClockOffset, b.smallestClockOffset),
    largestClockOffset: combine(Math.max, a.largestClockOffset, b.largestClockOffset),
    thirdSampleAfter: null,
  };
}

/** The generations of a series, from its raw samples in any order; `thirdSampleAfter` is filled in. */
export function groupGenerations(samples: Iterable<Sample>): Generation[] {
  const distinct = new Map<string, Sample>();
  for (const sample of samples) distinct.set(JSON.stringify(fields(sample)), sample);
  const byKey = new Map<string, Generation>();
  for (const sample of distinct.values()) {
    const key = generationKey(sample);
    const known = byKey.get(key);
    const seen = generationFromSample(sample);
    byKey.set(key, known === undefined ? seen : mergeGenerations(known, seen));
  }
  const times = [...distinct.values()].map(correctedTime).sort((a, b) => a - b);
  return withThirdSamples([...byKey.values()], () => times);
}

/**
 * Fills in `thirdSampleAfter` of the generations that were handed out in turns with their successor.
 * @param sampleTimes when the series was sampled, ascending; asked for only where a generation needs it
 */
export function withThirdSamples(
  generations: readonly Generation[],
  sampleTimes: () => readonly Instant[],
): Generation[] {
  const ordered = orderGenerations(generations);
  const inTurns = new Set(
    ordered.filter((each, index) => index + 1 < ordered.length && areOverlapping(each, ordered[index + 1]!)),
  );
  if (inTurns.size === 0) return [...generations];
  const times = sampleTimes();
  return generations.map((generation) => {
    if (!inTurns.has(generation)) return generation;
    return { ...generation, thirdSampleAfter: times[firstAfter(times, generation.lastSeen) + 2] ?? null };
  });
}

/** The index of the first of ascending moments after a given one. */
function firstAfter(times: readonly Instant[], instant: Instant): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The moments whose samples {@link withThirdSamples} rests on. */
export function findThirdSampleSpans(generations: readonly Generation[]): Span[] {
  const ordered = orderGenerations(generations);
  return ordered
    .filter((each, index) => index + 1 < ordered.length && areOverlapping(each, ordered[index + 1]!))
    .map(({ lastSeen, thirdSampleAfter }) => ({
      from: lastSeen,
      to: thirdSampleAfter ?? Number.MAX_SAFE_INTEGER,
    }));
}

function fields(sample: Sample) {
  const { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset } = sample;
  return [accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset];
}

function combine(choose: (...values: number[]) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

/**
 * A log without key ids and samples with them may tell of the same credentials: those with the same two times. They
 * are one generation, not a rotation.
 */
export function mergeKeylessGenerations(generations: readonly Generation[]): readonly Generation[] {
  const keyless = generations.filter(({ accessKeyId }) => accessKeyId === '');
  if (keyless.length === 0 || keyless.length === generations.length) return generations;
  const times = ({ lastUpdated, expiration }: Generation) => `${lastUpdated ?? ''}/${expiration}`;
  const waiting = new Map(keyless.map((each) => [times(each), each]));
  const joined = generations
    .filter(({ accessKeyId }) => accessKeyId !== '')
    .map((keyed) => {
      const other = waiting.get(times(keyed));
      if (other === undefined) return keyed;
      waiting.delete(times(keyed));
      const { thirdSampleAfter } = keyed.lastSeen >= other.lastSeen ? keyed : other;
      return { ...mergeGenerations(keyed, other), thirdSampleAfter };
    });
  return [...joined, ...waiting.values()];
}

/** Both were seen before the other one was seen for the last time. */
export function areOverlapping(a: Generation, b: Generation): boolean {
  return a.firstSeen < b.lastSeen && b.firstSeen < a.lastSeen;
}

/**
 * In the order in which they were issued: as they were first seen, and among those handed out in turns by
 * `LastUpdated`. Whatever the order they come in, the result is the same.
 */
export function orderGenerations(generations: readonly Generation[]): Generation[] {
  const ordered = [...generations].sort(
    (a, b) =>
      a.firstSeen - b.firstSeen ||
      a.lastSeen - b.lastSeen ||
      (a.lastUpdated ?? 0) - (b.lastUpdated ?? 0) ||
      a.expiration - b.expiration ||
      (a.accessKeyId < b.accessKeyId ? -1 : 1),
  );
  for (let start = 1; start < ordered.length; start += 1) {
    for (let index = start; index > 0; index -= 1) {
      const [earlier, later] = [ordered[index - 1]!, ordered[index]!];
      if (!areOverlapping(earlier, later) || !isIssuedBefore(later, earlier)) break;
      [ordered[index - 1], ordered[index]] = [later, earlier];
    }
  }
  return ordered;
}

function isIssuedBefore(a: Generation, b: Generation): boolean {
  return a.lastUpdated !== null && b.lastUpdated !== null && a.lastUpdated < b.lastUpdated;
}
