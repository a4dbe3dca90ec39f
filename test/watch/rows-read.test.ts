import { expect, test } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { assessStored } from '../../src/watch/stored-report.ts';
import { countRows } from '../support/store/count-rows.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const GENERATIONS = 50;
const identity: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };

function createStore(samplesPerGeneration: number): SampleStore {
  const store = temporaryStore();
  const samples = Array.from({ length: GENERATIONS * samplesPerGeneration }, (_, index) => {
    const issued = START + Math.floor(index / samplesPerGeneration) * HOUR;
    const minute = 1 + (index % samplesPerGeneration);
    return {
      record: 'sample' as const,
      identity,
      ordinal: 0,
      sample: {
        accessKeyId: `ASIA${issued}`,
        lastUpdated: issued,
        expiration: issued + 6 * HOUR,
        zoneless: false,
        observedAt: issued + minute * 60_000,
        clockOffset: 0,
      },
    };
  });
  store.writeRecords(samples);
  return store;
}

function countRowsOfReport(samplesPerGeneration: number): number {
  const store = createStore(samplesPerGeneration);
  const counts = countRows();
  const { assessment } = assessStored(store, {
    filter: {},
    jobs: { durations: [4 * 3600], names: [] },
    margin: 300,
    confidence: null,
    minWatched: null,
    maxAge: null,
    now: START + GENERATIONS * HOUR,
  });
  expect(assessment.series[0]?.analysis.measurement?.sampleCount).toBe(GENERATIONS * samplesPerGeneration);
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

test('a report reads each generation once, and no sample', () => {
  const rows = countRowsOfReport(5);
  expect(rows).toBeGreaterThanOrEqual(GENERATIONS);
  expect(rows).toBeLessThan(2 * GENERATIONS);
  expect(countRowsOfReport(50)).toBe(rows);
});
