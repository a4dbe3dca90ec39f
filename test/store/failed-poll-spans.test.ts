import { expect, test } from 'vitest';
import type { FailureReason } from '../../src/domain/model.ts';
import type { SeriesFilter } from '../../src/store/contract.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Takes the minutes of failed polls, and returns the start and end minutes of their spans. */
function findSpans(minutes: readonly number[], filter: SeriesFilter = {}): number[][] {
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

test('failed polls at most ten minutes apart are one span, also with different reasons', () => {
  expect(findSpans([0])).toEqual([[0, 0]]);
  expect(findSpans([0, 5, 10, 15])).toEqual([[0, 15]]);
  expect(findSpans([0, 10, 20.5, 40, 50])).toEqual([
    [0, 10],
    [20.5, 20.5],
    [40, 50],
  ]);
});

test('spans of failed polls do not depend on order and repetition', () => {
  expect(findSpans([60, 0, 65, 5, 0, 0])).toEqual([
    [0, 5],
    [60, 65],
  ]);
});

test('spans of failed polls cover the selected period only', () => {
  const filter = { since: START + 4 * MINUTE, until: START + 60 * MINUTE };
  expect(findSpans([0, 5, 60, 65], filter)).toEqual([
    [5, 5],
    [60, 60],
  ]);
});

test('failed polls are one span only if they are not further apart than samples usually are', () => {
  const store = temporaryStore();
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
  const failedMinutes = new Set([10, 15, 25, 50]);
  for (let minute = 0; minute < 60; minute += 5) {
    const observedAt = START + minute * MINUTE;
    if (failedMinutes.has(minute)) {
      const failure = { reason: 'timeout', detail: '', accessKeyId: '', expiration: null } as const;
      store.recordFailedPoll('web-1', 'imds', { observedAt, ...failure });
      continue;
    }
    const credentials = { accessKeyId: 'ASIAEXAMPLE', lastUpdated: START, expiration: START + 360 * MINUTE };
    store.recordSample(identity, { ...credentials, zoneless: false, observedAt, clockOffset: 0 }, 'web-1');
  }
  const spans = store.histories().flatMap(({ failedPollSpans }) => failedPollSpans);
  expect(spans.map(({ from, to }) => [(from - START) / MINUTE, (to - START) / MINUTE])).toEqual([
    [10, 15],
    [25, 25],
    [50, 50],
  ]);
});
