import { type ChildProcess, spawn } from 'node:child_process';
import { kill } from 'node:process';
import { TextDecoder } from 'node:util';
import { getSystemErrorCode } from '../../errors.ts';
import type { Environment } from '../environment/environment-variables.ts';
import { PollError } from '../poll-error.ts';

/** As for the answer of an endpoint. */
const LARGEST = 64 * 1024;

/** What a shell means by these exit codes. */
const MEANINGS: Record<number, string> = { 126: ', not executable', 127: ', not found' };

/**
 * What a command line prints. A shell runs it, as in most SDKs (botocore splits it into words itself), in the
 * environment as it is, with nothing to read; nobody hears its errors, which may quote anything. It gets a process
 * group of its own: that is ended whole when `signal` is aborted, or when too much is printed.
 */
export function runCommand(command: string, env: Environment, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new PollError('timeout', 'there was no time left to start the process');
    const child = start(command, env);
    const chunks: Buffer[] = [];
    let size = 0;
    let hasExited = false;

    const giveUp = (failure: PollError) => {
      signal.removeEventListener('abort', expire);
      endGroup(child);
      reject(failure);
    };
    const expire = () => {
      const open = 'the process ended, but something that it started keeps its output open';
      giveUp(new PollError('timeout', hasExited ? open : 'the process did not end in the time it had'));
    };
    signal.addEventListener('abort', expire, { once: true });
    child.stdout!.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST) giveUp(new PollError('response-too-large', 'the process printed over 64 KiB'));
      else chunks.push(chunk);
    });
    child.once('error', (error) =>
      giveUp(new PollError('process-failed', `the shell cannot be started: ${getSystemErrorCode(error)}`)),
    );
    child.once('exit', () => {
      hasExited = true;
    });
    child.once('close', (code, endedBy) => {
      signal.removeEventListener('abort', expire);
      const text = decode(Buffer.concat(chunks));
      if (endedBy !== null) reject(new PollError('process-failed', `it was ended by ${endedBy}`));
      else if (code !== 0) {
        reject(new PollError('process-failed', `exit code ${code}${MEANINGS[code ?? 0] ?? ''}`));
      } else if (text === null) reject(new PollError('malformed', 'what the process printed is not UTF-8'));
      else resolve(text);
    });
  });
}

function start(command: string, env: Environment): ChildProcess {
  // Node.js would quote it in its error.
  if (command.includes('\0')) throw new PollError('invalid-configuration', 'the command has a NUL in it');
  try {
    return spawn(command, { shell: true, detached: true, env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    throw new PollError('process-failed', `the shell cannot be started: ${getSystemErrorCode(error)}`);
  }
}

/** Without asking: a helper that hangs may not listen, and nobody waits for it any more. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
  } catch {
    // There are no groups here, or nobody is left in it.
    child.kill('SIGKILL');
  }
  child.stdout?.destroy();
  child.unref();
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
