import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { key, type SeriesIdentity } from '../../src/library/index.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchError } from '../support/catch-error.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
const KEY = 'ASIAQQQQQQQQQQQQ7QXK';
const LATER_KEY = 'ASIAQQQQQQQQQQQQ7QXL';
const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

/** Two keys that are an hour apart and valid for six hours. */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  for (const [index, accessKeyId] of [KEY, LATER_KEY].entries()) {
    const lastUpdated = NOW - (2 - index) * HOUR;
    const observedAt = lastUpdated + 60_000;
    const credentials = { accessKeyId, lastUpdated, expiration: lastUpdated + 6 * HOUR, zoneless: false };
    store.recordSample(identity, { ...credentials, observedAt, clockOffset: 0 }, 'machine');
  }
  return file;
}

const presign = (accessKeyId: string, seconds: number) =>
  `https://bucket.s3.amazonaws.com/orders.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${accessKeyId}%2F20261122%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T113000Z&X-Amz-Expires=${seconds}&X-Amz-Security-Token=CANARYtoken&X-Amz-SignedHeaders=host&X-Amz-Signature=${'0a1b2c3d'.repeat(8)}`;

test('key says who issued a key, when it expires, and when it was replaced', () => {
  const answers = key(KEY, { db: createDatabase(), now: new Date(NOW) });
  expect(answers).toMatchObject([
    {
      accessKeyId: KEY,
      kind: 'temporary',
      status: 'valid',
      url: null,
      worksUntil: new Date(NOW + 4 * HOUR),
      remainingSeconds: 4 * 3600,
      judgedAt: new Date(NOW),
      notes: [],
      sightings: [
        {
          identity,
          issuedAt: new Date(NOW - 2 * HOUR),
          expiration: new Date(NOW + 4 * HOUR),
          sampleCount: 1,
          replacement: { at: new Date(NOW - HOUR), isDated: true },
        },
      ],
    },
  ]);
});

test('key takes now as a text', () => {
  const db = createDatabase();
  expect(key(KEY, { db, now: '2026-11-22T15:59:59Z' })).toMatchObject([
    { status: 'valid', remainingSeconds: 1 },
  ]);
  expect(key(KEY, { db, now: '2026-11-22T16:00:00Z' })).toMatchObject([{ status: 'expired' }]);
});

test('key judges a presigned URL, and drops its signature and its token', () => {
  const db = createDatabase();
  const answers = key(presign(KEY, 604_800), { db, now: new Date(NOW) });
  expect(answers).toMatchObject([
    {
      accessKeyId: KEY,
      limitedBy: 'key-expiration',
      worksUntil: new Date(NOW + 4 * HOUR),
      url: {
        address: 'https://bucket.s3.amazonaws.com/orders.csv',
        durationSeconds: 604_800,
        signedAt: new Date('2026-11-22T11:30:00Z'),
        requestedUntil: new Date('2026-11-29T11:30:00Z'),
        hasSessionToken: true,
      },
    },
  ]);
  expect(JSON.stringify(answers)).not.toMatch(/CANARY|0a1b2c3d/);
});

test('the path of a presigned URL is shown without secrets', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzq3HT0aUv9';
  const url = presign(KEY, 600).replace('orders.csv', encodeURIComponent(secret));
  expect(JSON.stringify(key(url, { db: createDatabase() }))).not.toContain('wJalrXUtnFEMI');
});

test('key finds each key of a text once, in its order, also masked ones', () => {
  const text = `ExpiredToken: ${LATER_KEY} and ${KEY}, then ${LATER_KEY} again, and ASIA…7QXK`;
  const answers = key(text, { db: createDatabase(), now: new Date(NOW) });
  expect(answers.map(({ accessKeyId, sightings }) => [accessKeyId, sightings.length])).toEqual([
    [LATER_KEY, 1],
    [KEY, 1],
    ['ASIA…7QXK', 1],
  ]);
});

test('the end of a key that the database does not have is unknown', () => {
  const unknown = { status: 'unknown', worksUntil: null, notes: ['NOT_IN_DATABASE'], sightings: [] };
  expect(key('ASIAQQQQQQQQQQQQ0000', { db: createDatabase() })).toMatchObject([unknown]);
  expect(key(KEY, { db: join(temporaryFolder(), 'missing.db') })).toMatchObject([unknown]);
});

test('a text without a key has no answer, and a key of another form has one', () => {
  const db = createDatabase();
  expect(key('no key here', { db })).toEqual([]);
  expect(key('', { db })).toEqual([]);
  expect(key('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { db })).toEqual([]);
  expect(key('minio-admin', { db })).toMatchObject([{ kind: 'other', notes: ['NOT_IN_DATABASE'] }]);
  expect(key('minio-admin', { db })[0]?.accessKeyId).toMatch(/^sha256:/);
});

test('key reads the default database', () => {
  vi.stubEnv('CRED_WATCH_DB', createDatabase());
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(key(KEY)[0]?.sightings).toHaveLength(1);
});

describe('an invalid argument of key is an error', () => {
  test.each([
    [() => key(KEY, { bd: 'x' } as object), 'unknown option "bd"'],
    [() => key(KEY, { now: 'soon' }), 'now "soon" is not a time'],
    [() => key(undefined as never), 'the text with the key is missing'],
    [() => key(KEY, null as never), 'the options are missing'],
  ])('%s', (action, message) => {
    const error = catchError(action);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
    expect(String(error)).not.toContain(KEY);
  });
});

test('key and the command give the same answers', async () => {
  const db = createDatabase();
  const run = await runCommand(['key', KEY, '-f', 'json', '--db', db], {});
  const [shown] = JSON.parse(run.stdout).keys;
  const [answer] = key(KEY, { db });
  expect(shown).toMatchObject({
    status: answer?.status,
    works_until: answer?.worksUntil?.toISOString().replace('.000', ''),
    series: [{ role: 'loader', sample_count: answer?.sightings[0]?.sampleCount }],
  });
});
