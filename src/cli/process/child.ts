import { type ChildProcess, spawn } from 'node:child_process';
import { getSystemErrorCode } from '../../errors.ts';
import type { CommandResult } from '../../watch/record-job-run.ts';
import { signalExitCode } from '../flags/exit-codes.ts';
import type { Io } from './io.ts';
import { printError } from './messages.ts';

/** What `env`, `nohup` and `timeout` answer: the command is there and cannot be run, or is not there. */
const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;

/** A terminal sends these to every program in its foreground, and so to the child: once is enough. */
const FROM_THE_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a command to its end with our own standard streams, hands on every signal, and returns what a shell would have for
 * its exit code. A child that ignores a signal, or may not be sent one (sudo), is waited for all the same.
 */
export async function runChild(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  io: Io,
): Promise<CommandResult> {
  const early: NodeJS.Signals[] = [];
  let forward = (signal: NodeJS.Signals) => {
    early.push(signal);
  };
  const stopListening = io.onSignal((signal) => {
    if (!(io.hasTerminal && FROM_THE_KEYBOARD.includes(signal))) forward(signal);
  });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      // Some of what keeps a command from starting is thrown (ENOTDIR, E2BIG), some comes later (ENOENT, EACCES).
      const child = spawn(command, args, { env, stdio: 'inherit' });
      forward = (signal) => {
        child.kill(signal);
      };
      child.once('spawn', () => early.forEach(forward));
      child.on('error', (error) => {
        if (!hasStarted(child)) reject(error);
      });
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : signalExitCode(signal)));
    });
    return { exitCode: code, wasStarted: true };
  } catch (error) {
    return { exitCode: await sayNotStarted(command, error, io), wasStarted: false };
  } finally {
    stopListening();
  }
}

/** A signal that cannot be sent is an `error` of the child, too. */
const hasStarted = ({ pid }: ChildProcess) => pid !== undefined;

async function sayNotStarted(command: string, error: unknown, io: Io): Promise<number> {
  const code = getSystemErrorCode(error);
  if (code === 'ENOENT') {
    await printError(io, `command '${command}' was not found`, 'see its name, and PATH');
    return NOT_FOUND;
  }
  await printError(
    io,
    `command '${command}' cannot be run (${code})`,
    'see that it is a program, and its permissions',
  );
  return NOT_RUNNABLE;
}
