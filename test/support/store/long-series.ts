import type { RecordedGeneration } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { GenerationRows } from '../../../src/store/generation-rows.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { openForWriting } from '../../../src/store/sqlite/database.ts';
import { requireRow } from '../../../src/store/sqlite/driver.ts';
import { between, seededRandom } from '../random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const VALIDITY = 6 * HOUR;
const SAMPLES_PER_GENERATION = 60;
const BATCH = 10_000;

/** The last sample of these histories is shortly before this time. */
export const LONG_SERIES_END = Date.UTC(2026, 10, 22);

/** Generations that are replaced about every hour and were polled once per minute. */
export function* generateLongSeries(count: number, seed = 1): Generator<RecordedGeneration> {
  const random = seededRandom(seed);
  const begin = LONG_SERIES_END - count * HOUR;
  const issue = (index: number) =>
    Math.floor((begin + index * HOUR + between(0, 90, random) * 1000) / 1000) * 1000;
  let lastUpdated = issue(0);
  for (let index = 0; index < count; index += 1) {
    const next = issue(index + 1);
    const firstSeen = lastUpdated + between(1, 55, random) * 1000;
    const lastSeen = next - between(1, 4, random) * 1000;
    const expiration = lastUpdated + VALIDITY + between(0, 1800, random) * 1000;
    yield {
      accessKeyId: `ASIA${String(index).padStart(16, '0')}`,
      lastUpdated,
      expiration,
      latestExpiration: expiration,
      zoneless: false,
      firstSeen,
      lastSeen,
      rawFirstSeen: firstSeen,
      rawLastSeen: lastSeen,
      samples: SAMPLES_PER_GENERATION,
      smallestClockOffset: 0,
      largestClockOffset: 0,
      correctedAheadMs: lastUpdated - firstSeen,
      rawAheadMs: lastUpdated - firstSeen,
      isLastUpdatedVarying: false,
      thirdLaterSample: index === count - 1 ? null : { observedAt: next + 3 * MINUTE, clockOffset: 0 },
    };
    lastUpdated = next;
  }
}

/** Creates a database with one series whose samples are pruned. This takes seconds, also for millions of samples. */
export function writeLongSeries(file: string, generationCount: number): void {
  const connection = openForWriting(file);
  try {
    connection.transaction(() => {
      const insertSeries = connection
        .prepare<[], number>(
          `INSERT INTO series (host, source, api_version, role, polled)
           VALUES ('i-0123456789abcdef0', 'imds', '2', 'loader', 1) RETURNING id`,
        )
        .pluck();
      const seriesId = requireRow(insertSeries.get());
      const rows = new GenerationRows(connection);
      for (const generation of generateLongSeries(generationCount)) {
        rows.add(seriesId, generation.accessKeyId, generation, generation.lastSeen);
      }
    })();
  } finally {
    connection.close();
  }
}

/** Creates a database with one series and all of its samples. */
export function writeSampledSeries(file: string, generationCount: number): void {
  using store = SampleStore.open(file);
  const identity = { host: 'i-0123456789abcdef0', source: 'imds', apiVersion: '2', role: 'loader' } as const;
  let batch: ArchiveRecord[] = [];
  for (const { firstSeen, lastSeen, ...generation } of generateLongSeries(generationCount)) {
    const { accessKeyId, lastUpdated, expiration, zoneless } = generation;
    const step = (lastSeen - firstSeen) / (SAMPLES_PER_GENERATION - 1);
    for (let index = 0; index < SAMPLES_PER_GENERATION; index += 1) {
      const observedAt = Math.floor(firstSeen + index * step);
      const sample = { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset: 0 };
      batch.push({ record: 'sample', identity, sample, ordinal: 0 });
    }
    if (batch.length < BATCH) continue;
    store.writeRecords(batch);
    batch = [];
  }
  store.writeRecords(batch);
}
