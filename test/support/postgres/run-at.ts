import { main } from '../../../src/cli/main.ts';
import { systemClock } from '../../../src/clock.ts';
import { createOutput, createTestIo } from '../cli/test-io.ts';

export interface RunAt {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process at a given time. */
export async function runAt(
  now: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunAt> {
  let stdout = '';
  let stderr = '';
  const io = createTestIo(env, '', {
    stdout: createOutput((text) => {
      stdout += text;
    }),
    stderr: createOutput((text) => {
      stderr += text;
    }),
    clock: { ...systemClock, now: () => now },
  });
  const code = await main(args, io);
  return { code, stdout, stderr };
}
