import { Readable } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import type { Io, Output } from '../../../src/cli/process/io.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Instant } from '../../../src/domain/model.ts';

// The build defines the version of the program.
Object.assign(globalThis, { CRED_WATCH_VERSION: '0.0.0' });

export interface RunResult {
  code: number;
  stdout: string;
  /** stdout and stderr in the order in which they were written. */
  output: string;
}

/** Runs a command in this process with a clock that stands still, so that its output is always the same. */
export async function runAt(
  now: Instant,
  args: readonly string[],
  env: Record<string, string>,
  stdin = '',
): Promise<RunResult> {
  let [stdout, output] = ['', ''];
  const createOutput = (onText: (text: string) => void): Output => ({
    isTerminal: false,
    columns: undefined,
    isClosed: () => false,
    write: async (text) => onText(text),
  });
  const io: Io = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: createOutput((text) => {
      stdout += text;
      output += text;
    }),
    stderr: createOutput((text) => {
      output += text;
    }),
    onError: null,
    env,
    // Timeouts of a poll sleep on this clock, so its pauses are real.
    clock: { now: () => now, sleep: systemClock.sleep },
    random: () => 0.5,
    machine: 'example-host',
    nodeVersion: process.versions.node,
    home: env.HOME ?? '/nonexistent',
    isRoot: false,
    createStopSignal: () => new AbortController().signal,
    hasTerminal: false,
    onSignal: () => () => {},
  };
  const code = await main(args, io);
  return { code, stdout, output };
}
