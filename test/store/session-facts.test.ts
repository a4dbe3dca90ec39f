import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { SessionFacts } from '../../src/domain/model.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { writeAsOldVersion } from '../support/store/old-database.ts';

const identity = { host: 'web-1', source: 'role', apiVersion: '', role: 'loader' } as const;
const VERSION_WITHOUT_FACTS = MIGRATIONS.findIndex((step) => step.includes('session_limit'));
const START = 1_900_000_000_000;
const CHAINED: SessionFacts = { limit: 'ROLE_CHAIN_CAPPED', tokenExpiresAt: null };
const TOKEN: SessionFacts = { limit: null, tokenExpiresAt: START + 60_000 };

const sampleAt = (observedAt: number) => ({
  ...{ accessKeyId: `ASIA${observedAt}`, lastUpdated: null, expiration: observedAt + 3_600_000 },
  ...{ zoneless: false, observedAt, clockOffset: 0 },
});

const openStore = () => {
  const file = join(temporaryFolder(), 'samples.db');
  return { file, store: SampleStore.open(file) };
};

const readSession = (store: SampleStore) => store.histories().map(({ session }) => session);

test.each<[string, (SessionFacts | null)[], SessionFacts | null]>([
  ['one poll', [CHAINED], CHAINED],
  ['a later poll with other facts', [CHAINED, TOKEN], TOKEN],
  ['a later poll without facts', [CHAINED, null], null],
])('a series has the facts of its newest poll, after %s', (_, polls, expected) => {
  using store = openStore().store;
  for (const [index, session] of polls.entries())
    store.recordSample(identity, sampleAt(START + index * 60_000), 'machine', { session });
  expect(readSession(store)).toEqual([expected]);
});

test('an earlier poll that is recorded later changes nothing', () => {
  using store = openStore().store;
  store.recordSample(identity, sampleAt(START + 60_000), 'machine', { session: TOKEN });
  store.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
  expect(readSession(store)).toEqual([TOKEN]);
});

test('each series has facts of its own', () => {
  using store = openStore().store;
  store.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
  store.recordSample({ ...identity, role: 'reader' }, sampleAt(START + 1), 'machine');
  expect(readSession(store)).toEqual([CHAINED, null]);
});

test('the newest poll says nothing about an earlier period', () => {
  using store = openStore().store;
  store.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
  expect(store.histories({ since: START - 1 })[0]?.session).toEqual(CHAINED);
  expect(store.histories({ until: START + 1 })[0]?.session).toBeNull();
});

test('an import of an export has no facts', () => {
  using store = openStore().store;
  store.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
  using copy = openStore().store;
  copy.writeRecords([...store.records()]);
  expect(readSession(copy)).toEqual([null]);
});

test('a series of an older database has no facts until its next poll', () => {
  const { file: current, store: newer } = openStore();
  newer.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
  newer.close();
  const file = join(temporaryFolder(), 'old.db');
  writeAsOldVersion(current, file, VERSION_WITHOUT_FACTS);
  using reader = SampleStore.openReadOnly(file);
  expect(reader?.histories()).toMatchObject([{ session: null, generations: [{ samples: 1 }] }]);
  reader?.close();
  using store = SampleStore.open(file);
  expect(readSession(store)).toEqual([null]);
  store.recordSample(identity, sampleAt(START + 60_000), 'machine', { session: TOKEN });
  expect(readSession(store)).toEqual([TOKEN]);
});

test.each(["session_limit = 'OTHER'", 'session_limit = 5', "token_expires_at = 'soon'"])(
  'a damaged series with %s is reported',
  (change) => {
    const { file, store } = openStore();
    store.recordSample(identity, sampleAt(START), 'machine', { session: CHAINED });
    store.close();
    const database = new Database(file);
    database.exec(`UPDATE series SET ${change}`);
    database.close();
    using damaged = SampleStore.open(file);
    expect(catchError(() => damaged.histories())).toMatchObject({ code: 'DATABASE_DAMAGED' });
  },
);
