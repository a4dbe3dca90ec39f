import { expect } from 'vitest';
import { type CommandOptions, runCommand } from './run-command.ts';

/** A run that must succeed; its stdout. */
export async function succeed(
  args: readonly string[],
  options?: CommandOptions,
  run = runCommand,
): Promise<string> {
  const { code, stdout, stderr } = await run(args, options);
  expect(`${code} ${stderr}`).toMatch(/^0 (note: .*\n(hint: .*\n)?)*$/);
  return stdout;
}
