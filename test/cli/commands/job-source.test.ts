import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { startSts } from '../../support/aws/sts.ts';
import { runProgram } from '../../support/cli/built-program.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const ROLE_KEY_ID = 'ASIATESTTESTTEST0001';
const ROLE_ARN = 'arn:aws:iam::123456789012:role/other-role';

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const KEYS = {
  AWS_ACCESS_KEY_ID: 'ASIATESTS0000000ENVI',
  AWS_SECRET_ACCESS_KEY: 'false-secret',
  AWS_SESSION_TOKEN: 'false-token',
  AWS_CREDENTIAL_EXPIRATION: inHours(8),
};

const PROCESS_DOCUMENT = JSON.stringify({
  Version: 1,
  AccessKeyId: 'ASIATESTS0000000PROC',
  SecretAccessKey: 'false-secret',
  SessionToken: 'false-token',
  Expiration: inHours(8),
});

interface Settings {
  env?: Record<string, string>;
  /** Contents by their paths in the home folder. `HOME` in a variable or a file is the home folder. */
  files?: Record<string, string>;
}

/** Prepares an instance with a role, and runs commands with these settings. */
async function prepare({ env = {}, files = {} }: Settings) {
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body: roleDocument() } }));
  const home = temporaryFolder();
  const db = join(home, 'samples.db');
  // `check --offline` needs a database.
  SampleStore.open(db)[Symbol.dispose]();
  const fill = (text: string) => text.replaceAll('HOME', home);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), fill(content));
  }
  const filled = Object.entries(env).map(([name, value]) => [name, fill(value)]);
  const environment = {
    HOME: home,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    CRED_WATCH_DB: db,
    LANG: 'C.UTF-8',
    ...Object.fromEntries(filled),
  };
  // The output of a child of exec can only be captured from a process.
  const run = (...args: string[]) =>
    (args[0] === 'exec' ? runProgram : runCommand)(args, { env: environment });
  return { endpoint, home, run };
}

const IRSA = {
  env: { AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token', AWS_ROLE_ARN: ROLE_ARN },
  files: { token: 'false-token' },
};

/** The payload of the token has only `exp`. */
const EXPIRED_TOKEN = ['{}', JSON.stringify({ exp: Date.parse('2020-01-01T00:00:00Z') / 1000 }), 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

const SSO_CONFIG = [
  '[default]',
  'sso_session = corp',
  'sso_account_id = 123456789012',
  'sso_role_name = admin',
  'sso_start_url = https://old.invalid/start',
  '[sso-session corp]',
  'sso_start_url = https://corp.invalid/start',
  'sso_region = eu-west-1',
].join('\n');
const PROFILE_KEYS = '[loader]\naws_access_key_id = AKIAFALSE0000000PROF\naws_secret_access_key = x\n';
const SSO_CACHE = '.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json';
const SSO_TOKEN = JSON.stringify({ accessToken: 'false-token', expiresAt: inHours(2) });

/** Settings for which SDKs disagree or no source has the credentials of the job, and what the message names. */
const REFUSED: [title: string, settings: Settings, named: string[]][] = [
  [
    'a session of `aws login`',
    { files: { '.aws/config': '[default]\nlogin_session = arn:aws:iam::123456789012:user/x\n' } },
    ['cannot read', 'not those of IMDS', "--process 'aws configure export-credentials'"],
  ],
  [
    'keys in the environment beside AWS_PROFILE',
    {
      env: { ...KEYS, AWS_PROFILE: 'loader' },
      files: { '.aws/config': "[profile loader]\ncredential_process = touch 'HOME/started'\n" },
    },
    ['environment (ASIA…ENVI)', 'JavaScript uses process', '--source environment'],
  ],
  [
    'another start URL beside a session of IAM Identity Center',
    { files: { '.aws/config': SSO_CONFIG, [SSO_CACHE]: SSO_TOKEN } },
    ['Go and Rust stop at SSO (sso_start_url is invalid)', 'JavaScript and .NET use SSO', '--source sso'],
  ],
  [
    'variables that only Go reads',
    { env: { AWS_ACCESS_KEY: 'AKIAFALSE0000000ENVI', AWS_SECRET_KEY: 'false-secret' } },
    ['Go uses environment, keys from legacy variables', 'IMDS'],
  ],
];

/** Settings that are wrong, and what the message names: cause, effect and fix. */
const BROKEN: typeof REFUSED = [
  [
    'an old session token in AWS_SESSION_TOKEN beside long-term keys of AWS_PROFILE',
    {
      env: { ...KEYS, AWS_ACCESS_KEY_ID: 'AKIAFALSE0000000ENVI', AWS_PROFILE: 'loader' },
      files: { '.aws/credentials': PROFILE_KEYS },
    },
    ['AWS_SESSION_TOKEN belongs to other keys', 'JavaScript uses', 'hint: unset AWS_SESSION_TOKEN, or use'],
  ],
  [
    'a profile that does not exist',
    { env: { AWS_PROFILE: 'Tf' }, files: { '.aws/config': '[profile tf]\nregion = eu-west-1\n' } },
    [
      'AWS_PROFILE names the profile Tf, which does not exist',
      'Java and JavaScript use IMDS',
      'hint: did you mean tf?',
    ],
  ],
  [
    'a web identity token that does not exist',
    { env: IRSA.env },
    [
      'could not read the token file',
      'Java uses IMDS',
      'hint: check that the file in AWS_WEB_IDENTITY_TOKEN_FILE exists',
    ],
  ],
  [
    'a web identity token that has expired',
    { ...IRSA, files: { token: EXPIRED_TOKEN } },
    [
      'the token expired at 2020-01-01 00:00:00Z',
      'hint: check that the token file in AWS_WEB_IDENTITY_TOKEN_FILE is still rotated',
    ],
  ],
  [
    'a web identity token without a role',
    { ...IRSA, env: { ...IRSA.env, AWS_ROLE_ARN: '' } },
    ['a token file without a role', 'hint: set AWS_ROLE_ARN'],
  ],
  [
    'IAM Identity Center where nobody has signed in',
    {
      env: { AWS_PROFILE: 'tfsso' },
      files: {
        '.aws/config':
          `[profile tfsso]\nrole_arn = ${ROLE_ARN}\nsource_profile = sso\nregion = eu-west-1\n` +
          '[profile sso]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n' +
          'sso_account_id = 111122223333\nsso_role_name = Analyst\n',
      },
    },
    ['not signed in', 'hint: sign in with `aws sso login --profile sso`'],
  ],
  [
    'a key id without a secret key',
    { env: { AWS_ACCESS_KEY_ID: 'AKIAFALSE0000000ENVI' } },
    ['a key id without a secret key', 'hint: set both keys or neither'],
  ],
];

describe.each(sampleCases(BROKEN, 6))('with %s', (_, settings, named) => {
  test('check and env exit with 3, exec exits with 125, and each names the cause and the fix', async () => {
    const { endpoint, home, run } = await prepare(settings);
    const marker = join(home, 'started');
    const runs = [
      await run('check', '-j', '4h'),
      await run('env', '-j', '4h', '-f', 'env'),
      await run('exec', '-j', '4h', '--', 'touch', marker),
      await run('check', '-j', '4h', '--offline'),
    ];
    expect(runs.map(({ code }) => code)).toEqual([3, 3, 125, 3]);
    for (const { stdout, stderr } of runs) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: .+ and SDKs disagree .+\nhint: .+\n$/);
      for (const text of named) expect(stderr).toContain(text);
      // The role of the instance may be the wrong one, or IMDS may not respond.
      expect(stderr).not.toContain('--source imds');
      expect(stderr).not.toMatch(/false-(secret|token)/);
    }
    expect(existsSync(marker)).toBe(false);
    expect(endpoint.requests).toEqual([]);
  });
});

describe.each(sampleCases(REFUSED, 3))('with %s', (_, settings, named) => {
  test('check and env exit with 2, exec exits with 125, and each names the credentials', async () => {
    const { endpoint, home, run } = await prepare(settings);
    const marker = join(home, 'started');
    const runs = [
      await run('check', '-j', '4h'),
      await run('env', '-j', '4h', '-f', 'env'),
      await run('exec', '-j', '4h', '--', 'touch', marker),
      await run('exec', '--refresh', '--', 'touch', marker),
      await run('check', '-j', '4h', '--offline'),
    ];
    expect(runs.map(({ code }) => code)).toEqual([2, 2, 125, 125, 2]);
    for (const { stdout, stderr } of runs) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: SDKs .+\nhint: .+\n$/);
      for (const text of [...named, '--source imds']) expect(stderr).toContain(text);
      expect(stderr).not.toMatch(/false-(secret|token)/);
    }
    expect(existsSync(marker)).toBe(false);
    expect(endpoint.requests).toEqual([]);
  });

  test('--source imds passes the credentials of IMDS', async () => {
    const { run } = await prepare(settings);
    const child = ['--', 'sh', '-c', 'echo $AWS_ACCESS_KEY_ID'];
    const { code, stdout } = await run('exec', '-j', '4h', '--source', 'imds', ...child);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ROLE_KEY_ID}\n` });
    expect((await run('check', '-j', '4h', '--source', 'imds')).code).toBe(0);
  });
});

test.each<[string, Settings, string]>([
  ['keys in the environment', { env: KEYS }, KEYS.AWS_ACCESS_KEY_ID],
  [
    'the credential_process of the default profile',
    { files: { '.aws/config': `[default]\ncredential_process = echo '${PROCESS_DOCUMENT}'\n` } },
    'ASIATESTS0000000PROC',
  ],
  [
    'the keys of the profile in AWS_PROFILE',
    {
      env: { AWS_PROFILE: 'loader' },
      files: {
        '.aws/credentials':
          '[loader]\naws_access_key_id = ASIATESTS0000000PROF\naws_secret_access_key = false-secret\n' +
          `aws_session_token = false-token\nx_security_token_expires = ${inHours(8)}\n`,
      },
    },
    'ASIATESTS0000000PROF',
  ],
])('%s are judged and passed if every SDK uses them, and a note names IMDS', async (_, settings, keyId) => {
  const { endpoint, run } = await prepare(settings);
  const exec = await run('exec', '-j', '4h', '--', 'sh', '-c', 'echo $AWS_ACCESS_KEY_ID');
  expect(exec).toMatchObject({ code: 0, stdout: `${keyId}\n` });
  expect(exec.stderr).toMatch(
    /^note: SDKs use .* and not IMDS, .*\nhint: to use IMDS, add --source imds(?:, or unset AWS_PROFILE)?\n$/,
  );
  const check = await run('check', '-j', '4h');
  expect(check.code).toBe(0);
  expect(check.stdout).toContain(`…${keyId.slice(-4)}`);
  expect((await run('check', '-j', '10h')).code).toBe(1);
  expect(endpoint.requests).toEqual([]);
});

const PROCESS_CONFIG = `[default]\ncredential_process = cat HOME/document\n`;

/** Settings with which botocore fails, while other SDKs use the same credentials as without these settings. */
const ONLY_BOTOCORE_FAILS: [title: string, settings: Settings, note: RegExp][] = [
  [
    'a repeated section',
    { files: { '.aws/config': `${PROCESS_CONFIG}[default]\nregion = x\n` } },
    /^note: line 3 of .*config repeats a section: botocore \(AWS CLI\) fails, even with keys .*\nhint: move /m,
  ],
  [
    'a repeated key beside keys in the environment',
    { env: KEYS, files: { '.aws/config': '[default]\nregion = x\nregion = y\n' } },
    /^note: line 3 of .*config repeats a key of its section: botocore .*\nhint: keep one of both lines$/m,
  ],
  [
    'a blank AWS_PROFILE',
    { env: { AWS_PROFILE: '' } },
    /^note: AWS_PROFILE is blank: botocore \(AWS CLI\) treats it as a value and fails\nhint: unset AWS_PROFILE$/m,
  ],
  [
    'a blank AWS_DEFAULT_PROFILE',
    { env: { AWS_DEFAULT_PROFILE: '' } },
    /^note: AWS_DEFAULT_PROFILE is blank: botocore \(AWS CLI\) treats it as a value and fails\nhint: unset AWS_DEFAULT_PROFILE$/m,
  ],
  [
    'a comment after a command',
    { files: { '.aws/config': PROCESS_CONFIG.replace('document', 'document # comment') } },
    /^note: the credential_process .* botocore \(AWS CLI\) fails there: a comment follows the value of credential_process\nhint: move the comment /m,
  ],
];

describe.each(ONLY_BOTOCORE_FAILS)('with %s', (_, { env, files }, note) => {
  test('check, exec and env name the SDK that fails, and judge the credentials of the others', async () => {
    const { run } = await prepare({
      ...(env === undefined ? {} : { env }),
      files: { ...files, document: PROCESS_DOCUMENT },
    });
    const runs = [
      await run('check', '-j', '4h'),
      await run('env', '-j', '4h', '-f', 'env'),
      await run('exec', '-j', '4h', '--', 'true'),
    ];
    for (const { code, stderr } of runs) {
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(note);
      expect(stderr.match(/botocore/g)?.length, stderr).toBeLessThanOrEqual(2);
    }
  });

  test('a chosen source needs no note', async () => {
    const { run } = await prepare({
      ...(env === undefined ? {} : { env }),
      files: { ...files, document: PROCESS_DOCUMENT },
    });
    const { code, stderr } = await run('check', '-j', '4h', '--source', 'imds');
    expect(code).toBe(0);
    expect(stderr).not.toContain('botocore');
  });
});

ciTest('the role of a web identity is assumed, judged and passed, and a note names IMDS', async () => {
  const provider = new IdentityProvider();
  const sts = await startSts({ roles: [{ arn: ROLE_ARN, identities: { provider } }] });
  const { endpoint, run } = await prepare({
    env: { ...IRSA.env, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: sts.url },
    files: { token: provider.issueToken(Date.now()) },
  });
  const exec = await run('exec', '-j', '30m', '--', 'sh', '-c', 'echo $AWS_ACCESS_KEY_ID');
  expect(exec).toMatchObject({ code: 0, stdout: `${sts.issued[0]?.accessKeyId}\n` });
  expect(exec.stderr).toMatch(
    /^note: SDKs use web identity .*\(role other-role, account 123456789012\) and not IMDS/,
  );
  expect(exec.stderr).not.toMatch(/duration/);
  const check = await run('check', '-j', '2h', '-f', 'json');
  expect(check.code).toBe(1);
  expect(JSON.parse(check.stdout).notes).toContain('DURATION_NOT_SET');
  expect(check.stderr).toMatch(
    /^note: no duration is set for the session of the role, so its credentials last 1h/m,
  );
  // Each judged set is the one that was passed on, so there is one call for each command.
  expect(sts.requests).toHaveLength(2);
  expect(endpoint.requests).toEqual([]);
});

ciTest('a token of IAM Identity Center that ends before the job is reported', async () => {
  const portal = await startPortal({
    accessToken: 'false-token',
    accountId: '111122223333',
    roleName: 'Analyst',
  });
  const { home, run } = await prepare({
    env: { AWS_ENDPOINT_URL_SSO: portal.url },
    files: {
      '.aws/config':
        '[default]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n' +
        'sso_account_id = 111122223333\nsso_role_name = Analyst\n',
    },
  });
  storeSsoToken(home, 'https://corp.example/start', { accessToken: 'false-token', expiresAt: inHours(0.5) });
  const endsBefore = /^note: the token of IAM Identity Center expires at .*, before the job ends at /m;
  const check = await run('check', '-j', '40m', '-f', 'json');
  expect(JSON.parse(check.stdout).notes).toEqual(['SSO_TOKEN_ENDS_BEFORE_JOB']);
  expect(check.stderr).toMatch(endsBefore);
  const exec = await run('exec', '-j', '40m', '--', 'true');
  expect(exec).toMatchObject({ code: 0, stderr: expect.stringMatching(endsBefore) });
  const short = await run('check', '-j', '20m');
  expect(short.stderr).not.toMatch(endsBefore);
  const refreshing = await run('exec', '--refresh', '--', 'true');
  expect(refreshing.stderr).toMatch(/^note: the token of IAM Identity Center expires at /m);
  expect(short.stderr).toMatch(/^note: the token of IAM Identity Center expires at /m);
});

ciTest('the role of a profile is assumed with the credentials of IMDS', async () => {
  const sts = await startSts({ roles: [{ arn: ROLE_ARN, principals: [] }] });
  const config = `[default]\nrole_arn = ${ROLE_ARN}\ncredential_source = Ec2InstanceMetadata\nregion = eu-west-1\n`;
  const { endpoint, run } = await prepare({
    env: { AWS_ENDPOINT_URL_STS: sts.url },
    files: { '.aws/config': config },
  });
  const { code, stdout, stderr } = await run('check', '-j', '30m');
  // This STS does not know the key of the instance.
  expect(code).toBe(3);
  expect(stdout).toContain('base-credentials-rejected');
  expect(stderr).toMatch(/^note: SDKs use the role of the profile/m);
  expect(endpoint.requests.length).toBeGreaterThan(0);
});

ciTest(
  'keys in the environment without an expiration are unknown, and the role of IMDS is not used',
  async () => {
    const { AWS_CREDENTIAL_EXPIRATION: _, ...env } = KEYS;
    const { endpoint, run } = await prepare({ env });
    const exec = await run('exec', '-j', '4h', '--', 'echo', 'started');
    expect(exec).toMatchObject({ code: 125, stdout: '' });
    expect(exec.stderr).toContain('--source imds');
    expect((await run('check', '-j', '4h')).code).toBe(3);
    expect(endpoint.requests).toEqual([]);
  },
);

test('a note names IMDS only if a setting names it, or if it was polled', async () => {
  const { run } = await prepare({ env: KEYS });
  const check = (...more: string[]) => runCommand(['check', '-j', '1h', '--db', database, ...more], { env });
  const env = { ...KEYS, HOME: temporaryFolder(), AWS_EC2_METADATA_SERVICE_ENDPOINT: '' };
  const database = join(env.HOME, 'samples.db');
  expect((await check()).stderr).toBe('');
  expect((await run('poll', '--db', database)).code).toBe(0);
  expect((await check()).stderr).toMatch(/^note: SDKs use the environment .* and not IMDS/);
});

ciTest('no note names IMDS inside a command that exec has started with keys of IMDS', async () => {
  const { run } = await prepare({});
  const keys = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_CREDENTIAL_EXPIRATION',
  ];
  const print = keys.map((name) => `echo ${name}=$${name}`).join('; ');
  const db = join(temporaryFolder(), 'samples.db');
  const exec = await run('exec', '-j', '1h', '--db', db, '--', 'sh', '-c', print);
  const env = Object.fromEntries(
    exec.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  const nested = await prepare({ env });
  const args = ['env', '-j', '1h', '-f', 'env'];
  expect(await nested.run(...args, '--db', db)).toMatchObject({ code: 0, stderr: '' });
  const other = join(temporaryFolder(), 'samples.db');
  expect((await nested.run(...args, '--db', other)).stderr).toMatch(/and not IMDS/);
});

test.each([
  ['IMDS is disabled', { AWS_EC2_METADATA_DISABLED: 'true' }],
  ['AWS Lambda runs the job', { AWS_LAMBDA_FUNCTION_NAME: 'load' }],
])('no note names IMDS if %s', async (_, variables) => {
  const { run } = await prepare({ env: { ...KEYS, ...variables } });
  expect((await run('check', '-j', '1h')).stderr).not.toMatch(/IMDS/);
});

test('poll records IMDS although SDKs would use web identity', async () => {
  const { run } = await prepare(IRSA);
  expect(await run('poll')).toMatchObject({ code: 0 });
});

test('without other settings, check judges IMDS and prints no note', async () => {
  const { run } = await prepare({ files: { '.aws/config': '[default]\nregion = eu-west-1\n' } });
  expect(await run('check', '-j', '4h')).toMatchObject({ code: 0, stderr: '' });
});
