import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import {
  type CredentialSource,
  check,
  type PollTarget,
  poll,
  readReport,
  SampleStore,
  sources,
  watch,
} from '../../src/library/index.ts';
import { NOWHERE } from '../support/cli/program-run.ts';
import { readFolder, temporaryFolder } from '../support/cli/temporary-folder.ts';
import { CANARIES, document, imds, LIMITS, ROLES } from '../support/sources/polling.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';
import { ciTest } from '../support/thorough.ts';

const INSTANCE = { 'GET /latest/meta-data/instance-id': { body: 'i-0abc' } };

/** Options with an empty home and no endpoint, so that the test does not depend on the machine. */
function isolated(env: Record<string, string> = {}) {
  const home = temporaryFolder();
  return { env: { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE, ...env }, home, limits: LIMITS };
}

const imdsAt = (url: string) => sources.imds(isolated({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }));

function storeIn(folder: string) {
  const db = join(folder, 'samples.db');
  const store = SampleStore.open(db);
  onTestFinished(() => store.close());
  return { db, store };
}

async function getRole(source: Promise<CredentialSource>) {
  const outcome = await (await source).poll();
  return outcome.ok ? `${outcome.identity.role} ${outcome.credentials.accessKeyId}` : outcome.reason;
}

describe('sources', () => {
  test('a source uses the given variables and sends no request before the first poll', async () => {
    const endpoint = await startEndpoint({ ...imds(), ...INSTANCE });
    const source = await imdsAt(endpoint.url);
    expect([source.name, source.endpoint]).toEqual(['imds', { url: endpoint.url, loopback: true }]);
    expect(endpoint.seen()).toEqual([]);
    expect(await source.poll()).toMatchObject({
      ok: true,
      identity: { role: 'web-role', host: 'i-0abc', apiVersion: '2' },
      credentials: { accessKeyId: 'ASIACANARY0000000001' },
    });
  });

  test('a source without given variables uses those of the process at that time', async () => {
    const endpoint = await startEndpoint(imds());
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', endpoint.url);
    vi.stubEnv('HOME', temporaryFolder());
    expect(await getRole(sources.imds({ discoverHost: false }))).toBe('web-role ASIACANARY0000000001');
  });

  test('secrets of an outcome are redacted until reveal() is called', async () => {
    const endpoint = await startEndpoint(imds());
    const outcome = await (await imdsAt(endpoint.url)).poll();
    if (!outcome.ok) throw new Error(outcome.detail);
    const printed = `${JSON.stringify(outcome)}${inspect(outcome, { depth: 9, showHidden: true })}`;
    for (const canary of CANARIES) expect(printed).not.toContain(canary);
    expect(outcome.secrets.secretAccessKey.reveal()).toBe(CANARIES[0]);
  });

  test('auto opens the container endpoint if the environment names one, else IMDS', async () => {
    const { env, ...rest } = isolated();
    const name = async (more: object) => (await sources.auto({ ...rest, env: { ...env, ...more } })).name;
    expect(await name({})).toBe('imds');
    expect(await name({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' })).toBe('container');
  });

  test('imds uses the settings of the given profile', async () => {
    const endpoint = await startEndpoint(imds());
    const { env, ...options } = isolated();
    mkdirSync(join(options.home, '.aws'));
    const settings = `[profile lab]\nec2_metadata_service_endpoint = ${endpoint.url}\n`;
    writeFileSync(join(options.home, '.aws', 'config'), settings);
    const source = await sources.imds({ ...options, env: { HOME: env.HOME }, profile: 'lab' });
    expect(source.endpoint?.url).toBe(endpoint.url);
  });

  test('every other source can be polled and takes its role from the options', async () => {
    const Expiration = '2026-11-22T06:23:11Z';
    const endpoint = await startEndpoint({ 'GET /creds': { body: document() } });
    const keys = {
      AWS_ACCESS_KEY_ID: 'ASIAENV',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_SESSION_TOKEN: 'x',
      AWS_CREDENTIAL_EXPIRATION: Expiration,
    };
    const printed = JSON.stringify({
      Version: 1,
      AccessKeyId: 'ASIAPROC',
      SecretAccessKey: 'x',
      SessionToken: 'x',
      Expiration,
    });
    const profile = isolated();
    mkdirSync(join(profile.home, '.aws'));
    const credentials = `[loader]\naws_access_key_id = ASIAFILE\naws_secret_access_key = x\naws_session_token = x\nexpiration = ${Expiration}\n`;
    writeFileSync(join(profile.home, '.aws', 'credentials'), credentials);
    const command = `echo '${printed}'`;
    const container = isolated({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/creds` });
    expect(await getRole(sources.container(container))).toBe('null ASIACANARY0000000001');
    expect(await getRole(sources.environment({ ...isolated(keys), role: 'mine' }))).toBe('mine ASIAENV');
    expect(await getRole(sources.process({ ...isolated(), command }))).toBe('echo ASIAPROC');
    expect(await getRole(sources.process({ ...isolated(), command, role: 'mine' }))).toBe('mine ASIAPROC');
    expect(await getRole(sources.profile({ ...profile, profile: 'loader' }))).toBe('loader ASIAFILE');
  });

  ciTest(
    'a profile that begins to name a role has its endpoint and issues credentials after the next poll',
    async () => {
      const { home, ...options } = isolated();
      mkdirSync(join(home, '.aws'));
      const keys = '[base]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n';
      writeFileSync(join(home, '.aws', 'credentials'), keys);
      const source = await sources.profile({ ...options, home, profile: 'base', stsEndpoint: NOWHERE });
      await source.poll();
      expect(source).toMatchObject({ endpoint: null, issuesCredentials: false });
      const role = 'role_arn = arn:aws:iam::111122223333:role/loader\nsource_profile = base\n';
      writeFileSync(join(home, '.aws', 'config'), `[profile base]\nregion = eu-west-1\n${role}`);
      await source.poll();
      expect(source).toMatchObject({ endpoint: { url: NOWHERE, loopback: true }, issuesCredentials: true });
    },
  );

  test.each<[string, Date | string]>([
    ['a Date', new Date('2026-11-22T06:23:11Z')],
    ['a text', '2026-11-22T06:23:11Z'],
    ['a text with another zone', '2026-11-22T07:23:11+01:00'],
  ])('expiresAt as %s is the expiration of keys that state none, or a later one', async (_, expiresAt) => {
    const keys = { AWS_ACCESS_KEY_ID: 'ASIAENV', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 'x' };
    const expiration = async (opened: Promise<CredentialSource>) => {
      const outcome = await (await opened).poll();
      return outcome.ok ? outcome.credentials.expiration.toISOString() : outcome.reason;
    };
    const given = '2026-11-22T06:23:11.000Z';
    expect(await expiration(sources.environment(isolated(keys)))).toBe('unknown-expiry');
    expect(await expiration(sources.environment({ ...isolated(keys), expiresAt }))).toBe(given);
    const stated = (time: string) => isolated({ ...keys, AWS_CREDENTIAL_EXPIRATION: time });
    expect(await expiration(sources.environment({ ...stated('2026-11-22T09:00:00Z'), expiresAt }))).toBe(
      given,
    );
    expect(await expiration(sources.environment({ ...stated('2026-11-22T05:00:00Z'), expiresAt }))).toBe(
      '2026-11-22T05:00:00.000Z',
    );
    const printed = { Version: 1, AccessKeyId: 'ASIAPROC', SecretAccessKey: 'x', SessionToken: 'x' };
    const command = `echo '${JSON.stringify(printed)}'`;
    expect(await expiration(sources.process({ ...isolated(), command, expiresAt }))).toBe(given);
    const profile = isolated();
    mkdirSync(join(profile.home, '.aws'));
    writeFileSync(
      join(profile.home, '.aws', 'credentials'),
      '[default]\naws_access_key_id = ASIAFILE\naws_secret_access_key = x\naws_session_token = x\n',
    );
    expect(await expiration(sources.profile({ ...profile, expiresAt }))).toBe(given);
  });

  test.each([
    ['45m', 'expiresAt "45m" is not a time'],
    ['2026-01-31', 'expiresAt "2026-01-31" is not a time'],
    ['2026-01-31T12:00:00', 'expiresAt "2026-01-31T12:00:00" has no time zone'],
    [new Date(Number.NaN), 'expiresAt (of type object) is not a time'],
    [1_900_000_000, 'expiresAt 1900000000 is not a time'],
  ])('expiresAt rejects %s', async (expiresAt, message) => {
    await expect(sources.environment({ expiresAt } as object)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message,
    });
  });

  test('sources that state their expiration have no option expiresAt', async () => {
    const options = { expiresAt: '2026-11-22T06:23:11Z' } as object;
    for (const open of [sources.imds, sources.container, sources.sso, sources.role])
      await expect(open(options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('has no option expiresAt'),
      });
  });

  test('an invalid option is an error, and an invalid environment is a failed poll', async () => {
    await expect(sources.process({ command: ' ' })).rejects.toThrow('the command is empty');
    await expect(sources.process({ command: 'a', profile: 'b' })).rejects.toThrow(
      'command and profile cannot be combined',
    );
    await expect(sources.imds({ rloe: 'a' } as object)).rejects.toThrow('unknown option "rloe"');
    await expect(sources.imds({ role: 'a\nb' })).rejects.toThrow('the role is not a valid name');
    await expect(sources.profile({ profile: '' })).rejects.toMatchObject({
      message: 'the profile is not a valid name',
      code: 'INVALID_ARGUMENT',
    });
    expect(await getRole(sources.imds({ ...isolated(), role: '../secret' }))).toBe('invalid-configuration');
    expect(await getRole(imdsAt('nonsense'))).toBe('invalid-configuration');
    expect(await getRole(sources.container(isolated()))).toBe('invalid-configuration');
  });
});

describe('polling', () => {
  const times = () => ({
    LastUpdated: new Date(Date.now() - 60_000).toISOString(),
    Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
  });
  const start = () =>
    startEndpoint({ ...imds({ [`GET ${ROLES}web-role`]: { body: document(times()) } }), ...INSTANCE });

  test('poll records a sample for reports, and no secret', async () => {
    const folder = temporaryFolder();
    const { db, store } = storeIn(folder);
    const { outcome, identity } = await poll({ source: await imdsAt((await start()).url), store });
    expect([outcome.ok, identity.host]).toEqual([true, 'i-0abc']);
    expect(readReport({ db, role: 'web-role' }).judge('5h')).toMatchObject({
      verdict: 'unknown',
      series: [{ analysis: { identity: { host: 'i-0abc' }, measurement: { sampleCount: 1 } } }],
    });
    for (const path of Object.keys(readFolder(folder))) {
      const bytes = readFileSync(join(folder, path), 'latin1');
      for (const canary of CANARIES) expect(bytes).not.toContain(canary);
    }
  });

  test('poll records samples and failed polls under the given host', async () => {
    const { db, store } = storeIn(temporaryFolder());
    const source = await sources.imds(isolated({ AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' }));
    const { outcome, identity } = await poll({ source, store, host: 'db-loader' });
    expect([outcome.ok, identity.host]).toEqual([false, 'db-loader']);
    expect(readReport({ db }).series).toMatchObject([
      { analysis: { measurement: null, failedPolls: [{ reason: 'unreachable', count: 1 }] } },
    ]);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('CRED_WATCH_HOST', 'named');
    expect((await poll({ source, store })).identity.host).toBe('named');
    expect((await poll({ source, store, host: null, machine: 'me' })).identity.host).toBe('me');
    await expect(poll({ source, store, hsot: 'h' } as Parameters<typeof poll>[0])).rejects.toThrow(
      'unknown option "hsot"',
    );
    await expect(poll(undefined as unknown as Parameters<typeof poll>[0])).rejects.toThrow(
      'the options are missing',
    );
    expect(() => store.prune('7d', { dryrun: true } as object)).toThrow('unknown option "dryrun"');
    expect(() => store.histories({ hsot: 'h' } as object)).toThrow('unknown option "hsot"');
    await expect(poll({ store } as Parameters<typeof poll>[0])).rejects.toThrow('the source is missing');
    await expect(poll({ source } as Parameters<typeof poll>[0])).rejects.toThrow(
      'the store is not a SampleStore',
    );
    await expect(poll({ source, store, host: '\n' })).rejects.toThrow('the host is not a valid name');
  });

  test('watch polls until its signal is aborted and returns the number of samples', async () => {
    const { db, store } = storeIn(temporaryFolder());
    const stop = new AbortController();
    const polled: boolean[] = [];
    onTestFinished(() => void vi.restoreAllMocks());
    // Skips the pauses between polls, but not the time limits of a poll.
    const { sleep } = systemClock;
    vi.spyOn(systemClock, 'sleep').mockImplementation(async (milliseconds, signal) => {
      if (milliseconds < 60_000) await sleep(milliseconds, signal);
    });
    const { sampleCount } = await watch(
      { source: await imdsAt((await start()).url), store },
      {
        interval: '5m',
        signal: stop.signal,
        onPoll: ({ outcome }) => {
          polled.push(outcome.ok);
          if (polled.length === 3) stop.abort();
        },
      },
    );
    expect([sampleCount, polled]).toEqual([3, [true, true, true]]);
    expect(readReport({ db }).series[0]?.analysis.measurement?.sampleCount).toBe(3);
  });

  test('watch rejects a short interval for an endpoint of another machine', async () => {
    const { store } = storeIn(temporaryFolder());
    let polls = 0;
    const source: CredentialSource = {
      name: 'imds',
      endpoint: { url: 'http://169.254.169.254', loopback: false },
      poll: () => Promise.reject(new Error(`poll ${++polls}`)),
    };
    const target: PollTarget = { source, store };
    await expect(watch(target, { interval: '9s' })).rejects.toMatchObject({
      message: expect.stringContaining('http://169.254.169.254'),
      code: 'POLL_INTERVAL_TOO_SHORT',
    });
    await expect(watch(target, { interval: 0 })).rejects.toThrow('the interval 0 is not longer than 0');
    await expect(watch(target, { interval: '5m', stopAfter: 'ever' })).rejects.toThrow(
      'stopAfter "ever" is not a duration',
    );
    expect(polls).toBe(0);
  });

  test('watch polls a source that makes AWS issue credentials at most every 15 minutes', async () => {
    const { store } = storeIn(temporaryFolder());
    const { env, ...options } = isolated({ AWS_REGION: 'eu-west-1' });
    const source = await sources.role({ ...options, env, roleArn: 'arn:aws:iam::111122223333:role/loader' });
    expect(source.issuesCredentials).toBe(true);
    await expect(watch({ source, store }, { interval: '5m' })).rejects.toMatchObject({
      message: expect.stringContaining('AWS issues new credentials for every poll'),
      code: 'POLL_INTERVAL_TOO_SHORT',
    });
  });

  test('watch polls a source less often from the poll that shows that AWS issues its credentials', async () => {
    const { store } = storeIn(temporaryFolder());
    const outcome = await (await sources.environment(isolated())).poll();
    onTestFinished(() => void vi.restoreAllMocks());
    const sleep = vi.spyOn(systemClock, 'sleep').mockResolvedValue();
    const stop = new AbortController();
    let polls = 0;
    const source: CredentialSource = {
      name: 'profile',
      endpoint: null,
      get issuesCredentials() {
        return polls >= 2;
      },
      poll: async () => {
        polls += 1;
        return outcome;
      },
    };
    const onPoll = () => {
      if (polls === 3) stop.abort();
    };
    await watch({ source, store }, { interval: '5m', signal: stop.signal, onPoll });
    const [first = 0, second = 0] = sleep.mock.calls.map(([milliseconds]) => milliseconds / 60_000);
    expect(first).toBeLessThan(6);
    expect(second).toBeGreaterThan(13);
  });

  test('check polls and judges a job that starts now', async () => {
    const { store } = storeIn(temporaryFolder());
    const target = { source: await imdsAt((await start()).url), store };
    expect((await check(target, '5h')).judgement).toMatchObject({
      verdict: 'safe',
      requiredSeconds: 18_300,
      judgedAt: expect.any(Date),
    });
    expect((await check(target, '6h', { margin: 0 })).judgement.verdict).toBe('not-safe');
    await expect(check(target, 'long')).rejects.toThrow('the job duration "long" is not a duration');
  });
});

describe('check with a source of sources.auto', () => {
  const KEYS = {
    AWS_ACCESS_KEY_ID: 'ASIATESTS0000000ENVI',
    AWS_SECRET_ACCESS_KEY: 'false-secret',
    AWS_SESSION_TOKEN: 'false-token',
    AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 8 * 3_600_000).toISOString(),
  };
  const WEB_IDENTITY = {
    AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/other',
  };

  test('check judges the keys in the environment if every SDK uses them', async () => {
    const { store } = storeIn(temporaryFolder());
    const { identity, outcome, judgement } = await check(
      { source: await sources.auto(isolated(KEYS)), store },
      '4h',
    );
    expect(identity.source).toBe('environment');
    expect(outcome).toMatchObject({ ok: true, credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID } });
    expect(judgement.verdict).toBe('safe');
  });

  test.each([
    ['SDKs disagree', { ...KEYS, AWS_PROFILE: 'gone' }],
    ['SDKs use web identity', WEB_IDENTITY],
  ])('check throws CREDENTIALS_UNDECIDED if %s, and poll records IMDS', async (_, env) => {
    const { store } = storeIn(temporaryFolder());
    const source = await sources.auto(isolated(env));
    await expect(check({ source, store }, '4h')).rejects.toMatchObject({
      code: 'CREDENTIALS_UNDECIDED',
      message: expect.stringMatching(/SDKs disagree|^SDKs /),
    });
    expect((await poll({ source, store })).identity.source).toBe('imds');
    const chosen = await sources.imds(isolated(env));
    expect((await check({ source: chosen, store }, '4h')).judgement.verdict).toBe('unknown');
  });
});
