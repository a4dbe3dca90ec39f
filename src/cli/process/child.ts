import { spawn } from 'node:child_process';
import { describeSystemError, getSystemErrorCode } from '../../errors.ts';
import type { CommandResult } from '../../watch/record-job-run.ts';
import { toSignalExitCode } from '../flags/exit-codes.ts';
import type { Io } from './io.ts';
import { printError } from './messages.ts';

/** Exit codes of `env`, `nohup` and `timeout` for a command that they cannot start. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** A terminal sends these signals to all foreground processes, so the child gets them without us. */
const KEYBOARD_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a command with our own standard streams and forwards every signal. Waits for the end of the child,
 * even if the child ignores a signal or cannot receive one (sudo).
 * @returns the exit code that a shell would report
 */
export async function runChild(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  io: Io,
): Promise<CommandResult> {
  const earlySignals: NodeJS.Signals[] = [];
  let forward = (signal: NodeJS.Signals) => {
    earlySignals.push(signal);
  };
  const removeListener = io.onSignal((signal) => {
    if (!(io.hasTerminal() && KEYBOARD_SIGNALS.includes(signal))) forward(signal);
  });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      // Some start errors are thrown (ENOTDIR, E2BIG), others are events (ENOENT, EACCES).
      const child = spawn(command, args, { env, stdio: 'inherit' });
      forward = (signal) => {
        child.kill(signal);
      };
      child.once('spawn', () => earlySignals.forEach(forward));
      // A signal that cannot be sent to the running child is also an `error` event.
      child.on('error', (error) => child.pid === undefined && reject(error));
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : toSignalExitCode(signal)));
    });
    return { exitCode, wasStarted: true };
  } catch (error) {
    return { exitCode: await printStartError(command, error, io), wasStarted: false };
  } finally {
    removeListener();
  }
}

/** Returns the exit code. */
async function printStartError(command: string, error: unknown, io: Io): Promise<number> {
  const code = getSystemErrorCode(error);
  if (code === 'ENOENT') {
    await printError(io, `command '${command}' was not found`, explainNotFound(command));
    return NOT_FOUND;
  }
  const hint = 'check that the file is a program and executable by this user';
  await printError(io, `could not start command '${command}': ${describeSystemError(error)}`, hint);
  return NOT_EXECUTABLE;
}

function explainNotFound(command: string): string {
  if (/\s/.test(command.trim()))
    return "remove the quotes around the command, or let a shell read it: `-- sh -c 'command | command'`";
  return command.includes('/')
    ? 'check the path, and the interpreter in the first line of a script; a relative path begins in the current folder'
    : 'check the name of the command, and PATH';
}
