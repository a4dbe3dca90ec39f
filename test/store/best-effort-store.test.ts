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
  const errors: CredWatchError[] = [];
  const store = new BestEffortStore(file, (error) => errors.push(error), limits);
  onTestFinished(() => store.close());
  const keys = () =>
    store.histories().flatMap(({ generations }) => generations.map(({ accessKeyId }) => accessKeyId));
  return { store, errors, keys };
}

test('a writable database is used without an error', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, errors } = open(file);
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  const other = SampleStore.openReadOnly(file)!;
  expect(other.histories()).toHaveLength(1);
  other.close();
  expect(errors).toEqual([]);
});

test('a database that cannot be opened is reported once and replaced by a temporary one', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const { store, errors, keys } = open(join(folder, 'file', 'samples.db'));
  store.recordSample(SERIES, sample('ASIA1'), 'm');
  store.recordSample(SERIES, sample('ASIA2'), 'm');
  expect(keys()).toEqual(['ASIA1', 'ASIA2']);
  expect(errors).toHaveLength(1);
});

test('a full database is copied, and the copy accepts further samples', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const { store, errors, keys } = open(file, { maxPages: 20 });
  const written = Array.from({ length: 800 }, (_, number) => `ASIA${number}`);
  for (const key of written) store.recordSample(SERIES, sample(key), 'm');
  expect(errors.map(({ message }) => message)).toEqual([`no space left to write ${file}`]);
  expect(keys().sort()).toEqual(written.sort());
  const onDisk = SampleStore.openReadOnly(file)!;
  expect(onDisk.histories()[0]!.generations.length).toBeLessThan(800);
  onDisk.close();
  const id = store.startJobRun({ job: 'j', identity: SERIES, startedAt: AT, remainingAtStart: 1, end: null });
  store.endJobRun(id, { duration: 1, exitCode: 0, remainingAtEnd: 0 });
  expect(errors).toHaveLength(1);
});

test('BestEffortStore throws an error that is not a CredWatchError', () => {
  const { store } = open(join(temporaryFolder(), 'samples.db'));
  expect(() => store.recordSample(SERIES, { ...sample('ASIA1'), expiration: Number.NaN }, 'm')).toThrow();
});
