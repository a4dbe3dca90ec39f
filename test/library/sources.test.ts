import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type CredentialSource,
  check,
  createAutoSource,
  createContainerSource,
  createEnvironmentSource,
  createImdsSource,
  createProcessSource,
  createProfileSource,
  type PollingSetup,
  pollOnce,
  readReport,
  SampleStore,
  watch,
} from '../../src/library/index.ts';
import { NOWHERE } from '../support/cli/run-program.ts';
import { contentsOf, temporaryFolder } from '../support/cli/temporary-folder.ts';
import { CANARIES, document, hastyClock, imds, LIMITS, ROLES } from '../support/sources/polling.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';

const INSTANCE = { 'GET /latest/meta-data/instance-id': { body: 'i-0abc' } };

/** Nothing of the machine's own gets into a test. */
function surroundings(env: Record<string, string> = {}) {
  const home = temporaryFolder();
  return { env: { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE, ...env }, home, limits: LIMITS };
}

const imdsAt = (url: string) => createImdsSource(surroundings({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }));

function storeIn(folder: string) {
  const db = join(folder, 'samples.db');
  const store = SampleStore.open(db);
  onTestFinished(() => store.close());
  return { db, store };
}

async function roleOf(source: Promise<CredentialSource>) {
  const outcome = await (await source).poll();
  return outcome.ok ? `${outcome.identity.role} ${outcome.credentials.accessKeyId}` : outcome.reason;
}

describe('a source', () => {
  test('is made with the variables that are given, and asks nobody before it is polled', async () => {
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

  test('goes by the variables of the process where none are given, as they are then', async () => {
    const endpoint = await startEndpoint(imds());
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', endpoint.url);
    vi.stubEnv('HOME', temporaryFolder());
    expect(await roleOf(createImdsSource({ discoverHost: false }))).toBe('web-role ASIACANARY0000000001');
  });

  test('has secrets that show themselves to nobody who does not ask', async () => {
    const endpoint = await startEndpoint(imds());
    const outcome = await (await imdsAt(endpoint.url)).poll();
    if (!outcome.ok) throw new Error(outcome.detail);
    const printed = `${JSON.stringify(outcome)}${inspect(outcome, { depth: 9, showHidden: true })}`;
    for (const canary of CANARIES) expect(printed).not.toContain(canary);
    expect(outcome.secrets.secretAccessKey.reveal()).toBe(CANARIES[0]);
  });

  test('is the container where the environment names one, else IMDS', async () => {
    const { env, ...rest } = surroundings();
    const name = async (more: object) => (await createAutoSource({ ...rest, env: { ...env, ...more } })).name;
    expect(await name({})).toBe('imds');
    expect(await name({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' })).toBe('container');
  });

  test('of IMDS heeds the settings of the profile', async () => {
    const endpoint = await startEndpoint(imds());
    const { env, ...given } = surroundings();
    mkdirSync(join(given.home, '.aws'));
    const settings = `[profile lab]\nec2_metadata_service_endpoint = ${endpoint.url}\n`;
    writeFileSync(join(given.home, '.aws', 'config'), settings);
    const source = await createImdsSource({ ...given, env: { HOME: env.HOME }, profile: 'lab' });
    expect(source.endpoint?.url).toBe(endpoint.url);
  });

  test('of each other kind is there, named as the caller says', async () => {
    const Expiration = '2026-11-22T06:23:11Z';
    const endpoint = await startEndpoint({ 'GET /creds': { body: document() } });
    const keys = {
      AWS_ACCESS_KEY_ID: 'ASIAENV',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_CREDENTIAL_EXPIRATION: Expiration,
    };
    const printed = JSON.stringify({ Version: 1, AccessKeyId: 'ASIAPROC', SecretAccessKey: 'x', Expiration });
    const profile = surroundings();
    mkdirSync(join(profile.home, '.aws'));
    const credentials = `[loader]\naws_access_key_id = ASIAFILE\naws_secret_access_key = x\nexpiration = ${Expiration}\n`;
    writeFileSync(join(profile.home, '.aws', 'credentials'), credentials);
    const command = `echo '${printed}'`;
    const container = surroundings({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/creds` });
    expect(await roleOf(createContainerSource(container))).toBe(' ASIACANARY0000000001');
    expect(await roleOf(createEnvironmentSource({ ...surroundings(keys), role: 'mine' }))).toBe(
      'mine ASIAENV',
    );
    expect(await roleOf(createProcessSource({ ...surroundings(), command }))).toBe('echo ASIAPROC');
    expect(await roleOf(createProcessSource({ ...surroundings(), command, role: 'mine' }))).toBe(
      'mine ASIAPROC',
    );
    expect(await roleOf(createProfileSource({ ...profile, profile: 'loader' }))).toBe('loader ASIAFILE');
  });

  test('refuses options that cannot be, and fails for a bad environment', async () => {
    await expect(createProcessSource({ command: ' ' })).rejects.toThrow(
      'the command of a process source is none',
    );
    await expect(createProcessSource({ command: 'a', profile: 'b' })).rejects.toThrow('exclude each other');
    await expect(createImdsSource({ role: 'a\nb' })).rejects.toThrow('the role is not a name');
    await expect(createProfileSource({ profile: '' })).rejects.toThrow('the profile is not a name');
    expect(await roleOf(createImdsSource({ ...surroundings(), role: '../secret' }))).toBe(
      'invalid-configuration',
    );
    expect(await roleOf(imdsAt('nonsense'))).toBe('invalid-configuration');
    expect(await roleOf(createContainerSource(surroundings()))).toBe('invalid-configuration');
  });
});

describe('polling', () => {
  const times = () => ({
    LastUpdated: new Date(Date.now() - 60_000).toISOString(),
    Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
  });
  const start = () =>
    startEndpoint({ ...imds({ [`GET ${ROLES}web-role`]: { body: document(times()) } }), ...INSTANCE });

  test('records a sample, from which a report is read, and no secret', async () => {
    const folder = temporaryFolder();
    const { db, store } = storeIn(folder);
    const { outcome, identity } = await pollOnce({ source: await imdsAt((await start()).url), store });
    expect([outcome.ok, identity.host]).toEqual([true, 'i-0abc']);
    expect(readReport({ db, role: 'web-role' }).judge('5h')).toMatchObject({
      verdict: 'unknown',
      series: [{ analysis: { identity: { host: 'i-0abc' }, measurement: { sampleCount: 1 } } }],
    });
    for (const path of Object.keys(contentsOf(folder))) {
      const bytes = readFileSync(join(folder, path), 'latin1');
      for (const canary of CANARIES) expect(bytes).not.toContain(canary);
    }
  });

  test('files samples under the host that is named, and failed polls as such', async () => {
    const { db, store } = storeIn(temporaryFolder());
    const source = await createImdsSource(surroundings({ AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' }));
    const { outcome, identity } = await pollOnce({ source, store, host: 'db-loader' });
    expect([outcome.ok, identity.host]).toEqual([false, 'db-loader']);
    expect(readReport({ db }).series).toMatchObject([
      { analysis: { measurement: null, failedPolls: [{ reason: 'unreachable', count: 1 }] } },
    ]);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('CRED_WATCH_HOST', 'named');
    expect((await pollOnce({ source, store })).identity.host).toBe('named');
    expect((await pollOnce({ source, store, host: null, machine: 'me' })).identity.host).toBe('me');
    await expect(pollOnce({ source, store, host: '\n' })).rejects.toThrow('the host is not a name');
  });

  test('goes on until it is told to stop, and tells how many samples it took', async () => {
    const { db, store } = storeIn(temporaryFolder());
    const stop = new AbortController();
    const polled: boolean[] = [];
    const samples = await watch(
      { source: await imdsAt((await start()).url), store },
      {
        interval: '5m',
        signal: stop.signal,
        clock: hastyClock,
        onPoll: ({ outcome }) => {
          polled.push(outcome.ok);
          if (polled.length === 3) stop.abort();
        },
      },
    );
    expect([samples, polled]).toEqual([3, [true, true, true]]);
    expect(readReport({ db }).series[0]!.analysis.measurement!.sampleCount).toBe(3);
  });

  test('is not made to ask endpoints that others depend on too often', async () => {
    const { store } = storeIn(temporaryFolder());
    const asked: string[] = [];
    const source: CredentialSource = {
      name: 'imds',
      endpoint: { url: 'http://169.254.169.254', loopback: false },
      poll: () => Promise.reject(asked.push('asked')),
    };
    const where: PollingSetup = { source, store };
    await expect(watch(where, { interval: '9s' })).rejects.toThrow('too short for http://169.254.169.254');
    await expect(watch(where, { interval: 0 })).rejects.toThrow('the interval 0 is no time at all');
    await expect(watch(where, { interval: '5m', for: 'ever' })).rejects.toThrow(
      'for "ever" is not a duration',
    );
    expect(asked).toEqual([]);
  });

  test('judges the credentials in hand for a job that starts now', async () => {
    const { store } = storeIn(temporaryFolder());
    const where = { source: await imdsAt((await start()).url), store };
    expect((await check(where, '5h')).judgement).toMatchObject({ verdict: 'safe', required: 18_300 });
    expect((await check(where, '6h', { margin: 0 })).judgement.verdict).toBe('not-safe');
    await expect(check(where, 'long')).rejects.toThrow('the duration "long" is not a duration');
  });
});
