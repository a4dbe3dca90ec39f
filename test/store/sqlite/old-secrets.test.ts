import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { toStoredKeyId } from '../../../src/key-id.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const KEY = 'wJalrXUtnFEMIxK7MDENGxbPxRfiCYzqHT0aUvEX';
const TOKEN = 'IQoJb3JpZ2luX2VjEJr9dK3hPqZt7XwVb2Lm';
const START = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

/** A database of the last version that stored any key id, in a folder of its own. */
function createOldDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  const database = new Database(file);
  for (const step of MIGRATIONS.slice(0, 4)) database.exec(step);
  const times = `${START + HOUR}, ${START + HOUR}, 0, ${START}, ${START}, ${START}, ${START}`;
  database.exec(`
    INSERT INTO series VALUES (1, 'i-0abc', 'environment', '', '', 'machine', 1, ${START});
    INSERT INTO generations (id, series_id, key, access_key_id, expiration, latest_expiration, zoneless,
                             first_seen, last_seen, raw_first_seen, raw_last_seen, samples)
    VALUES (1, 1, '${KEY}', '${KEY}', ${times}, 1), (2, 1, 'ASIA2', 'ASIA2', ${times}, 1),
           (3, 1, '/5', '', ${times}, 1);
    INSERT INTO samples
    SELECT id, ${START}, '', '', ${START + HOUR}, 0, 0 FROM generations;
    INSERT INTO failed_polls VALUES
      ('i-0abc', 'environment', ${START}, 'server-error', 'HTTP 502: {"Token":"${TOKEN}"}', '${KEY}', '', 0, NULL);`);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 4');
  database.close();
  return file;
}

const readFolder = (file: string) =>
  readdirSync(join(file, '..'))
    .map((name) => readFileSync(join(file, '..', name), 'latin1'))
    .join('');

test('a database with secrets in the place of key ids is read without them', () => {
  const store = SampleStore.openReadOnly(createOldDatabase());
  if (store === null) throw new Error('the store is empty');
  const text = JSON.stringify([...store.records(), ...store.histories()]);
  store.close();
  expect(text).toContain(toStoredKeyId(KEY));
  expect(text).toContain('ASIA2');
  expect(text).toContain('HTTP 502');
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(TOKEN);
});

test('a migration overwrites secrets in the place of key ids', () => {
  const file = createOldDatabase();
  expect(readFolder(file)).toContain(KEY);
  const store = SampleStore.open(file);
  expect(
    store
      .histories()[0]
      ?.generations.map(({ accessKeyId }) => accessKeyId)
      .sort(),
  ).toEqual(['ASIA2', '', toStoredKeyId(KEY)].sort());
  store.close();
  const database = new Database(file, { readonly: true });
  const keys = database.prepare<[], string>('SELECT key FROM generations ORDER BY id').pluck().all();
  database.close();
  expect(keys).toEqual([toStoredKeyId(KEY), 'ASIA2', '/5']);
  const bytes = readFolder(file);
  expect(bytes).not.toContain(KEY);
  expect(bytes).not.toContain(TOKEN);
});

test('a recorded secret in the place of a key id is stored as a digest', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  const times = { lastUpdated: null, expiration: START + HOUR, zoneless: false };
  const identity = { host: 'i-0abc', source: 'environment', apiVersion: '', role: '' } as const;
  store.recordSample(
    identity,
    { accessKeyId: KEY, ...times, observedAt: START, clockOffset: null },
    'machine',
  );
  store.recordFailedPoll('i-0abc', 'environment', {
    observedAt: START,
    reason: 'unknown-expiry',
    detail: '',
    accessKeyId: KEY,
    expiration: null,
    clockOffset: null,
  });
  store.close();
  expect(readFolder(file)).toContain(toStoredKeyId(KEY));
  expect(readFolder(file)).not.toContain(KEY);
});

test('a migration keeps every failed poll with another time, and leaves plain ones as they are', () => {
  const file = createOldDatabase();
  const database = new Database(file);
  const insert = database.prepare(
    "INSERT INTO failed_polls VALUES ('h', 'imds', ?, 'timeout', ?, '', '', 0, 5)",
  );
  for (let count = 0; count < 20; count += 1)
    insert.run(START + count, count % 2 ? 'plain' : `Token=${TOKEN}`);
  database.close();
  using store = SampleStore.open(file);
  const polls = [...store.records({ host: 'h' })].map((each) => 'poll' in each && each.poll.detail);
  expect(new Set(polls)).toEqual(new Set(['plain', 'Token= [redacted]']));
  expect(polls).toHaveLength(20);
});
