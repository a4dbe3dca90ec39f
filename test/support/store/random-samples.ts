import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { between, pick } from '../random.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type SampleRecord = ArchiveRecord & { record: 'sample' };

const SERIES: [SeriesIdentity, SeriesIdentity, SeriesIdentity] = [
  { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' },
  { host: 'web-1', source: 'container', apiVersion: '', role: '' },
  { host: 'web-2', source: 'imds', apiVersion: '1', role: 'app' },
];

/**
 * Generates distinct samples in a random order. Many share their group or their millisecond.
 * Some have no `LastUpdated`, no zone, no key id, or no clock offset; others have a large clock offset.
 */
export function generateRandomSamples(count: number, random: () => number): SampleRecord[] {
  const distinct = new Map<string, SampleRecord>();
  while (distinct.size < count) {
    const identity = pick(SERIES, random);
    const number = between(0, 9, random);
    const issuedAt = START + number * HOUR;
    const sample: Sample = {
      accessKeyId: number === 9 ? '' : `ASIA${number}`,
      lastUpdated: random() < 0.8 ? issuedAt + pick([0, 0, 0, 0, 1, -1, 5000], random) : null,
      expiration: issuedAt + 6 * HOUR + pick([0, 0, 0, 0, 999, -HOUR], random),
      zoneless: random() < 0.1,
      observedAt: issuedAt + between(-3, 40, random) * pick([1, MINUTE, MINUTE, 17 * MINUTE + 123], random),
      clockOffset: pick([0, 0, 0, 1, -1, 3, -86_400, null, 7_200, 100_000_000], random),
    };
    const record: SampleRecord = {
      record: 'sample',
      identity,
      sample,
      ordinal: random() < 0.95 ? 0 : between(1, 2, random),
    };
    distinct.set(JSON.stringify(record), record);
  }
  return [...distinct.values()];
}

/** Compares numbers. An absent value is greater than all others. */
const compare = (a: number | null, b: number | null) =>
  a === b ? 0 : (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY);

/** The order in which an export has the samples of one generation. */
export const compareSamples = (a: SampleRecord, b: SampleRecord): number =>
  compare(a.sample.observedAt, b.sample.observedAt) ||
  compare(a.sample.clockOffset, b.sample.clockOffset) ||
  compare(a.sample.lastUpdated, b.sample.lastUpdated) ||
  compare(a.sample.expiration, b.sample.expiration) ||
  compare(Number(a.sample.zoneless), Number(b.sample.zoneless)) ||
  compare(a.ordinal, b.ordinal);
