import { expect, test } from 'vitest';
import { groupByHostSource } from '../../../../src/report/metrics/host-sources.ts';
import { findNewPoints } from '../../../../src/watch/push/metrics/new-points.ts';
import {
  assessStore,
  IMDS,
  recordFailures,
  recordSamples,
  START,
} from '../../../support/report/rich-store.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';

const MINUTE = 60_000;

/** 61 samples of two roles that take turns, and 3 failed polls. */
function createHistory() {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START, hours: 1, every: 2 });
  recordSamples(store, { ...IMDS, role: 'other' }, { from: START + MINUTE, hours: 59 / 60, every: 2 });
  recordFailures(store, IMDS, START + 10 * MINUTE + 30_000, ['timeout', 'timeout', 'no-role']);
  const [hostSource] = groupByHostSource(assessStore(store));
  if (hostSource === undefined) throw new Error('there is no host');
  return { store, hostSource };
}

test('the oldest points come first, and the rest in later parts', () => {
  const { store, hostSource } = createHistory();
  const all = findNewPoints(store, hostSource, START);
  expect(all.hasMore).toBe(false);
  expect(all.points).toHaveLength(61 + 3);
  for (const maxPoints of [1, 2, 10, 63, 64]) {
    const found = [];
    for (let after = START, hasMore = true; hasMore; after = found.at(-1)?.at ?? Number.NaN) {
      const part = findNewPoints(store, hostSource, after, maxPoints);
      expect(part.points.length).toBeLessThanOrEqual(maxPoints);
      found.push(...part.points);
      ({ hasMore } = part);
    }
    expect(found).toEqual(all.points);
  }
});

test('all points of one moment stay together, because a cursor is a time', () => {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START, hours: 0.5 });
  recordSamples(store, { ...IMDS, role: 'other' }, { from: START, hours: 0.5 });
  const [hostSource] = groupByHostSource(assessStore(store));
  if (hostSource === undefined) throw new Error('there is no host');
  const { points, hasMore } = findNewPoints(store, hostSource, START, 1);
  expect([points.length, hasMore]).toEqual([1, true]);
  const roles = points[0]?.lines.flatMap((line) => /role="(\w+)"/.exec(line)?.[1] ?? []);
  expect(new Set(roles)).toEqual(new Set(['loader', 'other']));
  // Both roles have the same host and source.
  expect(points[0]?.lines.filter((line) => line.startsWith('cred_watch_source_up{'))).toHaveLength(1);
});
