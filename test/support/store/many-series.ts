import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { around, between, seededRandom } from '../random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const VALIDITY = 6 * HOUR;

/** The last sample of these histories is shortly before this time. */
export const MANY_SERIES_END = Date.UTC(2026, 10, 22);

/** `tasks`: tasks on one host in the course of a year. `hosts`: hosts that run at the same time. */
export type SeriesLayout = 'tasks' | 'hosts';

/** Generates series with one or two generations each, in the order of their first samples. */
export function* generateManySeries(
  layout: SeriesLayout,
  count: number,
  seed = 1,
): Generator<ArchiveRecord & { record: 'sample' }> {
  const random = seededRandom(seed);
  for (let index = 0; index < count; index += 1) {
    const name = String(index).padStart(7, '0');
    const duration = between(10, 8 * 60, random) * MINUTE;
    const latestStart = MANY_SERIES_END - duration;
    const start =
      layout === 'hosts' ? latestStart : latestStart - Math.round((YEAR * (count - 1 - index)) / count);
    const identity: SeriesIdentity =
      layout === 'hosts'
        ? { host: `i-${name}`, source: 'imds', apiVersion: '2', role: 'app' }
        : { host: 'ecs-1', source: 'container', apiVersion: '', role: `task-${name}` };
    for (const sample of generateSamples(name, { start, end: start + duration }, random)) {
      yield { record: 'sample', identity, sample, ordinal: 0 };
    }
  }
}

/** Samples of credentials that are replaced every three hours. */
function* generateSamples(
  name: string,
  { start, end }: { start: number; end: number },
  random: () => number,
): Generator<Sample> {
  const every = Math.max(5 * MINUTE, Math.round((end - start) / 5));
  const interval = around(3 * HOUR, 10 * MINUTE, random);
  for (let observedAt = start; observedAt <= end; observedAt += every) {
    const number = Math.floor((observedAt - start) / interval);
    const lastUpdated = Math.floor((start + number * interval) / 1000) * 1000 - 1000;
    yield {
      accessKeyId: `ASIA${name}${String(number).padStart(9, '0')}`,
      lastUpdated,
      expiration: lastUpdated + VALIDITY,
      zoneless: false,
      observedAt,
      clockOffset: 0,
    };
  }
}

const BATCH = 20_000;

/** Creates a database with generated series. */
export function writeManySeries(file: string, layout: SeriesLayout, count: number, seed?: number): void {
  using store = SampleStore.open(file);
  let batch: ArchiveRecord[] = [];
  for (const record of generateManySeries(layout, count, seed)) {
    batch.push(record);
    if (batch.length < BATCH) continue;
    store.writeRecords(batch);
    batch = [];
  }
  store.writeRecords(batch);
}
