import { findFirstIndex, pairNeighbours } from '../lists.ts';
import type { Generation, Instant, IssuedCredentials, Sample, Seconds, Span } from '../model.ts';

/** Smaller offsets are ignored: `Date` headers have whole seconds, and responses take time to arrive. */
export const MIN_CORRECTED_CLOCK_OFFSET: Seconds = 2;

/** The time of a sample by AWS's clock, by which credentials expire. */
export function correctTime({
  observedAt,
  clockOffset,
}: Pick<Sample, 'observedAt' | 'clockOffset'>): Instant {
  const isCorrected = clockOffset !== null && Math.abs(clockOffset) > MIN_CORRECTED_CLOCK_OFFSET;
  return isCorrected ? observedAt - clockOffset * 1000 : observedAt;
}

/** Identifies a generation: the access key id, or `LastUpdated` and `Expiration` if there is no key id. */
export function getGenerationKey(credentials: IssuedCredentials): string {
  return credentials.accessKeyId || getTimesKey(credentials);
}

const getTimesKey = ({ lastUpdated, expiration }: IssuedCredentials) => `${lastUpdated ?? ''}/${expiration}`;

/** A generation with a single sample. */
export function createGeneration(sample: Sample): Generation {
  const seen = correctTime(sample);
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
 * Merges two records of the same generation. Every field except the count is a minimum or a maximum, so the
 * order of arrival does not matter. The caller must not pass the same sample twice, or the count is too high.
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

/** Groups the raw samples of a series, in any order, into generations, including `thirdSampleAfter`. */
export function groupGenerations(samples: Iterable<Sample>): Generation[] {
  const distinct = new Map<string, Sample>();
  for (const sample of samples) {
    const { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset } = sample;
    const values = [accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset];
    distinct.set(JSON.stringify(values), sample);
  }
  const byKey = new Map<string, Generation>();
  for (const sample of distinct.values()) {
    const key = getGenerationKey(sample);
    const known = byKey.get(key);
    const seen = createGeneration(sample);
    byKey.set(key, known === undefined ? seen : mergeGenerations(known, seen));
  }
  const times = [...distinct.values()].map(correctTime).sort((a, b) => a - b);
  return fillThirdSamples([...byKey.values()], () => times);
}

/**
 * Sets `thirdSampleAfter` of the generations that overlap with their successor.
 * @param sampleTimes returns the times of all samples, ascending; called only if generations overlap
 */
export function fillThirdSamples(
  generations: readonly Generation[],
  sampleTimes: () => readonly Instant[],
): Generation[] {
  const ordered = orderGenerations(generations);
  const overlapping = new Set(listOverlapping(ordered));
  if (overlapping.size === 0) return [...generations];
  const times = sampleTimes();
  return generations.map((generation) => {
    if (!overlapping.has(generation)) return generation;
    const next = findFirstIndex(times, (time) => time > generation.lastSeen);
    return { ...generation, thirdSampleAfter: times[next + 2] ?? null };
  });
}

/** The generations that overlap with their successor. */
const listOverlapping = (ordered: readonly Generation[]): Generation[] =>
  pairNeighbours(ordered)
    .filter(([from, to]) => areOverlapping(from, to))
    .map(([from]) => from);

/** The spans whose samples {@link fillThirdSamples} depends on. Pruning must keep these samples. */
export function findThirdSampleSpans(generations: readonly Generation[]): Span[] {
  return listOverlapping(orderGenerations(generations)).map(({ lastSeen, thirdSampleAfter }) => ({
    from: lastSeen,
    to: thirdSampleAfter ?? Number.MAX_SAFE_INTEGER,
  }));
}

function combine(choose: (...values: number[]) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

/**
 * Merges generations without a key id into those with a key id and the same `LastUpdated` and `Expiration`. A
 * log without key ids may describe the same credentials as samples with key ids.
 */
export function mergeKeylessGenerations(generations: readonly Generation[]): readonly Generation[] {
  const keyless = generations.filter(({ accessKeyId }) => accessKeyId === '');
  if (keyless.length === 0 || keyless.length === generations.length) return generations;
  const unmatched = new Map(keyless.map((each) => [getTimesKey(each), each]));
  const merged = generations
    .filter(({ accessKeyId }) => accessKeyId !== '')
    .map((keyed) => {
      const other = unmatched.get(getTimesKey(keyed));
      if (other === undefined) return keyed;
      unmatched.delete(getTimesKey(keyed));
      const { thirdSampleAfter } = keyed.lastSeen >= other.lastSeen ? keyed : other;
      return { ...mergeGenerations(keyed, other), thirdSampleAfter };
    });
  return [...merged, ...unmatched.values()];
}

/** Whether each was seen before the last sample of the other: several endpoints serve them in turns. */
export function areOverlapping(a: Generation, b: Generation): boolean {
  return a.firstSeen < b.lastSeen && b.firstSeen < a.lastSeen;
}

/**
 * Sorts generations in the order in which they were issued: by first sample, and overlapping generations by
 * `LastUpdated`. The result does not depend on the order of the input.
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
      const [earlier, later] = [ordered[index - 1], ordered[index]];
      if (earlier === undefined || later === undefined) break;
      if (!areOverlapping(earlier, later) || !isIssuedBefore(later, earlier)) break;
      [ordered[index - 1], ordered[index]] = [later, earlier];
    }
  }
  return ordered;
}

function isIssuedBefore(a: Generation, b: Generation): boolean {
  return a.lastUpdated !== null && b.lastUpdated !== null && a.lastUpdated < b.lastUpdated;
}
