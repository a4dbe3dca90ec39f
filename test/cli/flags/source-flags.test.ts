import { Command } from 'commander';
import { expect, test } from 'vitest';
import { openSourceFromFlags, SETTING_FLAGS, type SourceFlags } from '../../../src/cli/flags/source-flags.ts';
import type { Io } from '../../../src/cli/process/io.ts';
import { addStartCheckFlags } from '../../../src/cli/start-check/start-check.ts';
import { systemClock } from '../../../src/clock.ts';
import { CredWatchError } from '../../../src/errors.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const NOWHERE = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
const CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/x' };

function open(flags: Partial<SourceFlags>, env: Record<string, string> = {}, home = '/nonexistent') {
  const io = {
    env: { ...NOWHERE, ...env },
    home,
    clock: systemClock,
    random: () => 0.5,
  } as Partial<Io> as Io;
  return openSourceFromFlags({ source: 'auto', ...flags }, io);
}

async function refusal(flags: Partial<SourceFlags>, env: Record<string, string> = {}): Promise<string> {
  const error = await open(flags, env).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CredWatchError);
  const { message, hint } = error as CredWatchError;
  return `${message}; ${hint}`;
}

test.each<[Partial<SourceFlags>, Record<string, string>, string]>([
  [{}, {}, 'imds'],
  [{}, CONTAINER, 'container'],
  // poll measures this source even if keys or a profile hide it from SDKs.
  [{}, { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x', AWS_PROFILE: 'x' }, 'imds'],
  [{ source: 'imds' }, CONTAINER, 'imds'],
  [{ source: 'container' }, {}, 'container'],
  [{ source: 'environment' }, {}, 'environment'],
  [{ source: 'profile' }, {}, 'profile'],
  [{ source: 'process' }, {}, 'process'],
  [{ process: 'x' }, CONTAINER, 'process'],
  [{ process: 'x', source: 'process' }, {}, 'process'],
  [{ profile: 'x' }, CONTAINER, 'profile'],
  [{ profile: 'x', source: 'profile' }, {}, 'profile'],
  [{ profile: 'x', source: 'process' }, {}, 'process'],
  [{ profile: 'x', source: 'imds' }, {}, 'imds'],
])('flags %j with variables %j select %s', async (flags, env, name) => {
  expect((await open(flags, env)).source.name).toBe(name);
});

test.each<[Partial<SourceFlags>, Record<string, string>, RegExp]>([
  [{ process: 'x', source: 'imds' }, {}, /^--process and --source imds cannot be combined; remove one/],
  [{ process: 'x', source: 'profile' }, {}, /^--process and --source profile cannot be combined; remove one/],
  [{ process: 'x', profile: 'y' }, {}, /^--process and --profile cannot be combined; .* --source process/],
  [
    { profile: 'x', source: 'environment' },
    {},
    /^--profile and --source environment cannot be combined; remove one/,
  ],
  [
    { profile: 'x', source: 'container' },
    CONTAINER,
    /^--profile and --source container cannot be combined; remove one/,
  ],
  [
    { role: 'x' },
    CONTAINER,
    /^--role and --source container cannot be combined: this source has no choice of roles; remove --role/,
  ],
  [{ role: 'x', source: 'container' }, {}, /^--role and --source container cannot be combined/],
  [
    {},
    { CRED_WATCH_HOST: 'a\nb' },
    /^CRED_WATCH_HOST 'a\nb' is not a valid name; remove control characters$/,
  ],
])('flags %j with variables %j are rejected', async (flags, env, pattern) => {
  expect(await refusal(flags, env)).toMatch(pattern);
});

test('the host comes from the flag, else from the environment, else from discovery', async () => {
  const host = async (...args: Parameters<typeof open>) => (await open(...args)).host;
  expect(await host({ host: 'flag' }, { CRED_WATCH_HOST: 'variable' })).toBe('flag');
  expect(await host({}, { CRED_WATCH_HOST: 'variable' })).toBe('variable');
  expect(await host({}, { CRED_WATCH_HOST: '' })).toBeNull();
});

test('IMDS settings come from the profile in the home folder of the program', async () => {
  const home = homeWith({
    config: '[default]\nec2_metadata_service_endpoint = nonsense\n[profile x]\nregion = y\n',
  });
  const getEndpoint = async (flags: Partial<SourceFlags>, env = {}) =>
    (await open(flags, { AWS_EC2_METADATA_SERVICE_ENDPOINT: '', ...env }, home)).source.endpoint;
  expect(await getEndpoint({})).toBeNull();
  expect(await getEndpoint({}, NOWHERE)).toEqual({ url: 'http://127.0.0.1:1', loopback: true });
  expect(await getEndpoint({ source: 'imds', profile: 'x' })).toEqual({
    url: 'http://169.254.169.254',
    loopback: false,
  });
});

test('every setting of a source has a flag', () => {
  const declared = addStartCheckFlags(new Command()).options.map(({ long }) => long);
  for (const { flag } of Object.values(SETTING_FLAGS)) expect(declared).toContain(flag);
});
