import { expect, test } from 'vitest';
import type { FailureReason, SeriesHistory } from '../../src/domain/model.ts';
import type { SeriesFilter } from '../../src/store/contract.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Minutes at which polls failed → minutes at which spans begin and end. */
function spansOf(minutes: readonly number[], filter: SeriesFilter = {}): number[][] {
  const store = temporaryStore();
  const reasons: FailureReason[] = ['timeout', 'server-error'];
  for (const [index, minute] of minutes.entries()) {
    store.recordFailedPoll('web-1', 'imds', {
      observedAt: START + minute * MINUTE,
      reason: reasons[index % 2]!,
      detail: '',
      accessKeyId: '',
      expiration: null,
    });
  }
  return store
    .histories(filter)
    .flatMap(({ failedPollSpans }) => failedPollSpans)
    .map(({ from, to }) => [(from - START) / MINUTE, (to - START) / MINUTE]);
}

test('failed polls of whatever reason are one span up to ten minutes apart', () => {
  expect(spansOf([0])).toEqual([[0, 0]]);
  expect(spansOf([0, 5, 10, 15])).toEqual([[0, 15]]);
  expect(spansOf([0, 10, 20.5, 40, 50])).toEqual([
    [0, 10],
    [20.5, 20.5],
    [40, 50],
  ]);
});

test('the order in which they were stored does not matter, nor how many there were at once', () => {
  expect(spansOf([60, 0, 65, 5, 0, 0])).toEqual([
    [0, 5],
    [60, 65],
  ]);
});

test('only those of the selected time are told', () => {
  const filter = { since: START + 4 * MINUTE, until: START + 60 * MINUTE };
  expect(spansOf([0, 5, 60, 65], filter)).toEqual([
    [5, 5],
    [60, 60],
  ]);
});

test('no further apart than samples usually are, so that none lies between', () => {
  const store = temporaryStore();
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
  const failsAt = new Set([10, 15, 25, 50]);
  for (let minute = 0; minute < 60; minute += 5) {
    const observedAt = START + minute * MINUTE;
    if (failsAt.has(minute)) {
      const failure = { reason: 'timeout', detail: '', accessKeyId: '', expiration: null } as const;
      store.recordFailedPoll('web-1', 'imds', { observedAt, ...failure });
      continue;
    }
    const credentials = { accessKeyId: 'ASIAEXAMPLE', lastUpdated: START, expiration: START + 360 * MINUTE };
    store.recordSample(identity, { ...credentials, zoneless: false, observedAt, clockOffset: 0 }, 'web-1');
  }
  const [{ failedPollSpans }] = store.histories() as [SeriesHistory];
  expect(failedPollSpans.map(({ from, to }) => [(from - START) / MINUTE, (to - START) / MINUTE])).toEqual([
    [10, 15],
    [25, 25],
    [50, 50],
  ]);
});
