import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { runProgram } from '../../support/cli/built-program.ts';
import { CANARIES, canariesIn } from '../../support/cli/canaries.ts';
import { NOWHERE, type Run } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { CASES, expectedOutcomes, type ShadowingCase, setUp } from '../../support/domain/shadowing-case.ts';
import { imds, ROLES } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

function findCase(name: string): ShadowingCase {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

async function runCase(name: string, ...args: string[]): Promise<Run> {
  const { environment } = await setUp(findCase(name));
  return runCommand(['sources', ...args], { env: environment });
}

test.each(
  sampleCases(
    [
      ['instance-role', 0],
      ['irsa', 0],
      ['metadata-disabled', 1],
      ['expired-task-credentials', 1],
      ['nothing', 1],
    ],
    3,
  ),
)('sources in the case %s ends with exit code %i', async (name, code) => {
  const run = await runCase(name);
  expect(run, run.stderr).toMatchObject({ code, stderr: '' });
  expect(run.stdout).toMatch(/^credentials by SDK\n\n[\s\S]*\nproviders\n\n/);
});

test('the last line says that some SDKs get no credentials, although the exit code is 0', async () => {
  const last = async (...args: string[]) => {
    const { code, stdout } = await runCase('broken-container-before-instance-role', ...args);
    const [line = ''] = /[^\n]+ no credentials,[\s\S]*$/.exec(stdout) ?? [];
    return { code, line: line.replace(/\s+/g, ' ') };
  };
  expect(await last()).toEqual({
    code: 0,
    line: expect.stringMatching(
      /^botocore .* get no credentials, but the exit code is 0, because IMDS has some: `cred-watch sources --expect imds` ends with 1 unless every SDK uses it $/,
    ),
  });
  expect(await last('--expect', 'imds')).toEqual({ code: 1, line: '' });
  expect((await runCase('instance-role')).stdout).not.toContain('no credentials');
});

test.each(
  sampleCases(
    [
      ['instance-role', ['imds']],
      ['irsa', ['web-identity']],
      ['codebuild', ['codebuild']],
      ['lambda', ['lambda']],
      ['process', ['process']],
      ['profile', ['keys']],
      ['nothing', []],
    ],
    4,
  ),
)('sources in the case %s shows general knowledge of %j', async (name, environments) => {
  const run = await runCase(name, '-f', 'json');
  const { general_knowledge: entries } = JSON.parse(run.stdout);
  expect(entries.map(({ environment }: { environment: string }) => environment)).toEqual(environments);
  const { stdout } = await runCase(name);
  expect(stdout.includes('general knowledge (not measured here; it changes no verdict)')).toBe(
    environments.length > 0,
  );
});

test.each([
  [['--format', 'xml'], /--format 'xml' is unknown/],
  [['--profile', ''], /--profile '' is not a valid name/],
  [['imds'], /unexpected argument 'imds'/],
  [['--expect', 'contaner'], /--expect 'contaner' is unknown\nhint: did you mean container\?/],
  [['--expect', 'imds,acount=1'], /has the unknown condition 'acount'\nhint: did you mean account\?/],
  [['--pid', '0'], /--pid '0' is not a process id\nhint: use the number that `ps -e`/],
  [['--pid', '-1'], /--pid '-1' is not a process id/],
  [['--pid', 'java'], /--pid 'java' is not a process id/],
  [['--pid', '99999999'], /--pid '99999999' is not a process id/],
  [['--pid', '4194304'], /process 4194304 does not exist\nhint: list processes/],
  [['--expect'], /--expect needs a value/],
])('sources ends with exit code 2 for %j', async (args, message) => {
  const run = await runCommand(['sources', ...args]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(message);
});

test('the exit code of sources follows --exit-codes', async () => {
  expect((await runCommand(['sources', '--exit-codes', 'nagios'])).code).toBe(2);
});

test('JSON has the provider of each SDK', async () => {
  const name = 'keys-in-profile-beside-irsa';
  const { stdout, code } = await runCase(name, '-f', 'json');
  const { schema_version, sdks } = JSON.parse(stdout);
  expect({ code, schema_version }).toEqual({ code: 0, schema_version: 1 });
  const providers = sdks.map(({ sdk, provider }: Record<string, string>) => [sdk, provider]);
  expect(Object.fromEntries(providers)).toEqual(expectedOutcomes(findCase(name)));
});

describe('--expect', () => {
  test('sources ends with 0 and one line if every SDK uses the expected credentials', async () => {
    const run = await runCase('task-role-over-instance-role', '--expect', 'container,role=simulated-role');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^as expected: every SDK uses container \(role simulated-role, .*\)\n$/);
  });

  test('sources ends with 1, and shows the difference before the usual output', async () => {
    const run = await runCase('keys-in-environment-over-task-role', '--expect', 'container');
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(
      /^expected container, got environment \(.*\) in every SDK because the environment comes first\n\ncredentials by SDK\n/,
    );
  });

  test('no provider has credentials: the exit code is 1', async () => {
    expect((await runCase('nothing', '--expect', 'container')).code).toBe(1);
  });

  test('the account of the instance is read from the extended API of IMDS', async () => {
    const document = {
      Code: 'Success',
      AccessKeyId: 'ASIAFALSE00000000001',
      SecretAccessKey: 'false',
      Token: 'false',
      Expiration: '2100-01-01T00:00:00Z',
    };
    const endpoint = await startEndpoint(
      imds({
        [`GET ${ROLES}`]: { body: 'loader' },
        [`GET ${ROLES}loader`]: { body: JSON.stringify(document) },
        'GET /latest/meta-data/iam/security-credentials-extended/loader': {
          body: JSON.stringify({ ...document, AccountId: '111122223333' }),
        },
      }),
    );
    const env = { HOME: temporaryFolder(), AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
    const run = (account: string) => runCommand(['sources', '--expect', `imds,account=${account}`], { env });
    const met = await run('111122223333');
    expect(met, met.stdout).toMatchObject({ code: 0 });
    expect(met.stdout).toContain('account 111122223333');
    expect((await run('999922223333')).code).toBe(1);
  });

  test('JSON has the expectation with typed differences', async () => {
    const run = await runCase(
      'keys-in-environment-over-task-role',
      '-f',
      'json',
      '--expect',
      'container,role=a',
    );
    expect(run.code).toBe(1);
    const document = JSON.parse(run.stdout);
    expect(findViolations('sources', document)).toEqual([]);
    expect(document.expectation).toEqual({
      provider: 'container',
      role: 'a',
      account_id: null,
      met: false,
      differences: [
        {
          field: 'provider',
          sdks: [...SDKS],
          expected: 'container',
          actual: 'environment',
          reason: 'COMES_LATER',
          before: ['environment'],
          message: expect.stringMatching(/^expected container, got environment/),
        },
      ],
    });
    const other = await runCase('task-role', '-f', 'json', '--expect', 'container,role=a');
    const { expectation } = JSON.parse(other.stdout);
    expect(expectation.differences).toMatchObject([
      { field: 'role', actual: 'simulated-role', reason: 'DIFFERS', before: [] },
    ]);
    expect(findViolations('sources', JSON.parse(other.stdout))).toEqual([]);
  });
});

test.runIf(process.platform === 'linux')('--pid shows what another process gets', async () => {
  const { environment } = await setUp(findCase('keys-in-environment-over-task-role'));
  const child = spawn('sleep', ['60'], { env: environment, stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await new Promise((resolve) => child.once('spawn', resolve));
  const args = ['sources', '--pid', String(child.pid)];
  // The variables of cred-watch itself do not count.
  const env = { HOME: '/nonexistent', AWS_PROFILE: 'other' };
  const text = await runCommand(args, { env });
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toMatch(
    new RegExp(
      `^credentials by SDK of process ${child.pid}\n\n {2}environment .*\n\nproviders\n\n {2}environment +answers`,
    ),
  );
  const { stdout, code } = await runCommand([...args, '-f', 'json', '--expect', 'environment'], { env });
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(findViolations('sources', document)).toEqual([]);
  expect(document).toMatchObject({
    process: { pid: child.pid, other_user: false, other_files: false, other_network: false },
    profile: { name: 'default' },
    expectation: { met: true },
  });
});

test('--profile replaces AWS_PROFILE', async () => {
  const { environment } = await setUp(findCase('profile'));
  const { AWS_PROFILE: _, ...unnamed } = environment;
  const args = ['sources', '-f', 'json'];
  const [without, withFlag] = await Promise.all([
    runCommand(args, { env: unnamed }),
    runCommand([...args, '--profile', 'loader'], { env: unnamed }),
  ]);
  expect(without.code).toBe(1);
  expect(withFlag.code).toBe(0);
  expect(JSON.parse(withFlag.stdout).profile).toEqual({ name: 'loader', named: true, exists: true });
});

ciTest('sources writes no files', async () => {
  const home = temporaryFolder();
  await runProgram(['sources'], { env: { HOME: home, XDG_STATE_HOME: home }, cwd: home });
  expect(readFolder(home)).toEqual({});
});

describe('sources shows no secret', () => {
  const { secretKey, sessionToken, authorization, credentialsPath, word } = CANARIES;

  /** Every provider has secrets. Those that can fail with an error that quotes them do so. */
  async function createEnvironment() {
    const home = temporaryFolder();
    const everything = `${secretKey} ${sessionToken} ${authorization} ${credentialsPath} ${word}`;
    const script = join(home, 'process');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const files: Record<string, string> = {
      process: `#!/bin/sh\necho '${everything}'\necho '${everything}' >&2\nexit 1\n`,
      token: `${part({ alg: 'none' })}.${part({ sub: word, exp: 1 })}.${word}`,
      '.aws/config': `[default]\ncredential_process = sh ${script} ${word}\nrole_arn = ${word}\nsource_profile = x\n`,
      '.aws/credentials': `[default]\naws_access_key_id = ASIAFALSE0000000PROF\naws_secret_access_key = ${secretKey}\n[x]\naws_session_token = ${sessionToken}\n`,
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    const endpoint = await startEndpoint({
      [`GET /${credentialsPath}`]: { status: 400, body: `no ${credentialsPath} for ${authorization}` },
    });
    return {
      HOME: home,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
      AWS_ACCESS_KEY_ID: 'ASIAFALSE0000000ENVI',
      AWS_SECRET_ACCESS_KEY: secretKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_SECURITY_TOKEN: word,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/${credentialsPath}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/loader',
    };
  }

  test.each(sampleCases([['text'], ['json']], 2))('sources shows no secret in %s', async (format) => {
    const env = await createEnvironment();
    const { stdout, stderr, code } = await runProgram(['sources', '--debug', '-f', format], { env });
    expect(code).toBe(0);
    expect(canariesIn(stdout), stdout).toEqual([]);
    expect(canariesIn(stderr), stderr).toEqual([]);
    // The providers failed as intended.
    expect(stdout).toMatch(/process-failed/);
    expect(stdout).toMatch(/bad-request/);
    expect(stdout).toMatch(/token expired/);
    expect(stdout).not.toMatch(/ASIAFALSE/);
  });
});

test('a misspelt --profile is reported with the right name and without AWS_PROFILE', async () => {
  const { environment } = await setUp(findCase('profile'));
  const { AWS_PROFILE: _, ...env } = environment;
  const { stdout } = await runCommand(['sources', '--profile', 'laoder'], { env });
  const text = stdout.replace(/\s+/g, ' ');
  expect(text).toContain('--profile names laoder, but this profile does not exist');
  expect(text).toContain('→ did you mean loader?');
  expect(text).not.toContain('AWS_PROFILE');
  const poll = await runCommand(['poll', '--profile', 'laoder'], {
    env: { ...env, CRED_WATCH_DB: `${env.HOME}/samples.db` },
  });
  expect(poll.stdout + poll.stderr).toContain('did you mean loader?');
});

test('sources names file, line and cause of a shared file that botocore cannot parse', async () => {
  const { environment } = await setUp(findCase('config-with-duplicate-section'));
  const { stdout } = await runCommand(['sources'], { env: environment });
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    `line 5 of ${environment.HOME}/.aws/config repeats a section: botocore (AWS CLI) fails, even with keys in the environment`,
  );
});
