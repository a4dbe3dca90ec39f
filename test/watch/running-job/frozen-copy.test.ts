import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Sample } from '../../../src/domain/model.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { type FrozenCopyOptions, findFrozenCopy } from '../../../src/watch/running-job/frozen-copy.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const HOUR = 3_600_000;
const KEY_ID = 'ASIATESTSFALSE000001';
const KEYS = {
  AWS_ACCESS_KEY_ID: KEY_ID,
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  AWS_SESSION_TOKEN: 'not-a-token',
};

/** Whole seconds, as in documents. */
const NOW = Math.floor(Date.now() / 1000) * 1000;
const toText = (instant: number) => new Date(instant).toISOString();

interface Case extends Partial<Omit<FrozenCopyOptions, 'view'>> {
  hasOtherFiles?: boolean;
}

/** Finds the copy in a process with these variables. */
function find(env: Record<string, string>, { hasOtherFiles = false, ...changes }: Case = {}) {
  return findFrozenCopy({
    view: {
      observed: { pid: 7, isOtherUser: false, hasOtherFiles, hasOtherNetwork: false },
      options: { env, home: '' },
    },
    ownEnv: {},
    system: { clock: systemClock, random: () => 0 },
    store: null,
    expiresAt: null,
    provider: 'environment',
    ...changes,
  });
}

const variables = (expiration: number) => ({ ...KEYS, AWS_CREDENTIAL_EXPIRATION: toText(expiration) });

const SERIES = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

const storeSample = (store: SampleStore, changes: Partial<Sample>) =>
  store.recordSample(
    SERIES,
    {
      accessKeyId: KEY_ID,
      lastUpdated: NOW - HOUR,
      expiration: NOW + HOUR,
      zoneless: false,
      clockOffset: 0,
      observedAt: NOW - HOUR,
      ...changes,
    },
    'machine',
  );

/** A database with a sample of the key. */
function storeKey(expiration: number, changes: Partial<Sample> = {}): SampleStore {
  const store = temporaryStore();
  storeSample(store, { expiration, ...changes });
  return store;
}

describe('the expiration of a copy', () => {
  test('the variables state the expiration', async () => {
    expect(await find(variables(NOW + HOUR))).toEqual({
      accessKeyId: KEY_ID,
      end: { expiration: { at: NOW + HOUR, origin: 'variables' }, reason: null },
      issuedAt: null,
      aheadMs: 0,
      wrongClockOffset: null,
      notes: [],
    });
  });

  test.each([
    ['the database', NOW + 3 * HOUR, NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR, 'database'],
    ['the variables', NOW + HOUR, NOW + 3 * HOUR, NOW + 2 * HOUR, NOW + HOUR, 'variables'],
    ['the flag', NOW + 3 * HOUR, NOW + 2 * HOUR, NOW + HOUR, NOW + HOUR, 'flag'],
  ])('the earliest of several expirations counts: %s', async (_, stated, stored, expiresAt, at, origin) => {
    const { end } = await find(variables(stated), { store: storeKey(stored), expiresAt });
    expect(end.expiration).toEqual({ at, origin });
  });

  test('the database knows the expiration of keys whose variables state none', async () => {
    const { end, accessKeyId } = await find(KEYS, { store: storeKey(NOW + HOUR) });
    expect(accessKeyId).toBe(KEY_ID);
    expect(end.expiration).toEqual({ at: NOW + HOUR, origin: 'database' });
  });

  test('the database knows when the key was issued, unless the endpoint does not state it', async () => {
    const store = storeKey(NOW + HOUR);
    expect((await find(KEYS, { store })).issuedAt).toBe(NOW - HOUR);
    const undated = storeKey(NOW + HOUR, { lastUpdated: null });
    expect((await find(KEYS, { store: undated })).issuedAt).toBeNull();
  });

  test('a key that the database dates in the future moves the present', async () => {
    const store = storeKey(NOW + HOUR, { observedAt: NOW, lastUpdated: NOW + 400_000 });
    const { aheadMs } = await find(KEYS, { store });
    expect(aheadMs).toBeGreaterThan(390_000);
    // Among right dates, a wrong date does not correct the series. The clocks are still not trusted.
    for (const [hours, accessKeyId] of [
      [2, 'ASIATESTSFALSE000002'],
      [3, 'ASIATESTSFALSE000003'],
    ] as const) {
      const issuedAt = NOW - hours * HOUR;
      storeSample(store, { accessKeyId, lastUpdated: issuedAt, observedAt: issuedAt + 1000 });
    }
    expect((await find(KEYS, { store })).aheadMs).toBe(400_000);
  });
});

describe('a copy without an expiration', () => {
  test('keys of a session are unknown', async () => {
    expect((await find(KEYS)).end).toEqual({
      expiration: null,
      reason: {
        code: 'EXPIRATION_UNKNOWN',
        detail: 'AWS_CREDENTIAL_EXPIRATION is not set',
        hasDatabase: false,
      },
    });
    expect((await find(KEYS, { expiresAt: NOW })).end.expiration).toEqual({ at: NOW, origin: 'flag' });
  });

  test('long-lived keys have none, unless a user states one', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAFALSEFALSE000001', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
    expect((await find(env)).end.reason).toEqual({ code: 'LONG_LIVED' });
    expect((await find(env, { expiresAt: NOW })).end.expiration?.origin).toBe('flag');
  });

  test('invalid keys are unknown even if an expiration is stated', async () => {
    const env = { ...variables(NOW + HOUR), AWS_SECRET_ACCESS_KEY: '"quoted"' };
    const { end } = await find(env, { expiresAt: NOW + HOUR });
    expect(end.reason).toMatchObject({ code: 'COPY_INVALID', reason: 'invalid-configuration' });
  });

  test('a process without keys has no copy', async () => {
    expect((await find({})).end.reason).toEqual({ code: 'NO_COPY', provider: null });
  });

  test('keys that SDKs do not use are no copy, but a user can state the end of another copy', async () => {
    const hidden = await find(variables(NOW + HOUR), { provider: 'container' });
    expect(hidden).toMatchObject({
      accessKeyId: null,
      end: { reason: { code: 'NO_COPY', provider: 'container' } },
    });
    const { end } = await find({}, { provider: 'imds', expiresAt: NOW + HOUR });
    expect(end.expiration).toEqual({ at: NOW + HOUR, origin: 'flag' });
  });
});

describe('the time zone of the process', () => {
  const awsume = { ...KEYS, AWSUME_EXPIRATION: '2100-01-01T00:00:00' };
  const zoneless = { ...KEYS, AWS_SESSION_EXPIRATION: '2100-01-01T00:00:00' };

  test.each([
    ['local time', awsume],
    ['time without a zone', zoneless],
  ])('%s is read if the process has the same zone, and unknown otherwise', async (_, env) => {
    expect((await find(env)).end.expiration?.origin).toBe('variables');
    for (const other of [find({ ...env, TZ: 'Asia/Tokyo' }), find(env, { hasOtherFiles: true })])
      expect((await other).end.reason).toMatchObject({ code: 'EXPIRATION_UNKNOWN' });
    const same = await find({ ...env, TZ: 'Asia/Tokyo' }, { ownEnv: { TZ: 'Asia/Tokyo' } });
    expect(same.end.expiration?.origin).toBe('variables');
  });
});
