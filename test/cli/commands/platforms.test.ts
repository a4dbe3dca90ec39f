import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { CASES, setUp } from '../../support/domain/shadowing-case.ts';

/** Runs commands in the environment of a case, with more variables. */
async function prepare(name: string, more: Record<string, string> = {}) {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  const { environment } = await setUp(found);
  const env = { ...environment, CRED_WATCH_DB: join(environment.HOME, 'samples.db'), ...more };
  // The output of a child of exec can only be captured from a process.
  return (...args: string[]) => (args[0] === 'exec' ? runProgram : runCommand)(args, { env });
}

describe('a Lambda function', () => {
  const EXPLAINED = /^note: AWS Lambda states no expiration .* 15 minutes at most .*--source role/m;

  test('check explains why the verdict is unknown, and the verdict stays', async () => {
    const run = await prepare('lambda');
    const check = await run('check', '-j', '10m', '-f', 'json');
    expect(check.code).toBe(3);
    expect(check.stderr).toMatch(EXPLAINED);
    expect(JSON.parse(check.stdout)).toMatchObject({
      verdict: 'unknown',
      unknown_reason: { failure: { reason: 'unknown-expiry' } },
      notes: ['KEYS_OF_LAMBDA'],
    });
  });

  test('exec and env explain it too, and pass nothing on', async () => {
    const run = await prepare('lambda');
    const exec = await run('exec', '-j', '10m', '--', 'echo', 'started');
    expect(exec).toMatchObject({ code: 125, stdout: '', stderr: expect.stringMatching(EXPLAINED) });
    const env = await run('env', '-j', '10m', '-f', 'env');
    expect(env).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(EXPLAINED) });
  });

  test('an expiration that the user or another tool states needs no explanation', async () => {
    const run = await prepare('lambda');
    const check = await run('check', '-j', '10m', '--expires', '30m');
    expect(check).toMatchObject({ code: 0, stderr: expect.not.stringMatching(EXPLAINED) });
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const stated = await prepare('lambda', { AWS_CREDENTIAL_EXPIRATION: expiration });
    expect(await stated('check', '-j', '10m')).toMatchObject({
      code: 1,
      stderr: expect.not.stringMatching(EXPLAINED),
    });
  });

  test('the same keys elsewhere are not explained', async () => {
    const run = await prepare('session');
    expect((await run('check', '-j', '10m')).stderr).not.toMatch(EXPLAINED);
  });

  test('sources names the service', async () => {
    const run = await prepare('lambda');
    expect((await run('sources')).stdout).toMatch(/^credentials by SDK in AWS Lambda\n/);
    expect(JSON.parse((await run('sources', '-f', 'json')).stdout).platform).toBe('lambda');
  });
});

describe.each([
  ['AWS CodeBuild', {}],
  ['AWS Amplify Hosting', { AWS_APP_ID: 'abcd1234', AWS_BRANCH: 'main', AWS_JOB_ID: '0000000001' }],
])('a build of %s', (name, more) => {
  const EXPLAINED = new RegExp(`^note: this is a build of ${name}: .*cred-watch exec --refresh`, 'm');

  test('check, exec and env explain a copy of the keys only if a start is not safe', async () => {
    const run = await prepare('codebuild', more);
    const unsafe = await run('check', '-j', '40h', '-f', 'json');
    expect(unsafe).toMatchObject({ code: 1, stderr: expect.stringMatching(EXPLAINED) });
    expect(JSON.parse(unsafe.stdout).notes).toContain('CONTAINER_OF_BUILD');
    for (const command of [
      ['env', '-f', 'env'],
      ['exec', '--', 'true'],
    ]) {
      const [first = '', ...rest] = command;
      const refused = await run(first, '-j', '40h', ...rest);
      expect(refused.stderr).toMatch(EXPLAINED);
    }
    const safe = await run('check', '-j', '1h', '-f', 'json');
    expect(safe).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
    expect(JSON.parse(safe.stdout).notes).toEqual(['SIMULATED_CREDENTIALS']);
  });

  test('sources names the service', async () => {
    const run = await prepare('codebuild', more);
    const { stdout } = await run('sources');
    expect(stdout).toContain(`credentials by SDK in ${name}\n`);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`this is a build of ${name}: `);
  });
});
