import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FailedPoll, FailureReason, Sample, SeriesIdentity } from '../../src/domain/model.ts';
import { toSeriesHistory } from '../../src/store/histories.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { SampleStore } from '../../src/store/sample-store.ts';

const identity: SeriesIdentity = { host: 'web', source: 'imds', apiVersion: 'v2', role: 'loader' };
const START = Date.parse('2026-11-22T10:00:00Z');

interface Poll {
  waitSeconds: number;
  clockOffset: number | null;
  /** The number of the credentials, or why the poll failed. */
  result: number | FailureReason;
}

const polls = fc.array(
  fc.record<Poll>({
    waitSeconds: fc.integer({ min: 1, max: 900 }),
    clockOffset: fc.option(fc.integer({ min: -30, max: 30 })),
    result: fc.oneof(fc.nat(3), fc.constantFrom<FailureReason>('timeout', 'unreachable')),
  }),
  { maxLength: 30 },
);

function record(store: MemoryStore | SampleStore, sequence: readonly Poll[]): void {
  let observedAt = START;
  for (const { waitSeconds, clockOffset, result } of sequence) {
    observedAt += waitSeconds * 1000;
    if (typeof result === 'number') {
      const issued = START + result * 3_600_000;
      const accessKeyId = `ASIA${String(result).padStart(16, '0')}`;
      const sample: Sample = {
        accessKeyId,
        lastUpdated: issued,
        expiration: issued + 6 * 3_600_000,
        zoneless: false,
        observedAt,
        clockOffset,
      };
      store.recordSample(identity, sample, 'machine');
    } else {
      const poll: FailedPoll = {
        observedAt,
        reason: result,
        detail: `detail ${observedAt}`,
        accessKeyId: null,
        expiration: null,
        clockOffset,
      };
      store.recordFailedPoll(identity.host, identity.source, poll);
    }
  }
}

function readHistory(store: MemoryStore | SampleStore) {
  const { host, source, role } = identity;
  return (
    store
      .recentHistories({ host, source, role })
      .map(toSeriesHistory)
      // The store in memory knows neither the machine nor the command of a sample.
      .map(({ polledAt: _, polledBy: __, ...history }) => ({
        ...history,
        generations: history.generations.toSorted((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1)),
        failedPolls: history.failedPolls.toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
      }))
  );
}

describe('the store in memory', () => {
  test('the store in memory returns the same history as the database', () => {
    fc.assert(
      fc.property(polls, (sequence) => {
        using database = SampleStore.openTemporary('');
        const memory = new MemoryStore();
        for (const store of [database, memory]) record(store, sequence);
        expect(readHistory(memory)).toEqual(readHistory(database));
        expect(memory.findLastHost('machine', 'imds')).toBe(database.findLastHost('machine', 'imds'));
        for (const each of [identity.host, 'other'])
          expect(memory.hasSeries(each)).toBe(database.hasSeries(each));
      }),
      { numRuns: 50 },
    );
  });

  test('the store in memory selects series by host, source and role', () => {
    const store = new MemoryStore();
    record(store, [{ waitSeconds: 1, clockOffset: null, result: 1 }]);
    expect(store.recentHistories()).toHaveLength(1);
    expect(store.recentHistories({ host: 'other' })).toEqual([]);
    expect(store.recentHistories({ source: 'container' })).toEqual([]);
    expect(store.recentHistories({ role: 'other' })).toEqual([]);
    expect(store.findLastHost('other', 'imds')).toBe(null);
  });

  test.each(['sample', 'failed poll'])('an endpoint starts again after a %s', (kind) => {
    for (const store of [new MemoryStore(), SampleStore.openTemporary('')]) {
      expect(store.recordStarting('web', 'imds', START)).toBe(START);
      expect(store.recordStarting('web', 'imds', START + 1000)).toBe(START);
      const result = kind === 'sample' ? 1 : 'timeout';
      record(store, [{ waitSeconds: 2, clockOffset: null, result }]);
      expect(store.recordStarting('web', 'imds', START + 3000)).toBe(START + 3000);
      store.close();
    }
  });

  test('the store in memory drops a secret in place of a key id', () => {
    const store = new MemoryStore();
    const sample = {
      lastUpdated: null,
      expiration: START,
      zoneless: false,
      observedAt: START,
      clockOffset: null,
    };
    store.recordSample(identity, { ...sample, accessKeyId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }, '');
    const [history] = store.recentHistories();
    expect([...(history?.generations.accessKeyIds ?? [])]).toEqual([expect.stringMatching(/^sha256:/)]);
  });

  test('the store in memory keeps the newest 10,000 samples', () => {
    const store = new MemoryStore();
    record(
      store,
      Array.from({ length: 10_010 }, () => ({ waitSeconds: 10, clockOffset: null, result: 1 })),
    );
    const [history] = store.recentHistories();
    expect(history && toSeriesHistory(history).generations[0]).toMatchObject({
      samples: 10_000,
      rawFirstSeen: START + 11 * 10_000,
    });
  });
});
