import { homedir, hostname } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import type { Output } from '../../../src/cli/process/io.ts';
import { systemClock } from '../../../src/clock.ts';
import { isThorough } from '../thorough.ts';
import {
  minimalEnvironment,
  type Run,
  type RunningProgram,
  type RunOptions,
  startProgram,
} from './run-program.ts';

export type CommandOptions = Omit<RunOptions, 'prefix'>;

/**
 * A command line for its own sake. The start of a process is nine tenths of what one costs, so that only CI gives each a
 * process. Tests of what belongs to a process (signals, pipes, streams, the build) use {@link startProgram}, and so does
 * one of each kind of the others.
 */
export const startCommand: (args: readonly string[], options?: CommandOptions) => RunningProgram = isThorough
  ? startProgram
  : startMain;

export const runCommand = (args: readonly string[], options?: CommandOptions): Promise<Run> =>
  startCommand(args, options).done;

// The build writes it into the program.
Object.assign(globalThis, { CRED_WATCH_VERSION: '0.0.0' });

function startMain(args: readonly string[], { env, stdin = '', cwd }: CommandOptions = {}): RunningProgram {
  const [stdout, stderr] = [recorded(), recorded()];
  const stop = new AbortController();
  const environment = minimalEnvironment(env);
  const io = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stdout.output,
    stderr: stderr.output,
    onError: null,
    env: environment,
    clock: systemClock,
    random: Math.random,
    machine: hostname(),
    nodeVersion: process.versions.node,
    home: environment.HOME ?? homedir(),
    isRoot: process.getuid?.() === 0,
    createStopSignal: () => stop.signal,
    hasTerminal: false,
    onSignal: () => () => {},
  };
  const run = () => main(args, io);
  const done = (cwd === undefined ? run() : inFolder(cwd, run)).then(
    (code): Run => ({ code, signal: null, stdout: stdout.text(), stderr: stderr.text() }),
  );
  const kill = () => {
    stop.abort();
    return true;
  };
  return { child: { stdout: stdout.stream, stderr: stderr.stream, kill }, stdout: stdout.text, done };
}

function recorded() {
  const stream = new PassThrough();
  let text = '';
  const output: Output = {
    isTerminal: false,
    columns: undefined,
    isClosed: () => false,
    write: async (written) => {
      text += written;
      stream.write(written);
    },
  };
  return { stream, output, text: () => text };
}

let turn: Promise<unknown> = Promise.resolve();

/** A process has one working folder: those that need their own go one after the other. */
function inFolder<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const mine = turn.then(async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return await run();
    } finally {
      process.chdir(before);
    }
  });
  turn = mine.catch(() => {});
  return mine;
}
