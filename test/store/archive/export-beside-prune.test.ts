import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const identity: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'loader' };

/** Sample `index` of generation `number`, a minute after the one before. */
const createSample = (number: number, index: number): Sample => ({
  accessKeyId: `ASIA${number}`,
  lastUpdated: START + number * HOUR,
  expiration: START + (number + 6) * HOUR,
  zoneless: false,
  observedAt: START + number * HOUR + index * 60_000,
  clockOffset: 0,
});

/** Creates a database with three generations of ten polled samples. */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  for (const number of [0, 1, 2])
    for (let index = 0; index < 10; index += 1)
      store.recordSample(identity, createSample(number, index), 'machine');
  return file;
}

/** Exports the database, and runs `action` after the first record. */
function exportBeside(file: string, action: (store: SampleStore) => void): ArchiveRecord[] {
  using reader = SampleStore.openReadOnly(file);
  const records = reader?.records() ?? [];
  const result: ArchiveRecord[] = [];
  for (const record of records) {
    if (result.push(record) > 1) continue;
    using writer = SampleStore.open(file);
    action(writer);
  }
  return result;
}

function countImportedSamples(records: readonly ArchiveRecord[]): (number | undefined)[] {
  const store = temporaryStore();
  store.writeRecords(records);
  return store.histories().flatMap(({ generations }) => generations.map(({ samples }) => samples));
}

describe('an export while another program writes', () => {
  test('a prune during an export loses no generation of the export', () => {
    const records = exportBeside(createDatabase(), (store) =>
      store.prune(START + 5 * HOUR, { dryRun: false }),
    );
    expect(countImportedSamples(records)).toEqual([10, 10, 10]);
  });

  test('polls during an export do not change the number of pruned samples', () => {
    const file = createDatabase();
    using pruner = SampleStore.open(file);
    pruner.prune(START + 5 * HOUR, { dryRun: false });
    const records = exportBeside(file, (store) => {
      for (let index = 10; index < 15; index += 1)
        store.recordSample(identity, createSample(2, index), 'machine');
    });
    expect(countImportedSamples(records)).toEqual([10, 10, 15]);
  });
});
