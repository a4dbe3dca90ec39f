/** The entry point. Only this file uses the streams, variables and signals of `process`. */
import { homedir, hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { CredWatchError, getSystemErrorCode } from '../errors.ts';
import { main } from './main.ts';
import type { Io, Output } from './process/io.ts';

function createOutput(stream: NodeJS.WriteStream, name: string): Output {
  let isClosed = false;
  // Errors reach the callback of `write`. Without this listener, an error would also end the process.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
    isClosed: () => isClosed,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          resolve();
          return;
        }
        stream.write(text, (error) => {
          isClosed = error != null;
          // EPIPE means that the reader has enough, as in `cred-watch … | head`.
          const isLost = isClosed && stream === process.stdout && getSystemErrorCode(error) !== 'EPIPE';
          if (isLost) reject(createWriteError(name, error));
          else resolve();
        });
      }),
  };
}

const createWriteError = (name: string, cause: unknown): CredWatchError =>
  new CredWatchError(
    `could not write to ${name} (${getSystemErrorCode(cause)})`,
    'the output is incomplete: free disk space, or write to another file',
    { cause },
  );

function createStopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  return stop.signal;
}

/** Signals that are requests to a program. The others stop, continue or kill a process. */
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

function onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of FORWARDED_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, listener);
  };
}

const io: Io = {
  stdin: process.stdin,
  stdout: createOutput(process.stdout, 'standard output'),
  stderr: createOutput(process.stderr, 'standard error'),
  onError: null,
  env: process.env,
  clock: systemClock,
  random: Math.random,
  machine: hostname(),
  nodeVersion: process.versions.node,
  home: homedir(),
  isRoot: process.getuid?.() === 0,
  createStopSignal,
  hasTerminal: [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY),
  onSignal,
};

void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
