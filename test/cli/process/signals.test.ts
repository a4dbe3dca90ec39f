import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgram } from '../../support/cli/built-program.ts';
import { metadataService } from '../../support/cli/metadata-script.ts';
import { mayBeSkipped, noPidNamespace, OWN_PROCESSES } from '../../support/cli/namespaces.ts';
import { linesWritten, type RunningProgram } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isRunning, sendSignal } from '../../support/send-signal.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

async function startInstance(script: Parameters<typeof startEndpoint>[0] = metadataService()) {
  const endpoint = await startEndpoint(script);
  const db = join(temporaryFolder(), 'samples.db');
  return { endpoint, env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db } };
}

const EXEC = ['exec', '-j', '1h', '--source', 'imds', '--'];

/** Prints its id, and ends at every signal. */
const CHILD = ['sh', '-c', 'echo $$; exec sleep 600'];

/** Every signal that ends a process by default and that a program can handle, except those of a crash. */
const ENDING = [
  ...['SIGTERM', 'SIGALRM', 'SIGXCPU', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGABRT'],
  ...['SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'],
] as NodeJS.Signals[];

/** An endpoint that receives requests and never responds. */
async function startSilentInstance() {
  let request = () => {};
  const requested = new Promise<void>((resolve) => {
    request = resolve;
  });
  const { env } = await startInstance(() => {
    request();
    return 'silence';
  });
  return { env, requested };
}

test.each(sampleCases(ENDING, 15))(
  '%s to exec ends the command, and exec exits with 128+n',
  async (signal) => {
    const { env } = await startInstance();
    const program = startProgram([...EXEC, ...CHILD], { env });
    await linesWritten(program, 1);
    program.child.kill(signal);
    expect(await program.done).toMatchObject({ code: 128 + constants.signals[signal], stderr: '' });
    expect(isRunning(program.stdout())).toBe(false);
  },
);

/** Signals that do not end a process by default, and signals that Node ignores. */
const HARMLESS = [
  'SIGPIPE',
  'SIGXFSZ',
  'SIGWINCH',
  'SIGURG',
  'SIGCHLD',
  'SIGCONT',
  'SIGTSTP',
  'SIGTTIN',
] as const;

test.each(sampleCases(HARMLESS, 9))('%s to exec ends neither exec nor the command', async (signal) => {
  const { env } = await startInstance();
  const program = startProgram([...EXEC, ...CHILD], { env });
  await linesWritten(program, 1);
  program.child.kill(signal);
  program.child.kill('SIGCONT');
  expect(isRunning(program.stdout())).toBe(true);
  program.child.kill('SIGTERM');
  expect(await program.done).toMatchObject({ code: 143 });
  expect(isRunning(program.stdout())).toBe(false);
});

/** The only child of a process. */
function findChild({ pid }: RunningProgram['child']): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
}

describe('the first process of a container', () => {
  const skipped = noPidNamespace === null ? '' : ` (skipped: ${noPidNamespace})`;
  const testInContainer = test.skipIf(noPidNamespace !== null && mayBeSkipped);

  /** Starts the program as PID 1. */
  const startFirst = (args: readonly string[], env: Record<string, string>) =>
    startProgram(args, { env, prefix: OWN_PROCESSES });

  const stop = (program: RunningProgram, signal: NodeJS.Signals) =>
    sendSignal(findChild(program.child), signal);

  const JUDGING = [
    ['check', '-j', '1h'],
    ['exec', '-j', '1h', '--', 'true'],
    ['env', '-j', '1h', '-f', 'env'],
    ['poll'],
  ];
  const cases = JUDGING.flatMap((args) =>
    (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map((signal) => [signal, args[0], args] as const),
  );

  testInContainer.each(sampleCases(cases, 4))(
    `%s ends %s at once while the endpoint does not respond, with 128+n${skipped}`,
    async (signal, _, args) => {
      expect(noPidNamespace).toBeNull();
      const { env, requested } = await startSilentInstance();
      // Far more than the test may take.
      const program = startFirst(args, { ...env, AWS_METADATA_SERVICE_TIMEOUT: '600' });
      await requested;
      stop(program, signal);
      expect(await program.done).toMatchObject({ code: 128 + constants.signals[signal], stdout: '' });
    },
  );

  testInContainer(`exec passes signals to the command, and returns its exit code${skipped}`, async () => {
    expect(noPidNamespace).toBeNull();
    const { env } = await startInstance();
    const script = 'trap "echo stopping; exit 3" TERM; echo $$; while :; do sleep 0.1; done';
    const program = startFirst([...EXEC, 'sh', '-c', script], env);
    await linesWritten(program, 1);
    stop(program, 'SIGTERM');
    const { code, stdout } = await program.done;
    expect([code, stdout.split('\n')[1]]).toEqual([3, 'stopping']);
  });

  testInContainer(`poll --interval ends with 0 after a sample${skipped}`, async () => {
    expect(noPidNamespace).toBeNull();
    const { env } = await startInstance();
    const program = startFirst(['poll', '--interval', '1s'], env);
    await linesWritten(program, 1);
    stop(program, 'SIGTERM');
    expect(await program.done).toMatchObject({ code: 0, stderr: '' });
  });
});

test('a program without a namespace dies by the signal while it judges', async () => {
  const { env, requested } = await startSilentInstance();
  const program = startProgram(['check', '-j', '1h'], { env });
  await requested;
  program.child.kill('SIGTERM');
  expect(await program.done).toMatchObject({ signal: 'SIGTERM', stdout: '', stderr: '' });
});

test('ids that are not those of another process are rejected', () => {
  for (const pid of ['', ' ', '0', '-1', '1', 'x', '1.5', '1 2', process.pid, Number.NaN]) {
    expect(() => sendSignal(pid, 'SIGCONT')).toThrow('is not the id of another process');
    expect(() => isRunning(pid)).toThrow('is not the id of another process');
  }
  expect(isRunning(spawnSync('true').pid)).toBe(false);
});
