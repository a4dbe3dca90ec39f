import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { kill, platform } from 'node:process';
import { describeSystemError } from '../../errors.ts';
import type { Environment } from '../environment/variables.ts';
import { decodeUtf8, MAX_BODY_BYTES } from '../http/exchange.ts';
import { findLocalError } from '../local-errors.ts';
import { PollError } from '../poll-error.ts';

/**
 * Runs the command `$1`, and kills the whole process group as soon as descriptor 3 is closed. Our end of it is
 * closed whenever this process ends, also by SIGKILL. The group is our own: `detached` creates it.
 */
const GUARDED = `
{ read -r _ || kill -KILL 0; } <&3 >/dev/null &
/bin/sh -c "$1" 3<&-
code=$?
kill $!
wait $!
exit $code`;

/** The meaning of exit codes of a shell. */
const EXIT_CODE_MEANINGS: Readonly<Record<number, string>> = { 126: ', not executable', 127: ', not found' };

/** An error of cred-watch is shorter. */
const MAX_ERROR_LENGTH = 4096;

/** Signals that end a process. A shell reports signal n as exit code 128 + n. */
const ENDING_SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGABRT',
  'SIGKILL',
  'SIGSEGV',
  'SIGPIPE',
  'SIGTERM',
] as const;

/**
 * Runs a command line in a shell, as most SDKs do (botocore splits it into words itself), and returns its
 * stdout. stdin is empty. stderr is discarded, because it may quote secrets. The child gets its own process group,
 * which is killed when `signal` is aborted, the output is over 64 KiB, or this process ends.
 * @param readsErrors adds the first `error:` line of stderr to the failure
 */
export function runCommand(
  command: string,
  env: Environment,
  signal: AbortSignal,
  { readsErrors = false } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new PollError('timeout', 'no time was left to start the process');
    const child = startShell(command, env, readsErrors ? 'pipe' : 'ignore');
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (errors.length < MAX_ERROR_LENGTH) errors += chunk.toString();
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let hasExited = false;

    const fail = (error: Error) => {
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
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) fail(new PollError('response-too-large', 'the process printed over 64 KiB'));
      else chunks.push(chunk);
    });
    child.once('error', (error) => fail(createStartError(error)));
    child.once('exit', () => {
      hasExited = true;
    });
    child.once('close', (code, signalName) => {
      signal.removeEventListener('abort', expire);
      const text = decodeUtf8(Buffer.concat(chunks));
      if (code !== 0) {
        const quotation = /^error: (.+)$/m.exec(errors)?.[1] ?? null;
        reject(new PollError('process-failed', describeEnd(code ?? 0, signalName), { quotation }));
      } else if (text === null) {
        reject(new PollError('malformed', 'the output of the process is not UTF-8'));
      } else resolve(text);
    });
  });
}

function describeEnd(code: number, signalName: NodeJS.Signals | null): string {
  const ending = signalName ?? ENDING_SIGNALS.find((name) => code === 128 + constants.signals[name]);
  if (ending !== undefined) return `the process was killed by ${ending}`;
  return `exit code ${code}${EXIT_CODE_MEANINGS[code] ?? ''}`;
}

function startShell(command: string, env: Environment, stderr: 'pipe' | 'ignore'): ChildProcess {
  // Node.js would quote the command in its error.
  if (command.includes('\0')) {
    throw new PollError('invalid-configuration', 'the command contains a NUL character');
  }
  try {
    if (platform === 'win32') {
      return spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', stderr] });
    }
    const child = spawn('/bin/sh', ['-c', GUARDED, 'sh', command], {
      detached: true,
      env,
      stdio: ['ignore', 'pipe', stderr, 'pipe'],
    });
    // The shell can end before the other end of the guard.
    child.stdio[3]?.on('error', () => {});
    return child;
  } catch (error) {
    throw createStartError(error);
  }
}

const createStartError = (error: unknown): Error =>
  findLocalError(error) ??
  new PollError('process-failed', `could not start the shell: ${describeSystemError(error)}`);

/** SIGKILL, because a hanging process may ignore other signals. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
  } catch {
    // The system has no process groups, or the group is empty.
    child.kill('SIGKILL');
  }
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}
