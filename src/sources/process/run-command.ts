import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import { getSystemErrorCode } from '../../errors.ts';
import type { Environment } from '../environment/environment-variables.ts';
import { decodeUtf8, LARGEST_BODY } from '../http/exchange.ts';
import { PollError } from '../poll-error.ts';

type Child = ChildProcessByStdio<null, Readable, null>;

/** The meaning of exit codes of a shell. */
const EXIT_CODE_MEANINGS: Readonly<Record<number, string>> = { 126: ', not executable', 127: ', not found' };

/**
 * Runs a command line in a shell, as most SDKs do (botocore splits it into words itself), and returns its
 * stdout. stdin is empty. stderr is discarded, because it may quote secrets. The child gets its own process
 * group, which is killed when `signal` is aborted or the output is over 64 KiB.
 */
export function runCommand(command: string, env: Environment, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new PollError('timeout', 'no time was left to start the process');
    const child = startShell(command, env);
    const chunks: Buffer[] = [];
    let size = 0;
    let hasExited = false;

    const fail = (error: PollError) => {
      signal.removeEventListener('abort', expire);
      killGroup(child);
      reject(error);
    };
    const expire = () => {
      const detail = hasExited
        ? 'the process ended, but a process that it started keeps its output open'
        : 'the process did not end in time';
      fail(new PollError('timeout', detail));
    };
    signal.addEventListener('abort', expire, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_BODY) fail(new PollError('response-too-large', 'the process printed over 64 KiB'));
      else chunks.push(chunk);
    });
    child.once('error', (error) => fail(createStartError(error)));
    child.once('exit', () => {
      hasExited = true;
    });
    child.once('close', (code, signalName) => {
      signal.removeEventListener('abort', expire);
      const text = decodeUtf8(Buffer.concat(chunks));
      if (signalName !== null) {
        reject(new PollError('process-failed', `the process was killed by ${signalName}`));
      } else if (code !== 0) {
        reject(new PollError('process-failed', `exit code ${code}${EXIT_CODE_MEANINGS[code ?? 0] ?? ''}`));
      } else if (text === null) {
        reject(new PollError('malformed', 'the output of the process is not UTF-8'));
      } else resolve(text);
    });
  });
}

function startShell(command: string, env: Environment): Child {
  // Node.js would quote the command in its error.
  if (command.includes('\0')) {
    throw new PollError('invalid-configuration', 'the command contains a NUL character');
  }
  try {
    return spawn(command, { shell: true, detached: true, env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    throw createStartError(error);
  }
}

const createStartError = (error: unknown): PollError =>
  new PollError('process-failed', `could not start the shell: ${getSystemErrorCode(error)}`);

/** SIGKILL, because a hanging process may ignore other signals. */
function killGroup(child: Child): void {
  try {
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
  } catch {
    // The system has no process groups, or the group is empty.
    child.kill('SIGKILL');
  }
  child.stdout.destroy();
  child.unref();
}
