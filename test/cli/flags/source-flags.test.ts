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
    /^--role and the source container \(--source auto\) cannot be combined: this source has no choice of roles; remove --role/,
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

const PROFILES =
  '[profile tf]\nrole_arn = arn:aws:iam::111122223333:role/tf\nsource_profile = base\nregion = eu-west-1\n' +
  '[profile base]\naws_access_key_id = AKIAFALSE0000000BASE\naws_secret_access_key = false-secret\n';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/other';

test('--profile takes the flags of a role session if the profile assumes a role', async () => {
  const home = homeWith({ config: PROFILES });
  const opened = await open({ profile: 'tf', duration: 7200, sessionName: 'ci', externalId: 'id' }, {}, home);
  expect(opened.source.name).toBe('profile');
});

test('--duration is an error for a profile that assumes no role', async () => {
  const home = homeWith({ config: PROFILES });
  await expect(open({ profile: 'base', duration: 7200 }, {}, home)).rejects.toThrow(
    'profile base assumes no role, so a duration has no effect',
  );
});

test('with --role-arn, the credentials of --profile assume the role', async () => {
  const home = homeWith({ config: PROFILES });
  const opened = await open({ profile: 'base', roleArn: ROLE_ARN, duration: 7200 }, {}, home);
  expect(opened.source.name).toBe('role');
});

test('a message about contradicting flags names only flags that were typed', async () => {
  expect(await refusal({ process: 'x', duration: 7200 })).toMatch(
    /^--duration and --process cannot be combined/,
  );
  expect(await refusal({ duration: 7200 })).toMatch(
    /^--duration and the source imds \(--source auto\) cannot be combined: this source assumes no role; /,
  );
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
