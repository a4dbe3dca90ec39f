import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram, runShell, startProgram } from '../../support/cli/built-program.ts';
import { copyVariables, startJob } from '../../support/cli/job-process.ts';
import { mayBeSkipped, noPidNamespace, OWN_PROCESSES } from '../../support/cli/namespaces.ts';
import { AS_OTHER_USER, noOtherUser, OTHER_USER } from '../../support/cli/other-user.ts';
import { linesWritten } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isRunning } from '../../support/send-signal.ts';
import { SHORT_TIMESTAMP } from '../../support/short-timestamp.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

const HOUR = 3600;

/** The credentials are in the variables of cred-watch. */
const createEnv = (expiresInSeconds: number) => ({
  ...copyVariables(expiresInSeconds),
  CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
});

const EXEC = ['exec', '--source', 'environment', '--watch'];

const IN_TIME =
  /^note: the credentials of the command expire in .*\nnote: the job ended 1h 59m(?: \d\ds)? before its credentials expired\n$/;

describe('exec --watch', () => {
  test('a command that ends in time gets its own streams and exit code, and stderr has a line before and after', async () => {
    const script = 'echo out; echo err >&2; exit 7';
    const run = await runProgram([...EXEC, '-j', '1h', '--', 'sh', '-c', script], {
      env: createEnv(2 * HOUR),
    });
    expect(run).toMatchObject({ code: 7, stdout: 'out\n' });
    expect(run.stderr).toMatch(
      /^note: the credentials of the command expire in 1h 59m(?: \d\ds)?, at .*\nerr\nnote: the job ended 1h 59m(?: \d\ds)? before its credentials expired\n$/,
    );
  });

  test('a command that outlives its credentials has two warnings, and keeps its exit code', async () => {
    // The program can take seconds to start on a busy machine.
    const expiresIn = isThorough ? 9 : 3;
    const env = createEnv(expiresIn);
    const args = [...EXEC, '--job', 'nightly', '--', 'sh', '-c', `sleep ${expiresIn + 1.2}; exit 7`];
    const run = await runProgram(args, { env });
    expect(run).toMatchObject({ code: 7, stdout: '' });
    const lines = run.stderr.split('\n').filter((line) => !line.startsWith('hint: '));
    const expected = [
      `note: the credentials of the command expire in \\ds, at ${SHORT_TIMESTAMP}`,
      `warning: the credentials of the command expire in \\ds, at ${SHORT_TIMESTAMP}`,
      `warning: the credentials of the command expired at ${SHORT_TIMESTAMP}, and it is still running`,
      'warning: the credentials expired \\d+s before the job ended',
      '',
    ];
    expect(lines).toEqual(expected.map((line) => expect.stringMatching(new RegExp(`^${line}$`))));
    const report = await runProgram(['report', '--job', 'nightly', '-j', '1h', '-f', 'json'], { env });
    const { job_runs: runs } = JSON.parse(report.stdout);
    expect(runs).toMatchObject({ run_count: 1, failed_count: 1 });
    const [, seconds] = /expired (\d+)s before/.exec(run.stderr) ?? [];
    expect(runs.least_remaining_run.remaining_at_end_seconds).toBe(-Number(seconds));
  });

  ciTest('a command that a signal ends also has a line about its end', async () => {
    const env = createEnv(2 * HOUR);
    const program = startProgram([...EXEC, '-j', '1h', '--', 'sh', '-c', 'echo $$; exec sleep 600'], { env });
    await linesWritten(program, 1);
    program.child.kill('SIGTERM');
    const run = await program.done;
    expect(run.code).toBe(143);
    expect(run.stderr).toMatch(IN_TIME);
    expect(isRunning(run.stdout)).toBe(false);
  });

  ciTest('a command that could not be started has no line about its end', async () => {
    const run = await runCommand([...EXEC, '-j', '1h', '--', 'no-such-command'], {
      env: createEnv(2 * HOUR),
    });
    expect(run.code).toBe(127);
    expect(run.stderr).toMatch(
      /^note: the credentials .*\nerror: command 'no-such-command' was not found\nhint: .*\n$/,
    );
  });

  ciTest('--watch does not weaken the check before the start', async () => {
    const short = await runCommand([...EXEC, '-j', '2h', '--', 'true'], { env: createEnv(2 * HOUR) });
    expect(short).toMatchObject({ code: 125, stdout: '' });
    expect(short.stderr).toMatch(/^error: not safe: a 2h job /);
    const expired = await runCommand([...EXEC, '--', 'true'], { env: createEnv(-1) });
    expect(expired).toMatchObject({ code: 125, stdout: '' });
    expect(expired.stderr).toMatch(/^error: not safe: the credentials have expired\n/);
  });

  test.each([
    [['--watch', '--refresh', '--', 'true'], '--watch and --refresh cannot be combined'],
    [['-j', '1h', '--warn-before', '1m', '--', 'true'], '--warn-before needs --watch'],
    [['--watch'], 'exec needs a command after two dashes'],
  ])('exec with %j is wrong usage', async (args, message) => {
    const run = await runCommand(['exec', ...args]);
    expect(run).toMatchObject({ code: 125, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
  });

  describe.skipIf(noPidNamespace !== null && mayBeSkipped)(`PID namespace ${noPidNamespace ?? ''}`, () => {
    ciTest('exec --watch as the first process of a container reports the end of its command', async () => {
      const run = await runProgram([...EXEC, '-j', '1h', '--', 'sh', '-c', 'exit 7'], {
        env: createEnv(2 * HOUR),
        prefix: OWN_PROCESSES,
      });
      expect(run.code).toBe(7);
      expect(run.stderr).toMatch(IN_TIME);
    });

    test('check --pid takes a process id inside the container', async () => {
      const script = 'sleep 60 & $NODE $PROGRAM check --pid $! -j 1h';
      const run = await runShell(script, { env: createEnv(2 * HOUR), prefix: OWN_PROCESSES });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toMatch(/^safe: a 1h job .* that has run for \d+s as process \d+, /);
    });
  });
});

describe.runIf(process.platform === 'linux')('check --pid and its process', () => {
  ciTest('the command of exec has a copy', async () => {
    const env = createEnv(2 * HOUR);
    const program = startProgram([...EXEC, '-j', '1h', '--', 'sh', '-c', 'echo $$; exec sleep 600'], { env });
    await linesWritten(program, 1);
    const check = (pid: string) =>
      runProgram(['check', '--pid', pid.trim(), '-j', '1h'], { env: { CRED_WATCH_DB: env.CRED_WATCH_DB } });
    expect((await check(program.stdout())).stdout).toMatch(/^safe: a 1h job /);
    program.child.kill('SIGTERM');
    await program.done;
  });

  test('a signal ends check --watch, and the process keeps running', async () => {
    const { pid } = await startJob(copyVariables(2 * HOUR));
    const program = startProgram(['check', '--pid', String(pid), '-j', '1h', '--watch'], {
      env: { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') },
    });
    await linesWritten(program, 1);
    program.child.kill('SIGINT');
    expect(await program.done).toMatchObject({
      code: 130,
      stderr: `error: SIGINT received while process ${pid} was followed\nhint: the process keeps running; run the command again to follow it\n`,
    });
    expect(isRunning(pid)).toBe(true);
  });

  describe.skipIf(noOtherUser !== null && mayBeSkipped)(`another user ${noOtherUser ?? ''}`, () => {
    ciTest('the process of another user is an error without a value', async () => {
      const { pid } = await startJob(copyVariables(2 * HOUR));
      const run = await runProgram(['check', '--pid', String(pid), '-j', '1h'], {
        env: { CRED_WATCH_DB: '/nonexistent/samples.db' },
        prefix: AS_OTHER_USER,
      });
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toBe(
        `error: not permitted to read the environment of process ${pid}\n` +
          'hint: run cred-watch as the same user or as root; a container may need the capability SYS_PTRACE\n',
      );
    });

    test('root judges the process of another user', async () => {
      const { pid } = await startJob(copyVariables(2 * HOUR), 60, { uid: OTHER_USER });
      const run = await runCommand(['check', '--pid', String(pid), '-j', '1h'], {
        env: { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') },
      });
      expect(run).toMatchObject({ code: 0, stderr: '' });
    });
  });
});
