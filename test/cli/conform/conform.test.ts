import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

type Finished = Parameters<typeof startSimulated>[1];

/** Checks a simulated endpoint. Each run waits for a token to expire, so the tests are concurrent. */
async function conform(finished: Finished, options: SimulatedOptions, ...args: string[]) {
  const { origin } = await startSimulated(options, finished);
  return { ...(await runCommand(['conform', origin, ...args])), origin };
}

/** The checks that a JUnit report counts as failed. */
const listFailures = (xml: string): (string | undefined)[] =>
  [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<failure/g)].map(([, name]) => name);

// The endpoint runs in the process of these tests. If the machine is busy, the endpoint responds late, and `conform`
// reports a warning about its response times. So a test that needs no exact number of warnings requires none.
describe('the exit code', () => {
  test.concurrent('the exit code is 0 if the endpoint conforms', async ({ expect, onTestFinished }) => {
    const { code, stdout, stderr, origin } = await conform(onTestFinished, { imds: 'v2' });
    expect(stdout).toContain(`${origin} (IMDS): conforms\n  0 errors, 0 warnings, 28 passed, 3 skipped`);
    expect(stdout).not.toContain('unknown');
    expect(stderr).toBe(
      `note: checking ${origin} as an endpoint of IMDS, because of its URL\nhint: --shape selects another protocol\n`,
    );
    expect(code).toBe(0);
  });

  test.concurrent('the exit code is 1 if a check fails with an error', async ({ expect, onTestFinished }) => {
    const { code, stdout, origin } = await conform(onTestFinished, { faults: ['expired=10m'] });
    expect(stdout).toContain(`${origin} (IMDS): does not conform\n  1 error, `);
    expect(stdout).toContain('error: not-expired: ');
    expect(stdout).toMatch(/found +the credentials expired 10m(?: \d\ds)? ago/);
    expect(stdout).toMatch(/^ {2}JavaScript +uses expired credentials$/m);
    expect(code).toBe(1);
  });

  ciTest.concurrent(
    'the exit code is 0 with a warning, and 1 with --strict',
    async ({ expect, onTestFinished }) => {
      const { origin } = await startSimulated({ faults: ['renew'] }, onTestFinished);
      const [tolerant, strict] = await Promise.all([
        runCommand(['conform', origin]),
        runCommand(['conform', origin, '--strict']),
      ]);
      expect(tolerant.stdout).toContain('conforms\n  0 errors, 1 warning');
      expect(tolerant.stdout).toContain('warning: key-stable: ');
      expect(strict.stdout).toContain('does not conform\n');
      expect([tolerant.code, strict.code]).toEqual([0, 1]);
    },
  );

  ciTest.concurrent.for([
    { fault: 'no-role', note: 'no role is attached, so there are no credentials to check' },
    {
      fault: 'error',
      note: 'the endpoint serves no credentials, but the error AssumeRoleUnauthorizedAccess',
    },
  ])(
    'the exit code is 3 if the endpoint serves no credentials: $fault',
    async ({ fault, note }, { expect, onTestFinished }) => {
      const { code, stdout } = await conform(onTestFinished, { imds: 'v2', faults: [fault] });
      expect(stdout).toContain('(IMDS): unknown\n  0 errors, 0 warnings');
      expect(stdout).toContain(`note: ${note}\n`);
      expect(stdout).toMatch(/^ {2}botocore +unknown, because not every check was made$/m);
      expect(code).toBe(3);
    },
  );

  ciTest.concurrent('the exit code is 3 if IMDS is disabled', async ({ expect, onTestFinished }) => {
    const { code, stdout } = await conform(onTestFinished, { faults: ['status=403'] });
    expect(stdout).toContain(
      '(IMDS): unknown\n  the endpoint refuses every request with 403\n  hint: IMDS is disabled, ',
    );
    expect(code).toBe(3);
  });

  test.concurrent.for([{ fault: 'reset', message: 'the connection was closed without a response' }])(
    'is 3 if the endpoint does not respond: $fault',
    async ({ fault, message }, { expect, onTestFinished }) => {
      const { code, stdout } = await conform(onTestFinished, { faults: [fault] });
      expect(stdout).toContain(`(IMDS): unknown\n  ${message}: `);
      expect(code).toBe(3);
    },
  );

  ciTest('is 3 if the endpoint never responds', async ({ onTestFinished }) => {
    const { code, stdout } = await conform(onTestFinished, { faults: ['stall'] });
    const message = 'no response in time: no complete response within 4000 ms';
    expect(stdout).toContain(`(IMDS): unknown\n  ${message}\n`);
    expect(code).toBe(3);
  });

  test.concurrent('the exit code is 3 if no program listens at the address', async ({ expect }) => {
    const args = ['conform', 'http://127.0.0.1:1', '--shape', 'imds'];
    const [text, json] = await Promise.all([runCommand(args), runCommand([...args, '-f', 'json'])]);
    const hint = 'hint: check the URL, and whether the endpoint is running\n';
    expect(text).toMatchObject({
      code: 3,
      stdout: `http://127.0.0.1:1 (IMDS): unknown\n  could not connect: ECONNREFUSED at 127.0.0.1:1\n  ${hint}`,
      stderr: '',
    });
    const error =
      'error: could not check http://127.0.0.1:1: could not connect: ECONNREFUSED at 127.0.0.1:1\n';
    expect(json).toMatchObject({ code: 3, stderr: `${error}${hint}` });
  });
});

test.concurrent('an https URL of an endpoint without TLS is named', async ({ expect, onTestFinished }) => {
  const { origin } = await startSimulated({}, onTestFinished);
  const { code, stdout } = await runCommand(['conform', origin.replace('http:', 'https:')]);
  expect(stdout).toContain('  the endpoint does not use TLS\n  hint: give the URL with http:// instead ');
  expect(code).toBe(3);
});

ciTest.concurrent(
  'an endpoint without tokens fails for the Rust SDK, and serves the other SDKs with IMDSv1',
  async ({ expect, onTestFinished }) => {
    const { code, stdout } = await conform(onTestFinished, { imds: 'v1' });
    expect(stdout).toContain('note: only IMDSv1: the endpoint issues no tokens\n');
    expect(stdout).toContain('1 error, 0 warnings');
    expect(stdout).toMatch(/^ {2}Rust +gets no credentials$/m);
    expect(stdout).toMatch(/^ {2}botocore +works, but uses IMDSv1$/m);
    expect(code).toBe(1);
  },
);

ciTest.concurrent('a lost response to the token request is named', async ({ expect, onTestFinished }) => {
  const { code, stdout } = await conform(onTestFinished, { imds: 'v2', faults: ['hop-limit=reset'] });
  expect(stdout).toContain('note: only the token request got no response: in a container, the hop limit ');
  expect(stdout).toMatch(
    /error: token-issued: .*\n.*\n +response +the connection was closed without a response/,
  );
  expect(stdout).toContain('1 error, 0 warnings');
  expect(code).toBe(1);
});

ciTest.concurrent(
  'an endpoint that allows IMDSv1 conforms, and a note says so',
  async ({ expect, onTestFinished }) => {
    const { code, stdout } = await conform(onTestFinished, { imds: 'both' });
    expect(stdout).toContain('note: IMDSv1 is allowed: requests without a token get credentials\n');
    expect(code).toBe(0);
  },
);

ciTest.concurrent(
  'a note names the error of the clock of the endpoint',
  async ({ expect, onTestFinished }) => {
    const { stdout } = await conform(onTestFinished, { faults: ['clock-skew=5m'] });
    expect(stdout).toMatch(/note: the Date header is (?:4m 59s|5m|5m 01s) ahead of the clock of this host\n/);
  },
);

ciTest.concurrent('JSON follows its schema', async ({ expect, onTestFinished }) => {
  const outputs = await Promise.all(
    [{ faults: ['expired'] }, { faults: ['no-role'] }, { faults: ['reset'] }, { imds: 'v1' as const }].map(
      (options) => conform(onTestFinished, options, '-f', 'json'),
    ),
  );
  for (const { stdout } of outputs) expect(findViolations('conform', JSON.parse(stdout))).toEqual([]);
  const [expired, , reset] = outputs.map(({ stdout }) => JSON.parse(stdout));
  expect(expired).toMatchObject({
    verdict: 'does-not-conform',
    strict: false,
    shape: 'imds',
    unreachable: null,
  });
  expect(expired.exchanges).toHaveLength(expired.request_count);
  const failed = expired.checks.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
  expect(failed).toMatchObject([
    { id: 'not-expired', severity: 'error', failures: [{ code: 'CREDENTIALS_EXPIRED' }] },
  ]);
  const [{ exchange }] = failed[0].failures;
  expect(expired.exchanges[exchange - 1].request.path).toBe(
    '/latest/meta-data/iam/security-credentials/simulated-role',
  );
  expect(reset).toMatchObject({
    verdict: 'unknown',
    checks: [],
    unreachable: { reason: 'connection-closed' },
  });
});

ciTest.concurrent(
  'JUnit has a test case per check, and warnings fail only with --strict',
  async ({ expect, onTestFinished }) => {
    const { origin } = await startSimulated(
      { faults: ['renew', 'field=Expiration:2026-01-01T00:00:00Z'] },
      onTestFinished,
    );
    const file = join(temporaryFolder(onTestFinished), 'conform.xml');
    const [tolerant, strict] = await Promise.all([
      runCommand(['conform', origin, '-f', 'junit', '-o', file]),
      runCommand(['conform', origin, '-f', 'junit', '--strict']),
    ]);
    expect(tolerant.stdout).toBe('');
    const xml = readFileSync(file, 'utf8');
    expect(xml).toMatch(/<testsuites name="cred-watch" tests="31" failures="1" errors="0" skipped="\d+"/);
    expect(xml).toMatch(
      /<testcase name="not-expired" classname="conform imds" time="0">\s*<failure type="Conformance"/,
    );
    expect(xml).toMatch(
      /<testcase name="key-stable"[^>]*>\s*<system-out>warning: two requests in a row get the same key/,
    );
    expect(listFailures(strict.stdout)).toEqual(expect.arrayContaining(['key-stable', 'not-expired']));
    expect(listFailures(xml)).toEqual(['not-expired']);
  },
);

ciTest.concurrent(
  'without a URL, the endpoint of the environment is checked',
  async ({ expect, onTestFinished }) => {
    const { origin } = await startSimulated({}, onTestFinished);
    const { code, stderr } = await runCommand(['conform'], {
      env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin },
    });
    expect(stderr).toBe(
      `note: checking ${origin} as an endpoint of IMDS, which SDKs use in this environment\n`,
    );
    expect(code).toBe(0);
  },
);

ciTest.concurrent('an endpoint below a path is checked', async ({ expect, onTestFinished }) => {
  const { origin } = await startSimulated({}, onTestFinished);
  const { stdout } = await runCommand(['conform', `${origin}/latest/meta-data/iam/security-credentials/`]);
  expect(stdout).toContain(`${origin} (IMDS): conforms\n`);
});

ciTest.concurrent('the result is unknown if --role names no role', async ({ expect, onTestFinished }) => {
  const { code, stdout } = await conform(onTestFinished, {}, '--role', 'other');
  expect(stdout).toContain('(IMDS): unknown\n  0 errors, ');
  expect(stdout).toContain('note: the endpoint has no such role (status 404)\n  hint: check --role; ');
  expect(code).toBe(3);
});

test.concurrent('the result is unknown if a token is missing or wrong', async ({
  expect,
  onTestFinished,
}) => {
  const { environments } = await startSimulated({ shapes: ['cloudshell'] }, onTestFinished);
  const url = environments.cloudshell.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '';
  const args = ['conform', url, '--shape', 'cloudshell'];
  const missing = await runCommand(args);
  expect(missing.stdout).toContain('note: the endpoint refused the request without a token (status 401');
  expect(missing.stdout).toContain('hint: give the token with --token-file, or set AWS_CONTAINER_');
  const file = join(temporaryFolder(onTestFinished), 'conform.xml');
  const wrong = await runCommand([...args, '--token', 'wrong', '-f', 'junit', '-o', file]);
  expect(wrong.stderr).toContain('error: could not check the credentials: the endpoint refused the token ');
  expect(wrong.stderr).toContain('\nhint: check that the token is complete, has not expired, and belongs ');
  expect([missing.code, wrong.code]).toEqual([3, 3]);
});

describe('wrong usage', () => {
  const folder = temporaryFolder(afterAll);
  const empty = join(folder, 'empty');
  writeFileSync(empty, '\n');
  const container = 'http://127.0.0.1:1/v1/credentials';

  test.each([
    [['--token', 'a', '--token-file', 'b'], '--token and --token-file cannot be combined'],
    [['ftp://127.0.0.1/'], 'the endpoint is not an http or https URL'],
    [['127.0.0.1:1338'], 'the endpoint is not an http or https URL'],
    [['http://user:CANARY@127.0.0.1/'], 'the URL contains a user name or a password'],
    [['http://127.0.0.1:1', '--shape', 'eks'], 'the URL of a container endpoint needs a path'],
    [[container, '--role', 'loader'], '--role needs an IMDS endpoint'],
    [
      [container, '--token-file', join(folder, 'missing')],
      `the token file ${join(folder, 'missing')} does not exist`,
    ],
    [[container, '--token-file', folder], `could not read the token file ${folder}: not a regular file`],
    [[container, '--token-file', empty], 'the token is empty'],
    [
      [container, '--token', 'CANARY\nCANARY'],
      'the token contains characters that are not allowed in a header',
    ],
  ])('%j is rejected', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(['conform', ...args]);
    expect(stderr).toContain(`error: ${message}\nhint: `);
    expect(stderr + stdout).not.toContain('CANARY');
    expect(code).toBe(2);
  });
});

test.concurrent('a note warns about a token on the command line', async ({ expect }) => {
  const { stdout, stderr } = await runCommand([
    'conform',
    'http://127.0.0.1:1/v1/credentials',
    '--token',
    'CANARY-token',
  ]);
  expect(stderr).toContain('note: other users of this machine can read --token in the list of processes\n');
  expect(stdout + stderr).not.toContain('CANARY');
});
