import { findFirstIndex } from '../lists.ts';
import type {
  Instant,
  IssuedCredentials,
  RecordedGeneration,
  Sample,
  SampleTime,
  Seconds,
} from '../model.ts';
import {
  listRecordedGenerations,
  type RecordedColumns,
  toRecordedColumns,
} from './columns/generation-columns.ts';
import { countKeyless } from './columns/key-ids.ts';

/** Smaller offsets are ignored: `Date` headers have whole seconds, and responses take time to arrive. */
export const MIN_CORRECTED_CLOCK_OFFSET: Seconds = 2;

/** Shorter distances are ignored, because `LastUpdated` and `Date` have whole seconds. */
export const LAST_UPDATED_SLACK_MS = 2000;

/** The time of a sample by AWS's clock, by which credentials expire. */
export const correctTime = ({ observedAt, clockOffset }: SampleTime): Instant =>
  correctObservedTime(observedAt, clockOffset ?? Number.NaN);

/** The later one of the host's clock and AWS's clock, because a wrong clock must not make credentials last longer. */
export const findLaterTime = (time: SampleTime): Instant => Math.max(time.observedAt, correctTime(time));

/** As {@link correctTime}, for values of columns: an absent offset is NaN. */
export const correctObservedTime = (observedAt: Instant, clockOffset: Seconds): Instant =>
  Math.abs(clockOffset) > MIN_CORRECTED_CLOCK_OFFSET ? observedAt - clockOffset * 1000 : observedAt;

/** Identifies a generation: the access key id, or `LastUpdated` and `Expiration` if there is no key id. */
export function getGenerationKey(credentials: IssuedCredentials): string {
  return credentials.accessKeyId || getTimesKey(credentials);
}

/** The key id in a key of {@link getGenerationKey}. `''` if the key is two times, which have a slash between them. */
export const getKeyIdOfGeneration = (key: string): string => (key.includes('/') ? '' : key);

const getTimesKey = ({ lastUpdated, expiration }: IssuedCredentials) => `${lastUpdated ?? ''}/${expiration}`;

/** A generation with a single sample. */
export const createGeneration = (sample: Sample): RecordedGeneration => summariseSamples(sample, [sample]);

/**
 * A generation with samples that differ only in time and clock offset.
 * @param times at least one
 */
export function summariseSamples(
  { accessKeyId, lastUpdated, expiration, zoneless }: IssuedCredentials,
  times: readonly SampleTime[],
): RecordedGeneration {
  let [firstSeen, rawFirstSeen] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [lastSeen, rawLastSeen] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let smallestClockOffset: Seconds | null = null;
  let largestClockOffset: Seconds | null = null;
  for (const time of times) {
    const { observedAt, clockOffset } = time;
    const seen = correctTime(time);
    firstSeen = Math.min(firstSeen, seen);
    lastSeen = Math.max(lastSeen, seen);
    rawFirstSeen = Math.min(rawFirstSeen, observedAt);
    rawLastSeen = Math.max(rawLastSeen, observedAt);
    if (clockOffset === null) continue;
    smallestClockOffset = combine(Math.min, smallestClockOffset, clockOffset);
    largestClockOffset = combine(Math.max, largestClockOffset, clockOffset);
  }
  return {
    accessKeyId,
    lastUpdated,
    expiration,
    latestExpiration: expiration,
    zoneless,
    firstSeen,
    lastSeen,
    rawFirstSeen,
    rawLastSeen,
    samples: times.length,
    smallestClockOffset,
    largestClockOffset,
    correctedAheadMs: lastUpdated === null ? null : lastUpdated - firstSeen,
    rawAheadMs: lastUpdated === null ? null : lastUpdated - rawFirstSeen,
    isLastUpdatedVarying: false,
    thirdLaterSample: null,
  };
}

/**
 * Merges two records of the same generation. The result does not depend on the order. The caller must not
 * pass the same sample twice, or the count is too high.
 */
export function mergeGenerations(a: RecordedGeneration, b: RecordedGeneration): RecordedGeneration {
  return {
    accessKeyId: a.accessKeyId,
    lastUpdated: combine(Math.min, a.lastUpdated, b.lastUpdated),
    expiration: Math.min(a.expiration, b.expiration),
    latestExpiration: Math.max(a.latestExpiration, b.latestExpiration),
    zoneless: a.zoneless || b.zoneless,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    rawFirstSeen: Math.min(a.rawFirstSeen, b.rawFirstSeen),
    rawLastSeen: Math.max(a.rawLastSeen, b.rawLastSeen),
    samples: a.samples + b.samples,
    smallestClockOffset: combine(Math.min, a.smallestClockOffset, b.smallestClockOffset),
    largestClockOffset: combine(Math.max, a.largestClockOffset, b.largestClockOffset),
    correctedAheadMs: combine(Math.max, a.correctedAheadMs, b.correctedAheadMs),
    rawAheadMs: combine(Math.max, a.rawAheadMs, b.rawAheadMs),
    isLastUpdatedVarying: a.isLastUpdatedVarying || b.isLastUpdatedVarying || areDatedDifferently(a, b),
    thirdLaterSample: mergeLaterSamples(a, b),
  };
}

/**
 * Joins two records of the same generation that may have counted the same samples, such as those of a database and of an
 * older copy. The result does not depend on the order, and joining a record again changes nothing.
 */
export const joinGenerations = (a: RecordedGeneration, b: RecordedGeneration): RecordedGeneration => ({
  ...mergeGenerations(a, b),
  samples: Math.max(a.samples, b.samples),
});

/**
 * Completes the third later samples of joined records. A record does not know the samples of the other one, so the first
 * and last samples of later generations stand for them. The result is not earlier than the real third sample, so the
 * generation counts as served for longer.
 */
export function completeLaterSamples(generations: readonly RecordedGeneration[]): RecordedGeneration[] {
  const seen = generations
    .flatMap(({ firstSeen, lastSeen }) => (firstSeen === lastSeen ? [firstSeen] : [firstSeen, lastSeen]))
    .sort((a, b) => a - b);
  return generations.map((generation) => {
    if (generation.thirdLaterSample !== null) return generation;
    const third = seen[findFirstIndex(seen, (time) => time > generation.lastSeen) + 2];
    return third === undefined
      ? generation
      : { ...generation, thirdLaterSample: { observedAt: third, clockOffset: null } };
  });
}

const areDatedDifferently = (a: IssuedCredentials, b: IssuedCredentials): boolean =>
  a.lastUpdated !== null && b.lastUpdated !== null && a.lastUpdated !== b.lastUpdated;

/** Only the record with the later last sample has samples that follow both records. */
function mergeLaterSamples(a: RecordedGeneration, b: RecordedGeneration): SampleTime | null {
  if (a.lastSeen !== b.lastSeen) return (a.lastSeen > b.lastSeen ? a : b).thirdLaterSample;
  return chooseEarlierSample(a.thirdLaterSample, b.thirdLaterSample);
}

/** The earlier sample by corrected time. Null counts as later than any sample. */
function chooseEarlierSample(a: SampleTime | null, b: SampleTime | null): SampleTime | null {
  if (a === null || b === null) return a ?? b;
  return compareSampleTimes(a, b) <= 0 ? a : b;
}

/**
 * Orders by corrected time. Of equal times, a sample with a clock offset is first, because it is more exact.
 * The other values break ties, so that the order is always the same.
 */
export const compareSampleTimes = (a: SampleTime, b: SampleTime): number =>
  correctTime(a) - correctTime(b) ||
  Number(a.clockOffset === null) - Number(b.clockOffset === null) ||
  a.observedAt - b.observedAt ||
  (a.clockOffset ?? 0) - (b.clockOffset ?? 0);

/** Groups the raw samples of a series, in any order, into generations. */
export function groupGenerations(samples: Iterable<Sample>): RecordedGeneration[] {
  const distinct = new Map<string, Sample>();
  for (const sample of samples) {
    const { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset } = sample;
    const values = [accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset];
    distinct.set(JSON.stringify(values), sample);
  }
  const byKey = new Map<string, RecordedGeneration>();
  for (const sample of distinct.values()) {
    const key = getGenerationKey(sample);
    const known = byKey.get(key);
    const seen = createGeneration(sample);
    byKey.set(key, known === undefined ? seen : mergeGenerations(known, seen));
  }
  const times = [...distinct.values()].sort(compareSampleTimes);
  return [...byKey.values()].map((each) => ({
    ...each,
    thirdLaterSample: findThirdLaterSample(times, each.lastSeen),
  }));
}

/** The third sample after an instant. Null if fewer than three follow. */
export function findThirdLaterSample(sorted: readonly SampleTime[], lastSeen: Instant): SampleTime | null {
  const next = findFirstIndex(sorted, (sample) => correctTime(sample) > lastSeen);
  const third = sorted[next + 2];
  return third === undefined ? null : { observedAt: third.observedAt, clockOffset: third.clockOffset };
}

function combine(choose: (...values: number[]) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

/**
 * Merges generations without a key id into those with a key id and the same `LastUpdated` and `Expiration`. A
 * log without key ids may describe the same credentials as samples with key ids. If several generations match,
 * the first one is used.
 */
export function mergeKeylessGenerations(columns: RecordedColumns): RecordedColumns {
  const keylessCount = countKeyless(columns.accessKeyIds);
  if (keylessCount === 0 || keylessCount === columns.count) return columns;
  const generations = listRecordedGenerations(columns);
  const keyless = generations.filter(({ accessKeyId }) => accessKeyId === '');
  const unmatched = new Map(keyless.map((each) => [getTimesKey(each), each]));
  const keyed = generations.filter(({ accessKeyId }) => accessKeyId !== '');
  const merged = keyed.map((generation) => {
    const other = unmatched.get(getTimesKey(generation));
    if (other === undefined) return generation;
    unmatched.delete(getTimesKey(generation));
    return mergeGenerations(generation, other);
  });
  return toRecordedColumns([...merged, ...unmatched.values()]);
}
