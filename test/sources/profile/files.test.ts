import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const read = (env: Record<string, string>, more: { home?: string; profile?: string } = {}) =>
  readProfileFiles({ env, ...more });

test('a profile has the sections of both files', async () => {
  const home = homeWith({
    config: `
[default]
region = eu-west-1
[profile loader]
credential_process = /opt/keys --for "a b"   ; a comment
ec2_metadata_service_endpoint = http://127.0.0.1:1338/ # another
s3 =
  max_concurrent_requests = 20
[profile "quoted"]
role_arn = arn:aws:iam::123456789012:role/x
[unprefixed]
region = nowhere
[sso-session corp]
sso_start_url = https://corp.example/start
[services local]
s3 =
  endpoint_url = http://127.0.0.1:1
`,
    credentials: `
[loader]
aws_access_key_id=AKIAEXAMPLE
aws_secret_access_key = a=b/c+d==
[only-keys]
aws_access_key_id = AKIAOTHER
`,
  });
  const files = await read({ HOME: home });
  expect(files.configFile).toEqual({ path: join(home, '.aws/config'), state: 'read', problem: null });
  expect(files.credentialsFile).toEqual({
    path: join(home, '.aws/credentials'),
    state: 'read',
    problem: null,
  });
  expect(files.selectedName).toBe('default');
  expect(Object.fromEntries(files.profiles)).toMatchObject({
    default: { name: 'default', config: { region: 'eu-west-1' }, credentials: {} },
    loader: {
      config: {
        credential_process: '/opt/keys --for "a b"',
        ec2_metadata_service_endpoint: 'http://127.0.0.1:1338/',
      },
      credentials: { aws_access_key_id: 'AKIAEXAMPLE', aws_secret_access_key: 'a=b/c+d==' },
    },
    quoted: { config: { role_arn: 'arn:aws:iam::123456789012:role/x' } },
    'only-keys': { config: {}, credentials: { aws_access_key_id: 'AKIAOTHER' } },
  });
  expect([...files.profiles.keys()].sort()).toEqual(['default', 'loader', 'only-keys', 'quoted']);
  expect(files.ssoSessions).toEqual(new Map([['corp', { sso_start_url: 'https://corp.example/start' }]]));
});

test('in the config file, [profile default] takes precedence over [default]', async () => {
  const home = homeWith({ config: '[profile default]\nregion = a\n[default]\nregion = b\n' });
  expect((await read({ HOME: home })).profiles.get('default')!.config).toEqual({ region: 'a' });
});

test('a file is read every time', async () => {
  const home = homeWith({ config: '[default]\nregion = before\n' });
  expect((await read({ HOME: home })).profiles.get('default')!.config.region).toBe('before');
  writeFileSync(join(home, '.aws/config'), '[default]\nregion = after\n');
  expect((await read({ HOME: home })).profiles.get('default')!.config.region).toBe('after');
});

describe('the location of the files is', () => {
  const region = '[default]\nregion = here\n';
  const readRegion = async (...args: Parameters<typeof read>) =>
    (await read(...args)).profiles.get('default')?.config.region;

  test('the HOME of the environment takes precedence over the given home', async () => {
    const home = homeWith({ config: region });
    expect(await readRegion({ HOME: home }, { home: '/nonexistent' })).toBe('here');
    expect(await readRegion({ HOME: ' ' }, { home })).toBe('here');
    expect(await readRegion({}, { home })).toBe('here');
    expect(await readRegion({ HOME: '/nonexistent' }, { home })).toBeUndefined();
  });

  test('variables name the files, with ~ for the home', async () => {
    const home = homeWith({ config: '[default]\nregion = not here\n' });
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, region);
    writeFileSync(join(home, 'own'), region);
    expect(await readRegion({ HOME: home, AWS_CONFIG_FILE: elsewhere })).toBe('here');
    expect(await readRegion({ HOME: home, AWS_CONFIG_FILE: '~/own' })).toBe('here');
    expect(await readRegion({ HOME: home, AWS_CONFIG_FILE: '' })).toBe('not here');
    const { profiles, credentialsFile } = await read({
      HOME: home,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: elsewhere,
    });
    expect(credentialsFile.path).toBe(elsewhere);
    expect(profiles.get('default')).toEqual({
      name: 'default',
      config: {},
      credentials: { region: 'here' },
    });
  });
});

describe('without a file', () => {
  const states = async (env: Record<string, string>) => {
    const { configFile, credentialsFile, profiles } = await read(env);
    expect(profiles.size).toBe(0);
    return [configFile, credentialsFile].map(({ state, problem }) => `${state}: ${problem}`);
  };

  test('the config file and the credentials file may be missing', async () => {
    expect(await states({ HOME: '/nonexistent' })).toEqual(['missing: ENOENT', 'missing: ENOENT']);
    expect(await states({})).toEqual([
      'missing: the home folder is unknown',
      'missing: the home folder is unknown',
    ]);
    expect(await states({ HOME: '/x', AWS_CONFIG_FILE: '/dev/null' })).toEqual([
      'missing: /dev/null',
      'missing: ENOENT',
    ]);
  });

  test('a path that is not a regular file is a problem, and reading does not block', async () => {
    const home = homeWith({});
    mkdirSync(join(home, '.aws/config'));
    execFileSync('mkfifo', [join(home, '.aws/credentials')]);
    expect(await states({ HOME: home })).toEqual([
      'unreadable: not a regular file',
      'unreadable: not a regular file',
    ]);
  });

  // Root can read every file.
  test.skipIf(process.getuid?.() === 0)('a file that this user may not read is a problem', async () => {
    const home = homeWith({ config: '' });
    chmodSync(join(home, '.aws/config'), 0);
    expect(await states({ HOME: home })).toEqual(['unreadable: EACCES', 'missing: ENOENT']);
  });
});

test('an unreadable file does not affect the other file', async () => {
  const home = homeWith({ credentials: '[default]\naws_access_key_id = AKIAEXAMPLE\n' });
  // A pipe without a writer.
  execFileSync('mkfifo', [join(home, '.aws/config')]);
  const { configFile, profiles } = await read({ HOME: home });
  expect(configFile.state).toBe('unreadable');
  expect(profiles.get('default')!.credentials).toEqual({ aws_access_key_id: 'AKIAEXAMPLE' });
});

test('the selected profile is the given one, else that of the environment, else default', async () => {
  const selected = async (env: Record<string, string>, profile?: string) =>
    (await read({ HOME: '/nonexistent', ...env }, profile === undefined ? {} : { profile })).selectedName;
  expect(await selected({ AWS_PROFILE: 'from-env' }, 'given')).toBe('given');
  expect(await selected({ AWS_PROFILE: 'from-env' })).toBe('from-env');
  expect(await selected({ AWS_PROFILE: '' })).toBe('default');
  expect(await selected({})).toBe('default');
});
