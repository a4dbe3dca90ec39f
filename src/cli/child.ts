import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { systemErrorCode } from '../errors.ts';
import { SIGNAL_BASE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { sayError } from './speech.ts';

/** What `env`, `nohup` and `timeout` answer: the command is there and cannot be run, or is not there. */
const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;

/** A terminal sends these to every program in its foreground, and so to the child: once is enough. */
const FROM_THE_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a command to its end with our own standard streams, hands on every signal, and returns what a shell would have for
 * its exit code. A child that ignores a signal is waited for all the same.
 */
export async function runChild(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  io: Io,
): Promise<number> {
  const early: NodeJS.Signals[] = [];
  let forward = (signal: NodeJS.Signals) => {
    early.push(signal);
  };
  const stopListening = io.onSignal((signal) => {
    if (!(io.hasTerminal && FROM_THE_KEYBOARD.includes(signal))) forward(signal);
  });
  try {
    return await new Promise<number>((resolve) => {
      const child = spawn(command, args, { env, stdio: 'inherit' });
      forward = (signal) => {
        child.kill(signal);
      };
      child.once('spawn', () => early.forEach(forward));
      child.once('error', (error) => void sayNotStarted(command, error, io).then(resolve));
      child.once('exit', (code, signal) =>
        resolve(signal === null ? (code ?? 0) : SIGNAL_BASE + constants.signals[signal]),
      );
    });
  } finally {
    stopListening();
  }
}

async function sayNotStarted(command: string, error: Error, io: Io): Promise<number> {
  const code = systemErrorCode(error);
  if (code === 'ENOENT') {
    await sayError(io, `command '${command}' was not found`, 'see its name, and PATH');
    return NOT_FOUND;
  }
  await sayError(
    io,
    `command '${command}' cannot be run (${code})`,
    'see that it is a program, and its permissions',
  );
  return NOT_RUNNABLE;
}
