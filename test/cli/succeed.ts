import { expect } from 'vitest';
import { type RunOptions, runProgram } from './run-program.ts';

/** A run that must succeed; its stdout. */
export async function succeed(args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args, options);
  expect(`${code} ${stderr}`).toMatch(/^0 (note: .*\n(hint: .*\n)?)*$/);
  return stdout;
}
