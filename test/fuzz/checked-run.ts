import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { canariesIn } from '../support/cli/canaries.ts';
import type { Run, RunOptions } from '../support/cli/program-run.ts';
import { startCommand } from '../support/cli/run-command.ts';

const EXIT_CODES = [0, 1, 2, 3, 125, 126, 127];

/** Long enough for a command that ends by itself. */
const STOP_AFTER_MS = 1500;

/**
 * Runs a command line, ends it if it keeps running, and checks what is true for every run: a documented exit
 * code, no error that the program did not expect, no control character on a terminal, no secret.
 */
export async function checkedRun(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const running = startCommand(args, options);
  const timer = setTimeout(() => running.child.kill(), STOP_AFTER_MS);
  const run = await running.done.finally(() => clearTimeout(timer));
  expect(EXIT_CODES).toContain(run.code);
  expect(run.stderr).not.toMatch(/unexpected \w*(Error|Exception)|^ +at /mu);
  expect(run.stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  expect(canariesIn(run.stdout + run.stderr)).toEqual([]);
  return run;
}

/** Runs a function with a new folder, which is deleted afterwards. */
export async function inNewFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cred-watch-fuzz-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Searches the bytes of every file in a folder. */
export function expectNoSecretIn(folder: string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, path);
    if (statSync(file).isFile()) expect([path, canariesIn(readFileSync(file))]).toEqual([path, []]);
  }
}
