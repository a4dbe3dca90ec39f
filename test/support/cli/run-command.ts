import { homedir } from 'node:os';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { isThorough } from '../thorough.ts';
import { startProgram } from './built-program.ts';
import { removeCreationNote } from './creation-note.ts';
import { minimalEnvironment, type Run, type RunningProgram, type RunOptions } from './program-run.ts';
import { createOutput, createTestIo } from './test-io.ts';

/**
 * Runs a command line in this process, because starting a process takes most of the time of a run. CI starts
 * the built program instead. Tests of signals, pipes and streams always start the built program.
 */
export const startCommand: (args: readonly string[], options?: RunOptions) => RunningProgram = isThorough
  ? startProgram
  : startMain;

export const runCommand = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  startCommand(args, options).done;

/** No list of commands has a multiple of this length, so that each command starts the program at times. */
const PROGRAM_EVERY = 5;

const runsOfFiles = new Map<string, number>();

/** As {@link runCommand}, for tests with hundreds of runs: in CI, every nth run of a file starts the built program. */
export function runSampled(args: readonly string[], options?: RunOptions): Promise<Run> {
  const { testPath = '' } = expect.getState();
  const runs = runsOfFiles.get(testPath) ?? 0;
  runsOfFiles.set(testPath, runs + 1);
  const start = runs % PROGRAM_EVERY === 0 ? startCommand : startMain;
  return start(args, options).done;
}

function startMain(args: readonly string[], { env, stdin = '', cwd }: RunOptions = {}): RunningProgram {
  const [stdout, stderr] = [createRecorder(), createRecorder()];
  const stop = new AbortController();
  const environment = minimalEnvironment(env);
  const io = createTestIo(environment, stdin, {
    stdout: stdout.output,
    stderr: stderr.output,
    home: environment.HOME ?? homedir(),
    isRoot: process.getuid?.() === 0,
    createStopSignal: () => stop.signal,
  });
  const run = () => main(args, io);
  const done = (cwd === undefined ? run() : inFolder(cwd, run)).then(
    (code): Run => ({ code, signal: null, stdout: stdout.text(), stderr: removeCreationNote(stderr.text()) }),
  );
  const kill = () => {
    stop.abort();
    return true;
  };
  return { child: { stdout: stdout.stream, stderr: stderr.stream, kill }, stdout: stdout.text, done };
}

function createRecorder() {
  const stream = new PassThrough();
  let text = '';
  const output = createOutput((written) => {
    text += written;
    stream.write(written);
  });
  return { stream, output, text: () => text };
}

let lastRun: Promise<unknown> = Promise.resolve();

/** A process has only one working folder, so runs with their own folder wait for each other. */
function inFolder<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const result = lastRun.then(async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return await run();
    } finally {
      process.chdir(before);
    }
  });
  lastRun = result.catch(() => {});
  return result;
}
