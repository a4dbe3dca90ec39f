import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { CANARIES, canariesIn } from '../../support/cli/canaries.ts';
import { COPY_WITHOUT_EXPIRATION, copyVariables, startJob } from '../../support/cli/job-process.ts';
import { linesWritten, type Run } from '../../support/cli/program-run.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findLineViolations, findViolations } from '../../support/docs/schemas.ts';
import { SHORT_TIMESTAMP } from '../../support/short-timestamp.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const HOUR = 3600;
const isLinux = process.platform === 'linux';

const check = (pid: number, args: readonly string[] = [], db = join(temporaryFolder(), 'samples.db')) =>
  runCommand(['check', '--pid', String(pid), ...args], { env: { CRED_WATCH_DB: db, AWS_PROFILE: 'other' } });

const SERIES = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

/** A database that knows the key of a job. */
function recordKey(expiresInSeconds: number): string {
  const db = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(db);
  const observedAt = Date.now() - HOUR * 1000;
  store.recordSample(
    SERIES,
    {
      accessKeyId: COPY_WITHOUT_EXPIRATION.AWS_ACCESS_KEY_ID ?? '',
      lastUpdated: observedAt,
      expiration: Date.now() + expiresInSeconds * 1000,
      zoneless: false,
      clockOffset: 0,
      observedAt,
    },
    'machine',
  );
  store.close();
  return db;
}

describe.runIf(isLinux)('check --pid', () => {
  test.each(
    sampleCases(
      [
        [
          '1h',
          0,
          /^safe: a 1h job with a margin of 5m that has run for \d+s as process \d+, 5[34]m(?: \d\ds)? to spare\n/,
        ],
        [
          '3h',
          1,
          /^not safe: a 3h job .* that has run for \d+s as process \d+, 1h 0[56]m(?: \d\ds)? short\n/,
        ],
      ],
      2,
    ),
  )('the rest of a job of %s is judged by the copy of the process', async (duration, code, first) => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const run = await check(pid, ['-j', duration]);
    expect(run).toMatchObject({ code, stderr: '' });
    expect(run.stdout).toMatch(first);
    expect(run.stdout).toContain('ASIA…0001\n');
    expect(run.stdout).toContain('as the variables of the process state\n');
  });

  ciTest('without a duration, the expiration is shown and the verdict is unknown', async () => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const run = await check(pid, ['-f', 'json']);
    expect(run).toMatchObject({ code: 3, stderr: '' });
    const document = JSON.parse(run.stdout);
    expect(findViolations('check-pid', document)).toEqual([]);
    expect(document).toMatchObject({
      event: 'judged',
      pid,
      job: null,
      expiration_from: 'variables',
      unknown_reason: { code: 'DURATION_UNKNOWN' },
    });
    expect(document.remaining_seconds).toBeGreaterThan(2 * HOUR - 60);
  });

  test('expired credentials are not safe for a job of any duration', async () => {
    const { pid } = await startJob(copyVariables(-60));
    const run = await check(pid);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(
      /^not safe: a job that has run for \d+s as process \d+, its credentials have expired\n/,
    );
  });

  test('the database knows when the key of the process expires', async () => {
    const { pid } = await startJob(COPY_WITHOUT_EXPIRATION);
    expect((await check(pid, ['-j', '1h'])).code).toBe(3);
    const run = await check(pid, ['-j', '1h', '-f', 'json'], recordKey(2 * HOUR));
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: 'safe', expiration_from: 'database' });
    // The variables cannot make a key valid for longer than an endpoint has stated.
    const longer = await startJob(copyVariables(9 * HOUR));
    expect((await check(longer.pid, ['-j', '3h'], recordKey(2 * HOUR))).code).toBe(1);
  });

  test('check --pid writes no file', async () => {
    const home = temporaryFolder();
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const env = { HOME: home, XDG_STATE_HOME: home };
    expect((await runCommand(['check', '--pid', String(pid), '-j', '1h'], { env })).code).toBe(0);
    expect(readFolder(home)).toEqual({});
  });

  test('-j auto takes the longest ended run, and not the run that is judged', async () => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const db = recordKey(2 * HOUR);
    const auto = ['-j', 'auto', '--job', 'nightly'];
    const none = await check(pid, auto, db);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain("no successful run of the job 'nightly' is recorded");
    const store = SampleStore.open(db);
    const run = { job: 'nightly', identity: SERIES, remainingAtStart: HOUR, end: null };
    const ended = store.startJobRun({ ...run, startedAt: Date.now() - 9 * HOUR * 1000 });
    store.endJobRun(ended, { duration: HOUR, exitCode: 0, remainingAtEnd: 60 });
    store.startJobRun({ ...run, startedAt: Date.now() - 5 * HOUR * 1000 });
    store.close();
    const { code, stdout } = await check(pid, [...auto, '-f', 'json'], db);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).job.duration_seconds).toBe(HOUR);
  });

  test('check --pid works without a usable database, with a note', async () => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const db = join(temporaryFolder(), 'samples.db');
    writeFileSync(db, 'no database');
    const run = await check(pid, ['-j', '1h'], db);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^note: continuing without the database: /);
  });

  test('a line for Nagios has the remaining validity', async () => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const run = await check(pid, ['-j', '3h', '--exit-codes', 'nagios']);
    expect(run).toMatchObject({ code: 2, stderr: '' });
    expect(run.stdout).toMatch(
      /^CREDWATCH CRITICAL - process \d+: 1h 59m(?: \d\ds)? left, needs 3h 0\dm(?: \d\ds)? \| 'remaining'=\d+s;;\d+:;;\n$/,
    );
  });
});

describe.runIf(isLinux)('a process without a copy', () => {
  const codeOf = ({ stdout }: Run) => JSON.parse(stdout).unknown_reason;
  const json = ['-j', '1h', '-f', 'json'];

  test.each(
    sampleCases(
      [
        ['no variables', {}, { code: 'NO_COPY', provider: 'imds' }],
        [
          'a container endpoint',
          { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/v1' },
          { code: 'NO_COPY', provider: 'container' },
        ],
        [
          'long-lived keys',
          { AWS_ACCESS_KEY_ID: 'AKIAFALSEFALSE000001', AWS_SECRET_ACCESS_KEY: 'x' },
          { code: 'LONG_LIVED' },
        ],
        ['no expiration', COPY_WITHOUT_EXPIRATION, { code: 'EXPIRATION_UNKNOWN' }],
      ],
      4,
    ),
  )('a process with %s is unknown, and --watch ends at once', async (_, env, reason) => {
    const { pid } = await startJob(env);
    const run = await check(pid, json);
    expect(run.code).toBe(3);
    expect(findViolations('check-pid', JSON.parse(run.stdout))).toEqual([]);
    expect(codeOf(run)).toMatchObject(reason);
    const followed = await check(pid, [...json, '--watch']);
    expect(followed.code).toBe(3);
    expect(followed.stdout.trim().split('\n')).toHaveLength(1);
  });

  test('a --db that does not exist is named', async () => {
    const { pid } = await startJob(COPY_WITHOUT_EXPIRATION);
    const db = join(temporaryFolder(), 'missing.db');
    const run = await check(pid, ['-j', '1h', '--db', db]);
    expect(run.stderr).toBe(
      `note: continuing without the database: ${db} does not exist\nhint: correct --db\n`,
    );
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('there is no database, and the variables');
  });

  test('a process without keys has a note that names its child with keys', async () => {
    const keys = 'AWS_ACCESS_KEY_ID=ASIATESTSFALSE000001 AWS_SECRET_ACCESS_KEY=x';
    // `cat` ends when its input is closed.
    const script = `exec 3<&0; ${keys} cat <&3 & echo $!; wait`;
    const parent = spawn('sh', ['-c', `(${script}); true`], { env: { PATH: '/usr/bin:/bin' } });
    onTestFinished(() => void parent.stdin.end());
    const [output] = await once(parent.stdout, 'data');
    const child = Number(String(output));
    const run = await check(parent.pid ?? 0, ['-j', '1h']);
    expect(run.code).toBe(3);
    expect(run.stderr).toBe(
      `note: process ${child}, which process ${parent.pid} started, has keys in the variables\n` +
        `hint: to judge these keys, give the id: --pid ${child}\n`,
    );
    expect((await check(child, ['-j', '1h'])).stderr).not.toMatch(/started/);
  });

  test('several ids of pgrep are not one process id', async () => {
    const run = await runCommand(['check', '--pid', '4711\n4712', '-j', '1h']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('has 2 process ids\nhint: give one of them: 4711, 4712\n');
  });

  test('incomplete keys are unknown', async () => {
    const { AWS_SECRET_ACCESS_KEY: _, ...env } = copyVariables(HOUR);
    const { pid } = await startJob(env);
    const run = await check(pid, [...json, '--source', 'environment']);
    expect(run.code).toBe(3);
    expect(findViolations('check-pid', JSON.parse(run.stdout))).toEqual([]);
    expect(codeOf(run)).toEqual({
      code: 'COPY_INVALID',
      provider: null,
      failure: { reason: 'invalid-configuration', detail: 'missing: AWS_SECRET_ACCESS_KEY' },
    });
  });

  test('keys of a session without its token are unknown, although their expiration is stated', async () => {
    const { pid } = await startJob({ ...copyVariables(2 * HOUR), AWS_SESSION_TOKEN: '' });
    const run = await check(pid, json);
    expect(run.code).toBe(3);
    expect(codeOf(run)).toMatchObject({
      code: 'COPY_INVALID',
      failure: { detail: 'missing: AWS_SESSION_TOKEN' },
    });
  });

  test('--expires states the end of a copy that is not in the variables', async () => {
    const { pid } = await startJob({});
    const run = await check(pid, [...json, '--expires', '2h']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ access_key_id: null, expiration_from: 'flag' });
    // The variables state an earlier end.
    const other = await startJob(copyVariables(HOUR));
    const earlier = await check(other.pid, [...json, '--expires', '2h']);
    expect(JSON.parse(earlier.stdout)).toMatchObject({ verdict: 'not-safe', expiration_from: 'variables' });
  });

  test('SDKs that disagree are an error, and --source environment judges the variables', async () => {
    const home = temporaryFolder();
    writeFileSync(
      join(home, 'config'),
      '[profile job]\naws_access_key_id = AKIAPROFILE000000001\naws_secret_access_key = x\n',
    );
    const { pid } = await startJob({
      ...copyVariables(2 * HOUR),
      AWS_PROFILE: 'job',
      AWS_CONFIG_FILE: join(home, 'config'),
    });
    const run = await check(pid, ['-j', '1h']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: SDKs disagree about the credentials of the job: /);
    expect(run.stderr).toContain(
      `add --source environment; \`cred-watch sources --pid ${pid}\` shows the reasons\n`,
    );
    const chosen = await check(pid, ['-j', '1h', '--source', 'environment']);
    expect(chosen.code).toBe(0);
    expect(chosen.stderr).toMatch(/^note: /);
  });
});

describe.runIf(isLinux)('check --pid --watch', () => {
  /** Follows a job that ends as soon as `check` has written some lines, and `pauseMs` later. */
  async function follow(expiresIn: number, args: readonly string[], { lines = 1, pauseMs = 0 } = {}) {
    const { pid, child } = await startJob(copyVariables(expiresIn));
    const env = { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
    const program = startCommand(['check', '--pid', String(pid), '--watch', ...args], { env });
    await linesWritten(program, lines);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    child.kill();
    return program.done;
  }

  test('a job that ends in time has exit code 0', async () => {
    const run = await follow(2 * HOUR, []);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^unknown: the credentials of process \d+, which has run for [^,]+, expire in [\s\S]*\nthe job ended 1h 59m(?: \d\ds)? before its credentials expired\n$/,
    );
  });

  test('a job that outlives its credentials has two warnings and exit code 1', async () => {
    const args = ['-j', '1s', '--margin', '0', '-f', 'json'];
    // In CI, the program starts as a process of its own, which can take seconds.
    const run = await follow(isThorough ? 8 : 2, args, { lines: 3, pauseMs: 1100 });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      new RegExp(
        String.raw`^warning: the credentials of process \d+ expire in \ds, at ${SHORT_TIMESTAMP}\nhint: .*\nwarning: the credentials of process \d+ expired at ${SHORT_TIMESTAMP}, and it is still running\nhint: .*\n$`,
      ),
    );
    expect(findLineViolations('check-pid', run.stdout)).toEqual([]);
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event, warning }) => warning ?? event)).toEqual([
      'judged',
      'EXPIRES_SOON',
      'EXPIRED',
      'ended',
    ]);
    expect(events[3]).toMatchObject({ outcome: 'expired-before-end' });
    expect(events[3].remaining_at_end_seconds).toBeLessThan(0);
    expect(events[3].remaining_at_end_seconds).toBeGreaterThan(-20);
  });

  test('--warn-before decides when the first warning comes', async () => {
    const run = await follow(HOUR, ['--warn-before', '2h']);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^warning: the credentials of process \d+ expire in 59m(?: \d\ds)?, at .*\nhint: .*\n$/,
    );
  });
});

describe('check --pid rejects', () => {
  test.each([
    [['--pid', '0'], "--pid '0' is not a process id"],
    [['--pid', '4194304'], 'process 4194304 does not exist'],
    [['--pid', '7', '--wait', '1h'], '--wait and --pid cannot be combined'],
    [['--pid', '7', '--offline'], '--offline and --pid cannot be combined'],
    [['--pid', '7', '--profile', 'x'], '--profile and --pid cannot be combined'],
    [
      ['--pid', '7', '--role-arn', 'arn:aws:iam::111122223333:role/x'],
      '--role-arn and --pid cannot be combined',
    ],
    [['--pid', '7', '--source', 'imds'], '--source imds and --pid cannot be combined'],
    [['--pid', '7', '-j', 'auto'], '-j auto needs a job'],
    [['--pid', '7', '--warn-before', '1h'], '--warn-before needs --watch'],
    [['-j', '1h', '--watch'], '--watch needs --pid'],
    [['-j', '1h', '--warn-before', '1h'], '--warn-before needs --pid'],
    [['--pid', '7', '--watch', '--warn-before', '0'], "--warn-before '0' is too short"],
  ])('the flags %j', async (args, message) => {
    const run = await runCommand(['check', ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
    expect(run.stderr.split('\n')[1]).toMatch(/^hint: /);
  });

  test('--watch for a plugin of Nagios', async () => {
    const run = await runCommand(['check', '--pid', '7', '--watch', '--exit-codes', 'nagios']);
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(run.stdout).toBe(
      'CREDWATCH UNKNOWN - --watch and --exit-codes nagios cannot be combined (remove --watch: a plugin must end within seconds)\n',
    );
  });
});

describe.runIf(isLinux)('the variables of a process are secret and hostile', () => {
  const { secretKey, sessionToken, authorization, credentialsPath, word } = CANARIES;
  const secrets = {
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_SECURITY_TOKEN: word,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:1/${credentialsPath}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    DATABASE_PASSWORD: word,
  };

  test.each<[string, Record<string, string>]>([
    ['valid keys', copyVariables(HOUR)],
    [
      'an expiration that is not a time',
      { AWS_ACCESS_KEY_ID: 'ASIATESTSFALSE000001', AWS_CREDENTIAL_EXPIRATION: word },
    ],
    [
      'a key id that is a secret',
      { AWS_ACCESS_KEY_ID: word, AWS_CREDENTIAL_EXPIRATION: '2100-01-01T00:00:00Z' },
    ],
    [
      'a key id that controls a terminal',
      { AWS_ACCESS_KEY_ID: `\u001b[31m${word}\n`, AWS_PROFILE: '\u001b[2J' },
    ],
    ['a zone that does not exist', { ...copyVariables(HOUR), TZ: word, AWSUME_EXPIRATION: word }],
  ])('a process with %s reveals none of them', async (_, env) => {
    const { pid } = await startJob({ ...env, ...secrets });
    for (const args of [[], ['-f', 'json'], ['--source', 'environment'], ['--exit-codes', 'nagios']]) {
      const run = await check(pid, ['-j', '2h', '--debug', ...args]);
      const output = run.stdout + run.stderr;
      expect(canariesIn(output), output).toEqual([]);
      expect(output).not.toMatch(/[\u001b]/);
      expect([0, 1, 2, 3]).toContain(run.code);
    }
  });
});
