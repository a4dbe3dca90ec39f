import { homedir, hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import type { Io, Output } from './io.ts';
import { main } from './main.ts';

/** The one file that touches the process. */
function outputTo(stream: NodeJS.WriteStream): Output {
  let isGone = false;
  // `cred-watch … | head` closes the pipe: what is left to say is of no interest to anybody.
  stream.on('error', () => {
    isGone = true;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
    write: (text) =>
      new Promise((resolve) => {
        if (isGone) resolve();
        else stream.write(text, () => resolve());
      }),
  };
}

function listenForStop(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

const io: Io = {
  stdin: process.stdin,
  stdout: outputTo(process.stdout),
  stderr: outputTo(process.stderr),
  env: process.env,
  clock: systemClock,
  random: Math.random,
  machine: hostname(),
  home: homedir(),
  isRoot: process.getuid?.() === 0,
  stopSignal: listenForStop,
};

void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
