import { expect } from 'vitest';
import type { RunOptions } from './program-run.ts';
import { runCommand } from './run-command.ts';

/** Runs a command that must succeed, possibly with notes. Resolves to its stdout. */
export async function succeed(
  args: readonly string[],
  options?: RunOptions,
  run = runCommand,
): Promise<string> {
  const { code, stdout, stderr } = await run(args, options);
  expect(`${code} ${stderr}`).toMatch(/^0 (note: .*\n(hint: .*\n)?)*$/);
  return stdout;
}
