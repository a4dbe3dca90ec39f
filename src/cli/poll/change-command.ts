import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { kill } from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Clock, withTimeLimit } from '../../clock.ts';
import { findPollChange, type PollChange } from '../../domain/changes/poll-changes.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { describeSystemError } from '../../errors.ts';
import type { Io, Output } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { buildChangeEnvironment, type ChangeFacts } from './change-environment.ts';

/** Without a limit, each change would leave a process behind if the command hangs. */
const MAX_RUN_MS = 60_000;

/** systemd and Docker kill a process after ten seconds or more. */
const MAX_LAST_RUN_MS = 8000;

/** The last output can arrive after the end of the command. */
const MAX_OUTPUT_DELAY_MS = 200;

/** What a run of the command ended with. Null: success. */
type RunProblem = string | null;

/**
 * Runs the command of `--on-change` in a shell, one run at a time. A run delays no poll. Changes during a run are passed
 * to one later run. A failure of the command is a note.
 */
export class ChangeCommand {
  readonly #command: string;
  readonly #io: Io;
  readonly #stop = new AbortController();
  #waiting: ChangeFacts | null = null;
  #running: Promise<void> | null = null;

  constructor(command: string, io: Io) {
    this.#command = command;
    this.#io = io;
  }

  /** Starts the command, or runs the command after the current run. */
  notify(facts: ChangeFacts): void {
    this.#waiting = this.#waiting === null ? facts : merge(this.#waiting, facts);
    this.#running ??= this.#runAll();
  }

  /**
   * Waits for the command.
   * @param stop after this signal of the poller, the command gets little time
   */
  async end(clock: Clock, stop: AbortSignal): Promise<void> {
    if (this.#running === null) return;
    const ended = new AbortController();
    const limitTime = async () => {
      await clock.sleep(MAX_LAST_RUN_MS, ended.signal);
      this.#stop.abort();
    };
    if (stop.aborted) void limitTime();
    else stop.addEventListener('abort', limitTime, { once: true, signal: ended.signal });
    await this.#running;
    ended.abort();
  }

  async #runAll(): Promise<void> {
    while (this.#waiting !== null && !this.#stop.signal.aborted) {
      const facts = this.#waiting;
      this.#waiting = null;
      const problem = await this.#run(facts);
      if (problem !== null)
        await printNote(
          this.#io,
          `the command of --on-change ${problem}`,
          'the poll is recorded; run the command by hand to see its error',
        );
    }
    this.#running = null;
  }

  async #run(facts: ChangeFacts): Promise<RunProblem> {
    try {
      const env = buildChangeEnvironment(facts, this.#io.env);
      return await withTimeLimit(MAX_RUN_MS, this.#stop.signal, (limit) =>
        runShell(this.#command, env, limit, this.#io.stderr),
      );
    } catch (error) {
      return `could not be started: ${describeSystemError(error)}`;
    }
  }
}

/** Merges two changes into one. Returns the last change if both together change nothing. */
function merge(first: ChangeFacts, last: ChangeFacts): ChangeFacts {
  const both: PollChange | null = findPollChange(first.change.before, last.change.after);
  return both === null ? last : { ...last, change: both };
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
