import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { SeriesIdentity } from '../../src/domain/model.ts';
import type { SampleStore } from '../../src/store/sample-store.ts';
import { openTemporary } from '../../src/store/sqlite/database.ts';
import { prepareGenerationReader } from '../../src/store/sqlite/generation-reader.ts';
import { judgeStored } from '../../src/watch/judge-stored.ts';
import { assessStored } from '../../src/watch/stored-report.ts';
import { countRows } from '../support/store/count-rows.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { failedPoll } from '../support/watch/poll-outcomes.ts';

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

test('a check reads the newest generations and no sample', () => {
  const store = createStore(5);
  const counts = countRows();
  const newest: Pick<SampleStore, 'recentHistories'> = {
    recentHistories: (filter) => store.recentHistories(filter, 10),
  };
  const selection = { host: identity.host, source: identity.source, maxAge: 3600 };
  const { judgement } = judgeStored(
    newest,
    selection,
    { duration: 60, margin: 0 },
    START + GENERATIONS * HOUR,
  );
  expect(judgement.credentials?.lastUpdated).toBe(START + (GENERATIONS - 1) * HOUR);
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(rows).toBeGreaterThanOrEqual(10);
  expect(rows).toBeLessThan(20);
});

test('polls, checks and job runs read neither a whole table nor a whole index of records', () => {
  const store = createStore(5);
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  onTestFinished(() => prepare.mockRestore());
  const sample = {
    accessKeyId: `ASIA${START}`,
    lastUpdated: START,
    expiration: START + 6 * HOUR,
    zoneless: false,
    observedAt: START + 7 * 60_000,
    clockOffset: 0,
  };
  store.findLastHost('m', 'imds');
  store.recordSample(identity, sample, 'm');
  store.recordSample(identity, { ...sample, accessKeyId: 'ASIA-NEW' }, 'm');
  store.recordStarting('web-1', 'imds', START);
  store.recordFailedPoll('web-1', 'imds', failedPoll(START));
  expect(store.recentHistories({ host: 'web-1', source: 'imds', role: 'app' }, 10)).toHaveLength(1);
  const run = { job: 'copy', identity, startedAt: START, remainingAtStart: 3600, end: null };
  store.endJobRun(store.startJobRun(run), { duration: 60, exitCode: 0, remainingAtEnd: 3540 });
  const statements = prepare.mock.calls.map(([source]) => source);
  expect(statements.length).toBeGreaterThan(10);
  prepare.mockRestore();
  expect(statements.flatMap(listScans)).toEqual([]);
});

/** The tables and indexes that a statement reads from the beginning. There are few series and hosts, and lists of ids are short. */
function listScans(statement: string): string[] {
  using connection = {
    database: openTemporary(''),
    [Symbol.dispose]() {
      this.database.close();
    },
  };
  // Defines the functions of the statements.
  prepareGenerationReader(connection.database);
  // The plan does not depend on the values of parameters.
  const plan = connection.database
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement.replace(/@\w+|\?/g, '1')}`)
    .all();
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => /^SCAN (?!series|host_clocks|json_each|CONSTANT)/.test(detail))
    .map((detail) => `${detail}: ${statement}`);
}
