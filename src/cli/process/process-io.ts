/** Only this file uses the streams, variables and signals of `process`. */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { findHomeFolder } from '../../sources/environment/home-folder.ts';
import { adviseWriteError, describeWriteError } from '../../write-errors.ts';
import { toSignalExitCode } from '../flags/exit-codes.ts';
import type { Output, ProcessIo } from './io.ts';
import { createUsers } from './users.ts';

/** Whether this is a file, a pipe, a socket or /dev/null. A terminal needs a stream. */
export function isWritableDirectly(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFile() || stats.isFIFO() || stats.isSocket() || stats.rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/**
 * Writes to a file, pipe or socket, and waits until the reader has made room. Returns the rest of the text if the pipe
 * or the socket does not let writers wait.
 */
export function writeDirectly(fd: number, text: string): Buffer {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch (error) {
    if (getSystemErrorCode(error) !== 'EAGAIN') throw error;
  }
  return rest;
}

/** The file descriptors and names of the outputs. */
const OUTPUTS = {
  stdout: { fd: 1, name: 'standard output' },
  stderr: { fd: 2, name: 'standard error' },
};

/** Opens the stream at its first use, because its modules of Node take a millisecond to load. */
function createOutput(key: 'stdout' | 'stderr', { mayBlock }: ProcessIoOptions): Output {
  const { fd, name } = OUTPUTS[key];
  const isDirect = mayBlock && isWritableDirectly(fd);
  let stream: NodeJS.WriteStream | null = null;
  let isClosed = false;
  const getStream = () => {
    if (stream === null) {
      stream = process[key];
      // Errors reach the callback of `write`. Without this listener, an error would also end the process.
      stream.on('error', () => {});
    }
    return stream;
  };
  return {
    get isTerminal() {
      return !isDirect && getStream().isTTY === true;
    },
    get columns() {
      return isDirect ? undefined : getStream().columns;
    },
    isClosed: () => isClosed,
    write: (text) =>
      new Promise((resolve, reject) => {
        const end = (cause?: unknown) => {
          isClosed = cause != null;
          const code = getSystemErrorCode(cause);
          // EPIPE means that the reader has ended, as in `cred-watch … | head`. This is not an error.
          if (!isClosed || key !== 'stdout' || code === 'EPIPE') return resolve();
          const hint = `the output is incomplete: ${adviseWriteError(cause, 'write to another file')}`;
          const message = `could not write to ${name}: ${describeWriteError(cause)}`;
          reject(new CredWatchError(message, hint, { cause }));
        };
        if (isClosed) return resolve();
        if (!isDirect || stream !== null) return getStream().write(text, end);
        try {
          const rest = writeDirectly(fd, text);
          if (rest.length === 0) end();
          else getStream().write(rest, end);
        } catch (cause) {
          end(cause);
        }
      }),
  };
}

function createStopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  return stop.signal;
}

/**
 * Signals that end a process without a listener. Not listed: SIGKILL and real-time signals, for which Node has no
 * listeners; SIGPIPE and SIGXFSZ, which Node ignores; and signals of a crash, such as SIGSEGV.
 */
const ENDING_SIGNALS: readonly NodeJS.Signals[] = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGABRT', 'SIGALRM'] as const),
  ...(['SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'] as const),
];

function onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of ENDING_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of ENDING_SIGNALS) process.off(signal, listener);
  };
}

function beforeSignalEnds(action: () => void): () => void {
  const remove = onSignal((signal) => {
    action();
    remove();
    process.kill(process.pid, signal);
  });
  return remove;
}

/** Linux does not end the first process of a container (PID 1) at a signal without a listener. */
function endAtSignals(): void {
  onSignal((signal) => {
    if (process.listenerCount(signal) === 1) process.exit(toSignalExitCode(signal));
  });
}

interface ProcessIoOptions {
  /** Whether the process may wait for the reader of a pipe, because it has nothing else to do. */
  mayBlock: boolean;
}

/** The process as commands see it. */
export function createProcessIo(options: ProcessIoOptions): ProcessIo {
  // A command of this bundle may follow another one that has already added the listeners.
  if (process.pid === 1 && process.listenerCount('SIGTERM') === 0) endAtSignals();
  return {
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    stdout: createOutput('stdout', options),
    stderr: createOutput('stderr', options),
    env: process.env,
    clock: systemClock,
    random: Math.random,
    pid: process.pid,
    machine: hostname(),
    nodeVersion: process.versions.node,
    programFiles: { node: process.execPath, program: resolve(process.argv[1] ?? '') },
    home: findHomeFolder(),
    isRoot: process.getuid?.() === 0,
    userId: process.getuid?.() ?? null,
    users: createUsers(process),
    createStopSignal,
    canAsk: () => process.stdin.isTTY === true,
    hasTerminal: () => [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY),
    onSignal,
    beforeSignalEnds,
    reportWorker: join(__dirname, 'report-worker.js'),
  };
}
