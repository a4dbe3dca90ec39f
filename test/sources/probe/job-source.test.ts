import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { groupByCredentials, JOB_SOURCES } from '../../../src/domain/provider-chain/job-credentials.ts';
import { groupSdksByRole } from '../../../src/domain/provider-chain/outcome-groups.ts';
import { mapNames } from '../../../src/domain/provider-chain/providers.ts';
import { describeFailingSdks } from '../../../src/report/messages/provider-chain/failing-sdks.ts';
import { describeUndecidedSource } from '../../../src/report/messages/provider-chain/job-source.ts';
import { hasOnlyEndpoint } from '../../../src/sources/only-endpoint.ts';
import { resolveSourceName } from '../../../src/sources/open.ts';
import { findJobSource } from '../../../src/sources/probe/job-source.ts';
import { CASES, formatOutcome, setUp } from '../../support/domain/shadowing-case.ts';
import { options } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

test.each(CASES)('the source of a job is that of every SDK in the case $name', async (each) => {
  const { environment } = await setUp(each);
  const sourceOptions = { ...options(environment), exchange: () => expect.unreachable('a request was sent') };
  const { source, provider, outcomes, facts } = await findJobSource(sourceOptions);
  const ends = new Set(Object.values(mapNames(SDKS, (sdk) => formatOutcome(outcomes[sdk]))));
  // Without a request, an endpoint counts as working, so only other providers can fail.
  if (provider !== null && ends.size === 1)
    expect([...ends][0]).toMatch(new RegExp(`^(stops at )?${provider}`));
  expect(source).toBe(provider === null ? null : JOB_SOURCES[provider]);
  if (provider === null && ends.size === 1) {
    const winner = outcomes.botocore.kind === 'wins' ? outcomes.botocore.provider : expect.unreachable();
    expect(groupByCredentials(facts, outcomes, winner).length).toBeGreaterThan(1);
  }
  if (await hasOnlyEndpoint(sourceOptions)) expect(source).toBe(resolveSourceName('auto', sourceOptions));
});

test.each<[names: string[], expected: boolean]>([
  [[], true],
  [['AWS_REGION', 'AWS_EC2_METADATA_DISABLED', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'], true],
  [['AWS_ACCESS_KEY_ID'], false],
  [['AWS_PROFILE'], false],
  [['AWS_DEFAULT_PROFILE'], false],
  [['AWS_WEB_IDENTITY_TOKEN_FILE'], false],
  [['AWS_SECRET_KEY'], false],
  [['SECRET_ACCESS_KEY'], false],
  [['AWS_ACCESS_KEY'], false],
  [['AWS_SECRET_ACCESS_KEY'], false],
  [['AWS_ROLE_ARN'], false],
  [['MY_AWS_PROFILE', 'AWS_PROFILES', 'MY_SECRET_ACCESS_KEY', 'AWS_KEY'], true],
])('hasOnlyEndpoint with the variables %j is %s', async (names, expected) => {
  const env = { HOME: '/nonexistent', ...Object.fromEntries(names.map((name) => [name, 'x'])) };
  expect(await hasOnlyEndpoint(options(env))).toBe(expected);
});

test.each(['', ' ', ' /v2/credentials', '/v2/credentials\n'])(
  'the container URI %j needs the rules of the chains',
  async (uri) => {
    const env = { HOME: '/nonexistent', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri };
    expect(await hasOnlyEndpoint(options(env))).toBe(false);
  },
);

test.each<[name: string, values: string[], expected: boolean]>([
  ['AWS_METADATA_SERVICE_TIMEOUT', ['', ' ', '2s', '2.5'], false],
  ['AWS_METADATA_SERVICE_TIMEOUT', ['5'], true],
  ['AWS_METADATA_SERVICE_NUM_ATTEMPTS', ['', 'many'], false],
  ['AWS_METADATA_SERVICE_NUM_ATTEMPTS', ['3'], true],
  ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', ['', ' '], false],
  ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', ['/run/token'], true],
])('hasOnlyEndpoint with %s set to one of %j is %s', async (name, values, expected) => {
  for (const value of values) {
    expect(await hasOnlyEndpoint(options({ HOME: '/nonexistent', [name]: value })), value).toBe(expected);
  }
});

test('the probe of the chains is needed if a shared file exists', async () => {
  for (const files of [{ config: '' }, { credentials: '' }]) {
    expect(await hasOnlyEndpoint(options({ HOME: homeWith(files) }))).toBe(false);
  }
  expect(await hasOnlyEndpoint(options({ HOME: homeWith({}) }))).toBe(true);
});

test('a variable without a value decides nothing', async () => {
  const env = { HOME: '/nonexistent', AWS_PROFILE: undefined, AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined };
  expect(await hasOnlyEndpoint(options(env))).toBe(true);
});

test.each([
  [{ HOME: '/nonexistent' }, 'imds'],
  [{ HOME: '/nonexistent', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1' }, 'container'],
  [
    { HOME: '/nonexistent', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'CANARY-authorization' },
    'environment',
  ],
  [{ HOME: '/nonexistent', AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent', AWS_ROLE_ARN: 'x' }, null],
])('the source of a job with the environment %j is %j', async (env, source) => {
  expect((await findJobSource(options(env))).source).toBe(source);
});

test('the source of a job with a web identity in its profile reads this profile', async () => {
  const HOME = homeWith({});
  const token = join(HOME, 'token');
  writeFileSync(token, 'e30.e30.x');
  const settings = `role_arn = arn:aws:iam::111122223333:role/x\nweb_identity_token_file = ${token}\n`;
  writeFileSync(join(HOME, '.aws', 'config'), `[profile job]\n${settings}`);
  expect(await findJobSource(options({ HOME, AWS_PROFILE: 'job' }))).toMatchObject({
    provider: 'profile-web-identity',
    source: 'web-identity',
    profile: 'job',
  });
});

test('a blank before the container URI decides nothing, and the hint first removes the blank', async () => {
  const name = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const job = await findJobSource(options({ HOME: '/nonexistent', [name]: ' http://127.0.0.1' }));
  expect(job.source).toBeNull();
  const { message, hint } = describeUndecidedSource(job);
  expect(message).toMatch(/stop at container \(the SDK accepts no blank around the URL\); Java uses IMDS; /);
  expect(hint).toMatch(
    /^remove the blanks around the value of AWS_CONTAINER_CREDENTIALS_FULL_URI, or choose with /,
  );
});

describe('settings that clients read differently', () => {
  const keys = 'aws_access_key_id = AKIACANARY0000000001\naws_secret_access_key = x\n';
  const find = (files: Parameters<typeof homeWith>[0], env: Record<string, string> = {}) =>
    findJobSource(options({ HOME: homeWith(files), ...env }));

  test('a setting without a value does not choose its source', async () => {
    const job = await find({ config: '[default]\ncredential_process =\n' });
    expect(job).toMatchObject({ provider: null, source: null });
    const { message, hint } = describeUndecidedSource(job);
    expect(message).toMatch(
      /botocore \(AWS CLI\) and Rust stop at process \(credential_process has no value\); .* use IMDS$/,
    );
    expect(hint).toMatch(/^choose with --source imds;/);
  });

  test('an empty path of the config file makes SDKs disagree', async () => {
    const job = await find({ config: `[default]\n${keys}` }, { AWS_CONFIG_FILE: '' });
    expect(describeUndecidedSource(job).message).toMatch(
      /: botocore \(AWS CLI\), Java and Rust use IMDS; Go, JavaScript and .NET use profile keys /,
    );
  });

  test('a duration in upper case is the duration of some SDKs', async () => {
    const role = 'role_arn = arn:aws:iam::111122223333:role/loader\nsource_profile = user\n';
    const job = await find({ config: `[default]\n${role}DURATION_SECONDS = 7200\n[profile user]\n${keys}` });
    expect(job).toMatchObject({ provider: null, source: null });
    const { message, hint } = describeUndecidedSource(job);
    expect(message).toMatch(/botocore \(AWS CLI\), Go and Rust .* for 2h\); Java, .* for 1h\)$/);
    expect(hint).toMatch(/^write the names of the settings of the profile in lower case;/);
  });

  test('two processes in different case are two kinds of credentials', async () => {
    const job = await find({
      config: '[default]\ncredential_process = a\n',
      credentials: '[default]\nCREDENTIAL_PROCESS = b\n',
    });
    expect(job).toMatchObject({ provider: null, source: null });
    const { message, hint } = describeUndecidedSource(job);
    expect(message).toMatch(
      /Go and Rust run one credential_process of the profile; .* and .NET run another one$/,
    );
    expect(hint).toMatch(/^keep one credential_process in the profile/);
  });
});

describe('a comment after a value, which botocore reads as part of the value', () => {
  const role = 'role_arn = arn:aws:iam::111122223333:role/loader\n';
  const user = '[profile user]\naws_access_key_id = AKIACANARY0000000001\naws_secret_access_key = x\n';
  const find = async (settings: string) =>
    findJobSource(options({ HOME: homeWith({ config: `[default]\n${role}${settings}${user}` }) }));

  test('the message says for how long each SDK assumes the role', async () => {
    const job = await find('source_profile = user\nduration_seconds = 7200 # two hours\n');
    expect(job).toMatchObject({ provider: null, source: null });
    const { message, hint } = describeUndecidedSource(job);
    expect(message).toBe(
      'SDKs disagree about the credentials of the job: botocore (AWS CLI) uses profile role (role loader, account 111122223333, for 1h); Java, Go, JavaScript, Rust and .NET use profile role (role loader, account 111122223333, for 2h)',
    );
    expect(hint).toMatch(/move comments/);
  });

  test.each([
    '# all\nsource_profile = user\nduration_seconds = 7200\n',
    'source_profile = user\nregion = x # y\n',
  ])('SDKs agree about the settings %j', async (settings) => {
    expect(await find(settings)).toMatchObject({ provider: 'profile-role', source: 'role' });
  });
});

describe('a profile with a token file beside AWS_ROLE_ARN', () => {
  const find = async (roleArn: string) => {
    const home = homeWith({
      config:
        '[default]\nrole_arn = arn:aws:iam::111122223333:role/loader\nweb_identity_token_file = TOKEN\n',
    });
    const token = join(home, 'token');
    writeFileSync(token, 'x');
    const config = readFileSync(join(home, '.aws/config'), 'utf8').replace('TOKEN', token);
    writeFileSync(join(home, '.aws/config'), config);
    return findJobSource(options({ HOME: home, AWS_ROLE_ARN: roleArn }));
  };

  test('SDKs disagree if the variable names another role, which only botocore uses', async () => {
    const job = await find('arn:aws:iam::111122223333:role/other');
    expect(job).toMatchObject({ provider: null, source: null });
    const { message, hint } = describeUndecidedSource(job);
    expect(message).toMatch(
      /botocore \(AWS CLI\) uses profile web identity \(role other, .*\); .* \(role loader, /,
    );
    expect(hint).toMatch(/^unset AWS_ROLE_ARN/);
    const groups = groupSdksByRole(job.facts, job.outcomes).map(({ sdks }) => sdks);
    expect(groups).toEqual([['botocore'], SDKS.filter((sdk) => sdk !== 'botocore')]);
  });

  test('SDKs agree if the variable names the same role', async () => {
    expect(await find('arn:aws:iam::111122223333:role/loader')).toMatchObject({
      source: 'web-identity',
      profile: 'default',
    });
  });
});

describe('failures of some SDKs, although the others get the credentials of the job', () => {
  const ROLE = 'role_arn = arn:aws:iam::111122223333:role/loader\nsource_profile = user\n';
  const USER = '[profile user]\naws_access_key_id = AKIACANARY0000000001\naws_secret_access_key = x\n';
  const find = async (settings: string, env: Record<string, string> = {}) => {
    const HOME = homeWith({ config: `[default]\n${settings}` });
    const { facts, outcomes } = await findJobSource(options({ HOME, ...env }));
    return describeFailingSdks(facts, outcomes);
  };

  test.each<[title: string, settings: string, env: Record<string, string>, message: RegExp, hint: RegExp]>([
    [
      'a role at a configured endpoint of STS',
      `${ROLE}${USER}`,
      { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' },
      /^boto3 and version 1 of the AWS CLI do not read AWS_REGION/,
      /^set AWS_DEFAULT_REGION/,
    ],
    [
      'a role whose source profile has a role with MFA beside its keys',
      `${ROLE}${USER}${ROLE.replace('user', 'other')}mfa_serial = x\n`,
      {},
      /^the role of the profile works, but Go fails there: profile user has mfa_serial/,
      /^sign in with another tool/,
    ],
    [
      'an empty role beside a profile with a token file',
      'role_arn = arn:aws:iam::111122223333:role/loader\nweb_identity_token_file = /etc/hostname\n',
      { AWS_ROLE_ARN: '' },
      /^AWS_ROLE_ARN is blank: botocore \(AWS CLI\) treats it as a value and fails$/,
      /^unset AWS_ROLE_ARN$/,
    ],
    [
      'a time limit of IMDS that is not an integer',
      `${ROLE}${USER}`,
      { AWS_METADATA_SERVICE_TIMEOUT: '2s' },
      /^AWS_METADATA_SERVICE_TIMEOUT is not an integer: botocore \(AWS CLI\) fails$/,
      /^set AWS_METADATA_SERVICE_TIMEOUT to an integer, or remove it$/,
    ],
    [
      'a time limit of IMDS in the profile that is not an integer',
      `metadata_service_timeout =\n${ROLE}${USER}`,
      {},
      /^metadata_service_timeout is not an integer: botocore \(AWS CLI\) fails$/,
      /^set metadata_service_timeout to an integer, or remove it$/,
    ],
    [
      'a comment after the duration of a token file',
      'role_arn = arn:aws:iam::111122223333:role/loader # comment\nweb_identity_token_file = /etc/hostname\n',
      {},
      /fails there: a comment follows the value of role_arn$/,
      /^move the comment to a line of its own/,
    ],
  ])('%s', async (_, settings, env, message, hint) => {
    const [failure, ...others] = await find(settings, env);
    expect(failure).toEqual({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(others).toEqual([]);
  });

  test.each([
    ['', {}],
    [`${ROLE}${USER}`, { AWS_REGION: 'eu-west-1' }],
    // The verdict says that the keys have expired.
    [
      '',
      {
        AWS_ACCESS_KEY_ID: 'ASIACANARY0000000001',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_SESSION_TOKEN: 'x',
        AWS_CREDENTIAL_EXPIRATION: '2001-01-01T00:00:00Z',
      },
    ],
    // The poll has a note.
    ['credential_process = program | cat\n', {}],
  ])('there are none with %j and %j', async (settings, env) => {
    expect(await find(settings, env)).toEqual([]);
  });
});
