import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { writeAsOldVersion } from '../support/store/old-database.ts';
import {
  createSample,
  IDENTITY,
  openTemporaryStore,
  recordEvents,
  recordHours,
  START,
} from '../support/watch/push-history.ts';

const LAST_VERSION_WITHOUT_OUTBOX = 10;

const ITEM = { kind: 'generation', key: 'a/1', digest: 'x' } as const;

test('an outbox has what was confirmed, for each destination separately', () => {
  using store = openTemporaryStore();
  const [one, two] = [store.outbox('postgres://one/db'), store.outbox('postgres://two/db')];
  one.confirm([ITEM, { ...ITEM, key: 'a/2' }, { ...ITEM, key: 'b/1' }, { ...ITEM, kind: 'object' }]);
  expect(one.readDigests('generation')).toEqual(
    new Map([
      ['a/1', 'x'],
      ['a/2', 'x'],
      ['b/1', 'x'],
    ]),
  );
  expect(one.readDigests('generation', 'a/')).toEqual(
    new Map([
      ['a/1', 'x'],
      ['a/2', 'x'],
    ]),
  );
  expect(one.find('object', 'a/1')).toBe('x');
  expect(two.readDigests('generation')).toEqual(new Map());
  expect(two.find('object', 'a/1')).toBeNull();
});

test('a newer digest replaces the older one, and a forgotten item is unknown', () => {
  using store = openTemporaryStore();
  const outbox = store.outbox('folder');
  outbox.confirm([ITEM]);
  outbox.confirm([{ ...ITEM, digest: 'y' }]);
  expect(outbox.find('generation', 'a/1')).toBe('y');
  outbox.forget([ITEM]);
  expect(outbox.find('generation', 'a/1')).toBeNull();
});

test('a rejected item is listed until it is confirmed', () => {
  using store = openTemporaryStore();
  const outbox = store.outbox('folder');
  const rejected = { ...ITEM, reason: 'invalid value' };
  outbox.reject([rejected]);
  expect(outbox.listRejected()).toEqual([rejected]);
  expect(outbox.readDigests('generation')).toEqual(new Map([['a/1', 'x']]));
  outbox.confirm([ITEM]);
  expect(outbox.listRejected()).toEqual([]);
});

test('the status of the newest push is kept', () => {
  using store = openTemporaryStore();
  const outbox = store.outbox('folder');
  const never = { lastAttemptAt: null, lastCompleteAt: null, lastError: null };
  expect(outbox.readStatus()).toEqual(never);
  const status = { lastAttemptAt: 2, lastCompleteAt: 1, lastError: 'not available' };
  outbox.writeStatus(status);
  expect(outbox.readStatus()).toEqual(status);
  expect(store.outbox('other').readStatus()).toEqual(never);
});

test('prune keeps the outbox', () => {
  using store = openTemporaryStore();
  recordHours(store, 0, 10);
  const outbox = store.outbox('folder');
  outbox.confirm([ITEM]);
  expect(store.prune(START + 9 * 3_600_000, { dryRun: false }).deleted).toBeGreaterThan(20);
  expect(outbox.find('generation', 'a/1')).toBe('x');
});

test('a database of an older version gets an empty outbox', () => {
  const file = join(temporaryFolder(), 'samples.db');
  using created = SampleStore.open(file);
  recordHours(created, 0, 2);
  created.close();
  const old = join(temporaryFolder(), 'old.db');
  writeAsOldVersion(file, old, LAST_VERSION_WITHOUT_OUTBOX);
  using migrated = SampleStore.open(old);
  migrated.outbox('folder').confirm([ITEM]);
  expect(migrated.outbox('folder').find('generation', 'a/1')).toBe('x');
  expect(migrated.histories()).toHaveLength(1);
});

test('an outbox takes about 100 bytes per generation', () => {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  const before = statSync(file).size;
  const items = Array.from({ length: 10_000 }, (_, index) => ({
    kind: 'generation' as const,
    key: `0123456789ab/ASIA${String(index).padStart(16, '0')}`,
    digest: '2026-11-01 0123456789abcdef',
  }));
  store.outbox('postgres://db.example.com/fleet').confirm(items);
  store.close();
  expect(statSync(file).size - before).toBeLessThan(1_100_000);
});

test('the state of a series changes with each sample, failed poll and fact about its session', () => {
  using store = openTemporaryStore();
  const { records } = store.outbox('folder');
  const states = new Set<string>();
  const readState = () => {
    const [series] = records.readSeries(({ role }) => role === 'loader', 1);
    states.add(series?.state ?? '');
  };
  recordHours(store, 0, 2);
  readState();
  readState();
  expect(states.size).toBe(1);
  store.recordSample(IDENTITY, createSample(1, 55), 'machine');
  readState();
  store.recordSample(IDENTITY, createSample(1, 30, { clockOffset: 7 }), 'machine');
  readState();
  recordEvents(store);
  readState();
  store.recordSample(IDENTITY, createSample(2, 5), 'machine', {
    session: { limit: 'ROLE_CHAIN_CAPPED', tokenExpiresAt: null },
  });
  readState();
  store.recordSample(
    IDENTITY,
    createSample(2, 6, { expiration: createSample(2, 5).expiration + 1000 }),
    'machine',
  );
  readState();
  expect(states.size).toBe(6);
});

test('only the wanted series are read, and no more than needed', () => {
  using store = openTemporaryStore();
  for (const role of ['a', 'b', 'c']) recordHours(store, 0, 3, { ...IDENTITY, role });
  const { records } = store.outbox('folder');
  const readRoles = (...args: Parameters<typeof records.readSeries>) =>
    records.readSeries(...args).map(({ history }) => history.identity.role);
  expect(readRoles(() => true, 100)).toEqual(['a', 'b', 'c']);
  expect(readRoles(() => true, 4)).toEqual(['a', 'b']);
  expect(readRoles(({ role }) => role !== 'a', 1)).toEqual(['b']);
  expect(readRoles(() => false, 100)).toEqual([]);
});

test('failed polls are counted by day and reason, with the times of each poll', () => {
  using store = openTemporaryStore();
  recordEvents(store);
  const { records } = store.outbox('folder');
  const hour = (count: number) => START + count * 3_600_000;
  const [first, second] = records.readFailedPollDays();
  expect(first).toEqual({
    ...{ host: 'i-0abc', source: 'imds', day: '2026-11-01', reason: 'timeout' },
    ...{ count: 2, firstAt: hour(1), lastAt: hour(2), lastDetail: 'timed out at 2' },
  });
  expect(second).toMatchObject({ day: '2026-11-02', count: 1 });
  expect(first && records.readFailedPollSpans(first)).toEqual([
    { from: hour(1), to: hour(1) },
    { from: hour(2), to: hour(2) },
  ]);
  expect(records.readHosts()).toEqual([{ host: 'i-0abc', clock: { knownAt: hour(30), clockOffset: -1 } }]);
  expect(records.readJobRuns().map(({ run: { end } }) => end?.exitCode ?? null)).toEqual([0, null]);
});
