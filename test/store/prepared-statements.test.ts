import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FailedPoll, Sample } from '../../src/domain/model.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;

const sampleAt = (index: number): Sample => ({
  // The generation changes at some polls.
  accessKeyId: `ASIA${Math.floor(index / 3)}`,
  lastUpdated: START,
  expiration: START + 3_600_000,
  zoneless: false,
  observedAt: START + index * 1000,
  clockOffset: 0,
});

const failedPollAt = (index: number): FailedPoll => ({
  observedAt: START + index * 1000,
  reason: 'timeout',
  detail: '',
  accessKeyId: null,
  expiration: null,
  clockOffset: 1,
});

const WRITES: [string, (store: SampleStore, index: number) => void][] = [
  ['recordSample', (store, index) => store.recordSample(identity, sampleAt(index), 'machine')],
  ['recordFailedPoll', (store, index) => store.recordFailedPoll('web-1', 'imds', failedPollAt(index))],
  ['recordStarting', (store, index) => store.recordStarting('web-1', 'imds', START + index)],
];

// Counts calls instead of measuring time, because time depends on other programs.
test.for(WRITES)('%s prepares its statements once, and then none', ([, write]) => {
  const store = temporaryStore();
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  onTestFinished(() => prepare.mockRestore());
  for (let index = 0; index < 20; index += 1) write(store, index);
  const first = prepare.mock.calls.length;
  expect(first).toBeGreaterThan(0);
  expect(new Set(prepare.mock.calls.map(([sql]) => sql)).size).toBe(first);
  for (let index = 20; index < 40; index += 1) {
    write(store, index);
    store.writeTogether(() => write(store, index));
  }
  expect(prepare).toHaveBeenCalledTimes(first);
});
