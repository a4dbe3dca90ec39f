import { type ChildProcess, spawn } from 'node:child_process';
import { kill } from 'node:process';
import { type Clock, withTimeLimit } from '../../clock.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { describeSystemError } from '../../errors.ts';
import type { Io } from '../process/io.ts';
import { buildChangeEnvironment, type ChangeFacts } from './change-environment.ts';

/** A command that hangs must not collect processes. */
const MAX_RUN_MS = 60_000;

/** systemd and Docker kill a process after ten seconds or more. */
const MAX_LAST_RUN_MS = 8000;

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
        runShell(this.#command, env, limit),
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

/** stdout is for the output of `poll`, so both streams of the command go to stderr. */
function runShell(
  command: string,
  env: Readonly<Record<string, string>>,
  limit: AbortSignal,
): Promise<RunProblem> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that Ctrl-C does not end the command.
    const child = spawn(command, { shell: true, detached: true, env, stdio: ['ignore', 2, 2] });
    const end = () => killGroup(child);
    if (limit.aborted) end();
    limit.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      limit.removeEventListener('abort', end);
      if (limit.aborted) resolve(describeTimeout(limit));
      else if (signal !== null) resolve(`was ended by ${signal}`);
      else resolve(code === 0 ? null : `failed with exit code ${code}`);
    });
  });
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
