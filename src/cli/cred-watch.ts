import { homedir, hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { CredWatchError, systemErrorCode } from '../errors.ts';
import { main } from './main.ts';
import type { Io, Output } from './process/io.ts';

/** The one file that touches the process. */
function outputTo(stream: NodeJS.WriteStream, name: string): Output {
  let isGone = false;
  // Told to whoever writes, by the callback; without a listener it would end the process with a stack.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
    isClosed: () => isGone,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (isGone) {
          resolve();
          return;
        }
        stream.write(text, (error) => {
          // `cred-watch … | head` closes the pipe: what is left to say is of no interest to anybody.
          isGone = error != null;
          const isLost = isGone && stream === process.stdout && systemErrorCode(error) !== 'EPIPE';
          if (isLost) reject(unwritable(name, error));
          else resolve();
        });
      }),
  };
}

function unwritable(name: string, cause: unknown): CredWatchError {
  return new CredWatchError(
    `${name} cannot be written (${systemErrorCode(cause)})`,
    'what was written so far is not whole: make room, or write elsewhere',
    { cause },
  );
}

function listenForStop(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  return stop.signal;
}

/** Those that ask a program to do something; the others stop, continue or end it and cannot be handed on. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

function onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of FORWARDED) process.on(signal, listener);
  return () => {
    for (const signal of FORWARDED) process.off(signal, listener);
  };
}

const io: Io = {
  stdin: process.stdin,
  stdout: outputTo(process.stdout, 'standard output'),
  stderr: outputTo(process.stderr, 'standard error'),
  env: process.env,
  clock: systemClock,
  random: Math.random,
  machine: hostname(),
  nodeVersion: process.versions.node,
  home: homedir(),
  isRoot: process.getuid?.() === 0,
  createStopSignal: listenForStop,
  hasTerminal: [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY),
  onSignal,
};

void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
