import { main } from '../../../src/cli/main.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Instant } from '../../../src/domain/model.ts';
import { createOutput, createTestIo } from '../cli/test-io.ts';

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
  const io = createTestIo(env, stdin, {
    stdout: createOutput((text) => {
      stdout += text;
      output += text;
    }),
    stderr: createOutput((text) => {
      output += text;
    }),
    // Timeouts of a poll sleep on this clock, so its pauses are real.
    clock: { now: () => now, sleep: systemClock.sleep },
    random: () => 0.5,
    machine: 'example-host',
  });
  const code = await main(args, io);
  return { code, stdout, output };
}
