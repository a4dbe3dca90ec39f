import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../src/domain/model.ts';
import type { CredWatchError } from '../../src/errors.ts';
import { BestEffortStore } from '../../src/store/best-effort-store.ts';
import type { StoreLimits } from '../../src/store/contract.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const SERIES = { host: 'h', source: 'imds', apiVersion: '2', role: 'loader' } as const;
const AT = Date.UTC(2026, 0, 1);

const sample = (key: string): Sample => ({
  accessKeyId: key,
  lastUpdated: AT,
  expiration: AT + 21_600_000,
  zoneless: false,
  observedAt: AT,
  clockOffset: 0,
});

function open(file: string, limits: StoreLimits = {}) {
  const troubles: CredWatchError[] = [];
  const store = BestEffortStore.open(file, (error) => troubles.push(error), limits);
  onTestFinished(() => store.close());
  const keys = () =>
    store.histories().flatMap(({ generations }) => generations.map(({ accessKeyId }) => accessKeyId));
  return { store, troubles, keys };
}

test('a database that can be written is written, and nothing is said', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, troubles } = open(file);
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  const other = SampleStore.openReadOnly(file)!;
  expect(other.histories()).toHaveLength(1);
  other.close();
  expect(troubles).toEqual([]);
});

test('one that cannot be opened is done without, and said once', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const { store, troubles, keys } = open(join(folder, 'file', 'samples.db'));
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  store.recordSample(SERIES, sample('ASIA2'), 'm');
  expect(keys()).toEqual(['ASIA1', 'ASIA2']);
  expect(troubles).toHaveLength(1);
});

test('one that is full is read, and what no longer fits is kept for as long as it is needed', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, troubles, keys } = open(file, { maxPages: 20 });
  const written = Array.from({ length: 800 }, (_, number) => `ASIA${number}`);
  for (const key of written) store.recordSample(SERIES, sample(key), 'm');
  expect(troubles.map(({ message }) => message)).toEqual([`no space left to write ${file}`]);
  expect(keys().sort()).toEqual(written.sort());
  const onDisk = SampleStore.openReadOnly(file)!;
  expect(onDisk.histories()[0]!.generations.length).toBeLessThan(800);
  onDisk.close();
  const id = store.startJobRun({ job: 'j', identity: SERIES, startedAt: AT, remainingAtStart: 1, end: null });
  store.endJobRun(id, { duration: 1, exitCode: 0, remainingAtEnd: 0 });
  expect(troubles).toHaveLength(1);
});

test('what is no trouble of a database is no reason to go on', () => {
  const { store } = open(join(temporaryFolder(), 'samples.db'));
  expect(() => store.recordSample(SERIES, { ...sample('ASIA1'), expiration: Number.NaN }, 'm')).toThrow();
});
