import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { kill } from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Clock, withTimeLimit } from '../../clock.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { describeSystemError } from '../../errors.ts';
import type { Io, Output } from '../process/io.ts';
import { buildChangeEnvironment, type ChangeFacts } from './change-environment.ts';

/** Without a limit, each change would leave a process behind if the command hangs. */
export const MAX_RUN_MS = 60_000;

/** systemd and Docker kill a process after ten seconds or more. */
const MAX_LAST_RUN_MS = 8000;

/** The last output can arrive after the end of the command. */
const MAX_OUTPUT_DELAY_MS = 200;

/** Why a run of the command failed. Null: success. */
export type RunProblem = string | null;

/** Runs the command of `--on-change` in a shell. */
export class ChangeCommand {
  readonly #command: string;
  readonly #io: Io;
  readonly #stop = new AbortController();

  constructor(command: string, io: Io) {
    this.#command = command;
    this.#io = io;
  }

  /** True after the poller has to end. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Resolves to null after a success. */
  async run(facts: ChangeFacts): Promise<RunProblem> {
    try {
      const env = buildChangeEnvironment(facts, this.#io.env);
      return await withTimeLimit(MAX_RUN_MS, this.#stop.signal, (limit) =>
        runShell(this.#command, env, limit, this.#io.stderr),
      );
    } catch (error) {
      return `could not be started: ${describeSystemError(error)}`;
    }
  }

  /**
   * Waits for a run.
   * @param stop after this signal of the poller, the command gets little time
   */
  async waitFor(run: Promise<void>, clock: Clock, stop: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const limitTime = async () => {
      await clock.sleep(MAX_LAST_RUN_MS, ended.signal);
      this.#stop.abort();
    };
    if (stop.aborted) void limitTime();
    else stop.addEventListener('abort', limitTime, { once: true, signal: ended.signal });
    await run;
    ended.abort();
  }
}

/**
 * stdout is for the output of `poll`, so both streams of the command go to stderr. On a terminal, `stderr` prints them,
 * so that they do not mix with the updating line.
 */
function runShell(
  command: string,
  env: Readonly<Record<string, string>>,
  limit: AbortSignal,
  stderr: Output,
): Promise<RunProblem> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that Ctrl-C does not end the command.
    const stream = stderr.isTerminal ? 'pipe' : 2;
    const child = spawn(command, { shell: true, detached: true, env, stdio: ['ignore', stream, stream] });
    for (const output of [child.stdout, child.stderr]) if (output !== null) printLines(output, stderr);
    const end = () => killGroup(child);
    if (limit.aborted) end();
    limit.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      limit.removeEventListener('abort', end);
      const finish = () => resolve(limit.aborted ? describeTimeout(limit) : describeExit(code, signal));
      const timer = setTimeout(finish, MAX_OUTPUT_DELAY_MS);
      child.once('close', () => {
        clearTimeout(timer);
        finish();
      });
    });
  });
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): RunProblem {
  if (signal !== null) return `was ended by ${signal}`;
  return code === 0 ? null : `failed with exit code ${code}`;
}

/** A process that the command leaves in the background can keep the stream open, but does not delay the end of `poll`. */
function printLines(stream: Readable, output: Output): void {
  createInterface({ input: stream }).on('line', (line) => void output.write(`${line}\n`));
  if (stream instanceof Socket) stream.unref();
}

const describeTimeout = ({ reason }: AbortSignal): string =>
  reason instanceof DOMException && reason.name === 'TimeoutError'
    ? `was ended after ${formatDuration(MAX_RUN_MS / 1000)}`
    : 'was ended, because the poller stops';

/** SIGKILL, because a hanging process may ignore other signals. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
  } catch {
    // The system has no process groups, or the group is empty.
    child.kill('SIGKILL');
  }
}
