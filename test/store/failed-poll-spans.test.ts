import { describe, expect, test } from 'vitest';
import type { SeriesFilter } from '../../src/store/contract.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Takes the minutes of failed polls, and returns the start and end minutes of their spans. */
function findSpans(minutes: readonly number[], filter: SeriesFilter = {}): number[][] {
  const store = temporaryStore();
  for (const [index, minute] of minutes.entries()) {
    store.recordFailedPoll('web-1', 'imds', {
      observedAt: START + minute * MINUTE,
      reason: index % 2 === 0 ? 'timeout' : 'server-error',
      detail: '',
      accessKeyId: '',
      expiration: null,
      clockOffset: null,
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
  // Several polls are in one group of the query.
  expect(findSpans([1, 0, 2, 1.5])).toEqual([[0, 2]]);
  expect(findSpans([0, 15])).toEqual([
    [0, 0],
    [15, 15],
  ]);
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
      const failure = {
        reason: 'timeout',
        detail: '',
        accessKeyId: '',
        expiration: null,
        clockOffset: null,
      } as const;
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

describe('failed polls between samples', () => {
  const failure = {
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  } as const;
  const credentials = { accessKeyId: 'ASIAEXAMPLE', lastUpdated: START, expiration: START + 360 * MINUTE };
  const web1 = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;

  /** Times in seconds. Returns the spans of the host web-1. */
  function findSpansInSeconds(times: { samples: number[]; failed: number[]; failedElsewhere?: number[] }) {
    const store = temporaryStore();
    const at = (second: number) => START + second * 1000;
    for (const second of times.samples) {
      const sample = { ...credentials, zoneless: false, observedAt: at(second), clockOffset: 0 };
      store.recordSample(web1, sample, 'web-1');
    }
    for (const second of times.failed) {
      store.recordFailedPoll('web-1', 'imds', { ...failure, observedAt: at(second) });
    }
    for (const second of times.failedElsewhere ?? []) {
      store.recordFailedPoll('web-2', 'imds', { ...failure, observedAt: at(second) });
      store.recordFailedPoll('web-1', 'container', { ...failure, observedAt: at(second) });
    }
    return store
      .histories({ host: 'web-1', source: 'imds' })
      .flatMap(({ failedPollSpans }) => failedPollSpans)
      .map(({ from, to }) => [(from - START) / 1000, (to - START) / 1000]);
  }

  test('failed polls on both sides of a successful poll are two spans', () => {
    expect(findSpansInSeconds({ samples: [0, 300, 600, 1200, 1800], failed: [900, 1500] })).toEqual([
      [900, 900],
      [1500, 1500],
    ]);
  });

  test('failed polls are one span up to 1.1 times the usual gap between samples', () => {
    const samples = [0, 300, 600];
    expect(findSpansInSeconds({ samples, failed: [900, 1230] })).toEqual([[900, 1230]]);
    expect(findSpansInSeconds({ samples, failed: [900, 1231] })).toEqual([
      [900, 900],
      [1231, 1231],
    ]);
  });

  test('failed polls are one span up to one second apart, however short the usual gap is', () => {
    const samples = [0, 0.1, 0.2, 0.3];
    expect(findSpansInSeconds({ samples, failed: [10, 11] })).toEqual([[10, 11]]);
    expect(findSpansInSeconds({ samples, failed: [10, 11.001] })).toHaveLength(2);
  });

  test('failed polls of another host or source belong to no span', () => {
    expect(findSpansInSeconds({ samples: [0, 300], failed: [900], failedElsewhere: [1000, 1100] })).toEqual([
      [900, 900],
    ]);
  });
});
