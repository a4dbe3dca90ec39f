import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { linesWritten } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isRunning, sendSignal } from '../../support/send-signal.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

type Env = Record<string, string | undefined>;

async function startInstance(expiresIn = 20_000) {
  const body = roleDocument({ expiresIn });
  const endpoint = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: { body } }));
  const db = join(temporaryFolder(), 'samples.db');
  const env: Env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db };
  return { endpoint, db, env };
}

async function exec(args: readonly string[], more: Env = {}, expiresIn?: number) {
  const { env } = await startInstance(expiresIn);
  return runProgram(['exec', ...args], { env: { ...env, ...more } });
}

const SHOW_ENVIRONMENT = ['--', process.execPath, '-p', 'JSON.stringify(process.env)'];

test('a command started by exec gets the credentials, and no variable that could hide them', async () => {
  const run = await exec(['-j', '4h', '--source', 'imds', ...SHOW_ENVIRONMENT], {
    AWS_ACCESS_KEY_ID: 'AKIASTALE',
    AWS_SECRET_ACCESS_KEY: 'stale',
    AWS_SECURITY_TOKEN: 'stale',
    AWS_PROFILE: 'stale',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/stale',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/stale',
    AWSUME_EXPIRATION: '2020-01-01T00:00:00',
    AWS_REGION: 'eu-west-1',
    MINE: 'kept',
  });
  expect(run.code).toBe(0);
  const { PATH, HOME, AWS_CREDENTIAL_EXPIRATION, ...env } = JSON.parse(run.stdout);
  expect(env).toMatchObject({
    AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
    AWS_REGION: 'eu-west-1',
    MINE: 'kept',
  });
  expect(JSON.stringify(env)).not.toMatch(/stale|2020/);
  expect(AWS_CREDENTIAL_EXPIRATION).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

ciTest(
  'a command started by exec gets AWS_SECURITY_TOKEN with --legacy-token, and all words after the dashes unchanged',
  async () => {
    const run = await exec(['-j', '4h', '--legacy-token', ...SHOW_ENVIRONMENT]);
    expect(JSON.parse(run.stdout).AWS_SECURITY_TOKEN).toBe('not-a-token');
    const words = ['-j', '99h', '--debug', '--', '--wait', "it's $HOME"];
    const echo = await exec([
      '-j',
      '4h',
      '--',
      process.execPath,
      '-p',
      'JSON.stringify(process.argv.slice(1))',
      '--',
      ...words,
    ]);
    expect(JSON.parse(echo.stdout)).toEqual(words);
  },
);

ciTest('a command started by exec keeps the region of the profile that exec removes', async () => {
  const config = join(temporaryFolder(), 'config');
  writeFileSync(config, '[profile load]\nregion = eu-central-1\naws_access_key_id = AKIAPROFILE\n');
  const env = { AWS_PROFILE: 'load', AWS_CONFIG_FILE: config };
  const run = await exec(['-j', '4h', '--source', 'imds', ...SHOW_ENVIRONMENT], env);
  const child = JSON.parse(run.stdout);
  expect(child).toMatchObject({ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001' });
  expect(child.AWS_PROFILE).toBeUndefined();
});

test.each(
  sampleCases(
    [
      ['a copy', ['-j', '4h']],
      ['an endpoint', ['--refresh']],
    ],
    2,
  ),
)('a command that exec gives %s has the region of --profile', async (_, flags) => {
  const config = join(temporaryFolder(), 'config');
  writeFileSync(config, '[default]\nregion = us-east-2\n[profile load]\nregion = eu-central-1\n');
  const args = [...flags, '--source', 'imds', '--profile', 'load', ...SHOW_ENVIRONMENT];
  const run = await exec(args, { AWS_CONFIG_FILE: config });
  expect(JSON.parse(run.stdout)).toMatchObject({
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
  });
});

test.each(
  sampleCases(
    [
      ['its own code', ['sh', '-c', 'exit 7'], 7],
      ['a code that exec itself uses', ['sh', '-c', 'exit 125'], 125],
      ['128 and the signal that killed it', ['sh', '-c', 'kill -KILL $$'], 137],
      ['127 for an unknown command', ['no-such-command-here'], 127],
      ['126 for a file that is not executable', ['/etc/passwd'], 126],
      ['126 for a folder', ['/tmp'], 126],
      ['126 for a path below a file', ['/etc/passwd/x'], 126],
    ],
    3,
  ),
)('a command started by exec exits with %s', async (_, command, code) => {
  const run = await exec(['-j', '4h', '--', ...command]);
  expect(run).toMatchObject({ code, stdout: '' });
  expect(run.stderr).toMatch(
    code === 126 || code === 127
      ? /^error: (could not start )?command '.*'( was not found|: permission denied \(EACCES\)|: not a directory \(ENOTDIR\))\nhint: /
      : /^$/,
  );
});

test('a command started by exec receives SIGTERM, and exec returns its exit code', async () => {
  const { env } = await startInstance();
  const script = 'trap "echo stopping; exit 3" TERM; echo ready; while :; do sleep 0.1; done';
  const program = startProgram(['exec', '-j', '4h', '--', 'sh', '-c', script], { env });
  await linesWritten(program, 1);
  program.child.kill('SIGTERM');
  expect(await program.done).toMatchObject({ code: 3, stdout: 'ready\nstopping\n' });
});

ciTest('a command started by exec that ignores SIGTERM keeps running until SIGKILL', async () => {
  const { env } = await startInstance();
  const script = 'trap "echo ignored" TERM; echo $$; while :; do sleep 0.1; done';
  const program = startProgram(['exec', '-j', '4h', '--', 'sh', '-c', script], { env });
  await linesWritten(program, 1);
  const pid = program.stdout().trim();
  for (const lines of [2, 3]) {
    program.child.kill('SIGTERM');
    await linesWritten(program, lines);
  }
  expect(isRunning(pid)).toBe(true);
  sendSignal(pid, 'SIGKILL');
  expect(await program.done).toMatchObject({ code: 137, stdout: `${pid}\nignored\nignored\n` });
});

test('exec --refresh needs no job duration, and passes an endpoint instead of keys', async () => {
  const args = ['--refresh', '--source', 'imds', ...SHOW_ENVIRONMENT];
  const run = await exec(args, { AWS_ACCESS_KEY_ID: 'AKIASTALE' });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, ...env } = JSON.parse(run.stdout);
  expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v2\/credentials\/[0-9a-f]{64}$/);
  expect(env.AWS_CONTAINER_AUTHORIZATION_TOKEN).toMatch(/^[0-9a-f]{64}$/);
  expect(env).not.toHaveProperty('AWS_ACCESS_KEY_ID');
  expect(env.AWS_EC2_METADATA_DISABLED).toBe('true');
  // The endpoint closes when the command ends.
  await expect(fetch(uri)).rejects.toThrow();
});

ciTest('exec --refresh hides the shared files if their default profile has credentials', async () => {
  const file = join(temporaryFolder(), 'credentials');
  const keys = 'aws_access_key_id = AKIASTALE\naws_secret_access_key = stale\n';
  writeFileSync(file, `[default]\nregion = eu-west-3\n${keys}`);
  const args = ['--refresh', '--source', 'imds', ...SHOW_ENVIRONMENT];
  const run = await exec(args, { AWS_SHARED_CREDENTIALS_FILE: file });
  expect(run).toMatchObject({
    code: 0,
    stderr:
      'note: the default profile has aws_access_key_id: the command runs without the AWS config and credentials files\n',
  });
  expect(JSON.parse(run.stdout)).toMatchObject({
    AWS_REGION: 'eu-west-3',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
  });
});

ciTest('exec --refresh warns that keys in variables cannot be refreshed', async () => {
  const keys = {
    AWS_ACCESS_KEY_ID: 'ASIATESTS0000000ENVI',
    AWS_SECRET_ACCESS_KEY: 'false-secret',
    AWS_SESSION_TOKEN: 'false-token',
    AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const run = await exec(['--refresh', '--source', 'environment', '--', 'true'], keys);
  expect(run).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^note: keys in environment variables cannot be refreshed: .*\nhint: /),
  });
});

ciTest('exec --refresh passes any credentials that have not expired', async () => {
  expect(await exec(['--refresh', '--', 'true'], {}, 20)).toMatchObject({ code: 0, stderr: '' });
  expect(await exec(['--refresh', '--', 'true'], {}, -20)).toMatchObject({ code: 125 });
});

ciTest('exec --refresh does not start the command with keys that an endpoint cannot serve', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST0001', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
  const args = ['--refresh', '--source', 'environment', '--expires', '2h', '--', 'true'];
  const { code, stderr } = await exec(args, keys);
  expect(code).toBe(125);
  expect(stderr).toMatch(/error: long-lived: .*\nhint: let these keys assume a role/);
});

test('exec --refresh reports an error of the source once, without secrets', async () => {
  // The source is polled again every two seconds or more often, because half of the lifetime has passed.
  const { endpoint, env } = await startInstance(20);
  const script = `
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: Authorization } = process.env;
    console.log('started');
    for (let request = 0; request < 3; request += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1800));
      console.log((await fetch(uri, { headers: { Authorization } })).status);
    }`;
  const args = ['--refresh', '--source', 'imds', '--', process.execPath, '--input-type=module', '-e', script];
  const program = startProgram(['exec', ...args], { env });
  await linesWritten(program, 1);
  await endpoint.close();
  const { code, stdout, stderr } = await program.done;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'started\n200\n200\n200\n' });
  expect(stderr).toMatch(/^note: could not refresh the credentials: [^\n]*\nhint: [^\n]*\n$/);
  expect(stderr).not.toMatch(/not-a-secret|not-a-token/);
});

const marker = () => join(temporaryFolder(), 'started');

test('exec does not start the command if a start is not safe', async () => {
  const file = marker();
  const run = await exec(['-j', '4h', '--', 'touch', file], {}, 3600);
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr).toMatch(
    /^error: not safe: a 4h job with a margin of 5m that starts now, 3h 05m(?: \d\ds)? short\nhint: .*\nnote: a safe start: unknown, because the history is short, and so far /,
  );
  expect(() => readFileSync(file)).toThrow('ENOENT');
});

test('exec does not start the command if the source has no credentials', async () => {
  const run = await runProgram(['exec', '-j', '4h', '--', 'true'], {
    env: { CRED_WATCH_DB: join(temporaryFolder(), 'd') },
  });
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr).toMatch(/^error: unreachable: .*\nhint: /);
});

ciTest('exec does not start the command if a signal ends the wait', async () => {
  const { env } = await startInstance(3600);
  const args = ['exec', '-j', '70m', '--margin', '0', '--wait', '10h', '--', 'true'];
  const program = startProgram(args, { env });
  await new Promise<void>((resolve) => program.child.stderr.once('data', () => resolve()));
  program.child.kill('SIGTERM');
  expect(await program.done).toMatchObject({
    code: 125,
    stderr: expect.stringMatching(/\nerror: SIGTERM received while waiting for a safe start\nhint: .*\n$/),
  });
});

test.each([
  ['without a command', ['-j', '4h'], 'exec needs a command after two dashes'],
  [
    'with a command but no dashes',
    ['-j', '4h', 'true'],
    "unexpected argument 'true': exec takes no arguments before --",
  ],
  ['without a job duration', ['--', 'true'], 'exec needs a job duration'],
  [
    'with --refresh and --job',
    ['--refresh', '-j', '4h', '--job', 'server', '--', 'true'],
    '--job and --refresh cannot be combined',
  ],
  ['with an unknown flag', ['--no-such', '--', 'true'], "unknown option '--no-such'"],
  ['with an invalid duration', ['-j', 'long', '--', 'true'], "--job-duration 'long' is not a duration"],
])('exec does not start the command %s', async (_, args, message) => {
  const run = await runCommand(['exec', ...args]);
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
});

const describeDashes = (words: string) =>
  `put two dashes before the command: \`cred-watch exec ${words} ...\``;

test.each([
  [['-j', '10s', 'echo', 'hi'], describeDashes('-j 10s -- echo')],
  [['-j', '10s', 'docker', 'run', '-e', 'AWS_X', 'image'], describeDashes('-j 10s -- docker')],
  [['./load.sh', '-j', '5h'], describeDashes('-j 5h -- ./load.sh')],
  [['./load.sh', 'a', '--job-duration=5h'], describeDashes('-j 5h -- ./load.sh')],
  // `exec` parses the flag of the command as its own.
  [['make', '-j', '4'], 'did you mean 4s, 4m, 4h or 4d?'],
  // The hint does not repeat what can be secret.
  [['-j', '10s', "echo 'secret'", 'hi'], describeDashes('-j 10s -- command')],
  [['--wiat', '1h'], `did you mean --wait? or ${describeDashes('-j 4h -- command')}`],
  [['-j', '5h', '--'], 'run `cred-watch exec -j 5h -- command ...`'],
  // With the dashes.
  [['-e', '--', 'true'], 'did you mean --expires or --external-id?'],
  [['echo', '--', 'true'], 'see `cred-watch exec --help`'],
])('exec with the words %j says where two dashes belong', async (args, hint) => {
  const run = await runCommand(['exec', ...args]);
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr.split('\n').slice(1)).toEqual([`hint: ${hint}`, '']);
});

ciTest.each([
  ['no-such-command-here', 'check the name of the command, and PATH'],
  [
    './no-such-file.sh',
    'check the path, and the interpreter in the first line of a script; a relative path begins in the current folder',
  ],
  ['echo hi', "remove the quotes around the command, or let a shell read it: `-- sh -c 'command | command'`"],
])('exec explains why %j was not found', async (command, hint) => {
  const run = await exec(['-j', '4h', '--', command]);
  expect(run.code).toBe(127);
  expect(run.stderr.split('\n')).toEqual([`error: command '${command}' was not found`, `hint: ${hint}`, '']);
});

ciTest('a run with --job is recorded, and the report judges by the longest run', async () => {
  const { env } = await startInstance();
  const job = ['--job', 'nightly load'];
  expect(
    (await runProgram(['exec', '-j', '4h', ...job, '--', 'sh', '-c', 'sleep 1.1; exit 5'], { env })).code,
  ).toBe(5);
  expect((await runProgram(['exec', '-j', '4h', ...job, '--', 'true'], { env })).code).toBe(0);
  const report = await runProgram(['report', ...job, '-f', 'json'], { env });
  const json = JSON.parse(report.stdout);
  expect(json.job.duration_seconds).toBeGreaterThanOrEqual(2);
  expect(json.job_runs).toMatchObject({ run_count: 2, failed_count: 1 });
});

ciTest('a run with --job is not recorded if the command could not be started', async () => {
  const { env } = await startInstance();
  for (const [code, ...command] of [
    [127, 'no-such-command-here'],
    [126, '/etc/passwd'],
    [126, '/etc/passwd/x'],
    [127, 'sh', '-c', 'exit 127'],
  ] as const) {
    const run = await runCommand(['exec', '-j', '4h', '--job', 'nightly', '--', ...command], { env });
    expect(run.code).toBe(code);
  }
  const report = await runCommand(['report', '--job', 'nightly', '-j', '4h', '-f', 'json'], { env });
  expect(JSON.parse(report.stdout).job_runs).toMatchObject({ run_count: 1, failed_count: 1 });
});
