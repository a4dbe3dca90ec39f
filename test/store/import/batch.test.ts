import { describe, expect, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord, GenerationRecord } from '../../../src/store/archive/record.ts';
import { stageFile, writeStagedRecords } from '../../../src/store/import/files.ts';
import { ImportStage } from '../../../src/store/import/stage.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const at = (minute: number) => START + minute * MINUTE;

const identity: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };

const sample = (minute: number, changes: Partial<Sample> = {}): Sample => ({
  accessKeyId: 'ASIA1',
  lastUpdated: null,
  expiration: at(600),
  zoneless: false,
  observedAt: at(minute),
  clockOffset: null,
  ...changes,
});

const toRecord = (each: Sample, ordinal = 0): ArchiveRecord => ({
  record: 'sample',
  identity,
  sample: each,
  ordinal,
});

function createStore(...minutes: number[]): SampleStore {
  const store = temporaryStore();
  store.writeRecords(minutes.map((minute) => toRecord(sample(minute))));
  return store;
}

/** The export of a database with samples at these minutes, from which earlier ones were pruned. */
function exportPruned(minutes: readonly number[], before: number): ArchiveRecord[] {
  const store = createStore(...minutes);
  store.prune(at(before), { dryRun: false });
  return [...store.records()];
}

const isGeneration = (each: ArchiveRecord): each is GenerationRecord => each.record === 'generation';

const readGenerations = (store: SampleStore) =>
  [...store.records()].filter(isGeneration).map(({ earlierSampleCount, prunedUntil, generation }) => ({
    earlier: earlierSampleCount,
    until: (prunedUntil - START) / MINUTE,
    from: (generation.firstSeen - START) / MINUTE,
    to: (generation.lastSeen - START) / MINUTE,
  }));

const countSamples = (store: SampleStore) =>
  store.histories().flatMap(({ generations }) => generations.map(({ samples }) => samples));

describe('an import after pruning', () => {
  test('a sample from before the prune changes nothing, and a sample at its exact time is added', () => {
    const store = createStore(0, 10, 20, 30);
    store.prune(at(20), { dryRun: false });
    expect(readGenerations(store)).toEqual([{ earlier: 2, until: 20, from: 0, to: 30 }]);
    const [early, exact] = [sample(20), sample(20, { clockOffset: 1 })];
    early.observedAt -= 1;
    expect(store.writeRecords([toRecord(early)])).toEqual({ added: 0, known: 1 });
    expect(countSamples(store)).toEqual([4]);
    expect(store.writeRecords([toRecord(exact)])).toEqual({ added: 1, known: 0 });
    expect(countSamples(store)).toEqual([5]);
    expect(readGenerations(store)).toEqual([{ earlier: 2, until: 20, from: 0, to: 30 }]);
  });

  test('the corrected time of a sample is compared with the time of the prune', () => {
    const store = createStore(0, 10, 20, 30);
    store.prune(at(20), { dryRun: false });
    // The host is ten minutes ahead.
    const ahead = (minute: number) => toRecord(sample(minute, { clockOffset: 600 }));
    expect(store.writeRecords([ahead(29), ahead(30)])).toEqual({ added: 1, known: 1 });
  });

  test('an equal sample with another ordinal is added, and not counted', () => {
    const store = createStore(0, 10);
    expect(store.writeRecords([toRecord(sample(10), 1), toRecord(sample(10), 1)])).toEqual({
      added: 1,
      known: 1,
    });
    expect(countSamples(store)).toEqual([2]);
    store.prune(at(10), { dryRun: false });
    expect(readGenerations(store)).toEqual([{ earlier: 1, until: 10, from: 0, to: 10 }]);
  });
});

describe('an import of a pruned generation', () => {
  test('a pruned generation is added once', () => {
    const records = exportPruned([0, 10, 20, 30], 15);
    const store = temporaryStore();
    expect(store.writeRecords(records)).toEqual({ added: 3, known: 0 });
    expect(store.writeRecords(records)).toEqual({ added: 0, known: 3 });
    expect(readGenerations(store)).toEqual([{ earlier: 2, until: 15, from: 0, to: 30 }]);
    expect(countSamples(store)).toEqual([4]);
  });

  test('a sample at the exact time of the prune was not pruned', () => {
    const store = temporaryStore();
    store.writeRecords(exportPruned([0, 10, 20, 30], 20));
    expect(countSamples(store)).toEqual([4]);
    expect(readGenerations(store)).toEqual([{ earlier: 2, until: 20, from: 0, to: 30 }]);
  });

  test('a database with all samples is not marked as pruned', () => {
    const store = createStore(0, 10, 20, 30);
    expect(store.writeRecords(exportPruned([0, 10, 20, 30], 15))).toEqual({ added: 0, known: 3 });
    expect(readGenerations(store)).toEqual([]);
    expect(countSamples(store)).toEqual([4]);
  });

  test('a database with some of the pruned samples counts only the others', () => {
    const store = createStore(10, 30);
    store.writeRecords(exportPruned([0, 10, 20, 30], 25));
    expect(countSamples(store)).toEqual([4]);
    expect(readGenerations(store)).toEqual([{ earlier: 3, until: 25, from: 0, to: 30 }]);
    // The pruned samples are known now.
    expect(store.writeRecords([toRecord(sample(20))])).toEqual({ added: 0, known: 1 });
    expect(countSamples(store)).toEqual([4]);
  });

  test('of two exports of the same samples, the later prune counts in either order', () => {
    const [early, late] = [exportPruned([0, 10, 20, 30], 5), exportPruned([0, 10, 20, 30], 25)];
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const store = temporaryStore();
      for (const records of order) store.writeRecords(records);
      expect(countSamples(store)).toEqual([4]);
      expect(readGenerations(store)).toEqual([{ earlier: 3, until: 25, from: 0, to: 30 }]);
    }
  });

  test('a generation extends the time in which it was seen', () => {
    const store = createStore(10);
    const [record] = exportPruned([0, 40], 100).filter(isGeneration);
    if (record === undefined) throw new Error('nothing was pruned');
    expect(store.writeRecords([record])).toEqual({ added: 1, known: 0 });
    expect(readGenerations(store)).toEqual([{ earlier: 2, until: 100, from: 0, to: 40 }]);
  });
});

describe('a staged import', () => {
  const options = { convert: (local: number) => [local] as const, isZoneGiven: false, onProgress: () => {} };

  test('the records of several batches are added up', async () => {
    using stage = new ImportStage();
    const records = Array.from({ length: 10_001 }, (_, index) => toRecord(sample(index % 10_000)));
    stage.add(records);
    const written: number[] = [];
    const store = temporaryStore();
    expect(await writeStagedRecords(stage, store, (count) => written.push(count))).toEqual({
      added: 10_000,
      known: 1,
    });
    expect(written).toEqual([10_000, 10_001]);
  });

  test('all records are written, or none of them', () => {
    const store = createStore(0);
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    const write = (onProgress: () => void) =>
      store.writeBatches([[toRecord(sample(1))], [toRecord(sample(2))]], onProgress);
    let batches = 0;
    expect(() => write(() => (++batches === 2 ? fail() : null))).toThrow('the disk is full');
    expect(countSamples(store)).toEqual([1]);
    expect(write(() => {})).toEqual({ added: 2, known: 0 });
    expect(countSamples(store)).toEqual([3]);
  });

  test('only the times of a log can contradict its documents', async () => {
    using stage = new ImportStage();
    const fields = { schema_version: 1, record: 'sample', host: 'web-1', source: 'imds' };
    const times = {
      observed_at: '2026-01-31T10:00:00Z',
      last_updated: '2026-01-31T12:00:00Z',
      expiration: '2026-01-31T18:00:00Z',
    };
    const chunks = (async function* () {
      yield Buffer.from(`${JSON.stringify({ ...fields, ...times })}\n`);
    })();
    const file = { name: 'a.ndjson', chunks, identity, fileTime: null };
    expect(await stageFile(stage, file, options)).toMatchObject({ isOwn: true, records: 1, conflict: null });
  });
});
