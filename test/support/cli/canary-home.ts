import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './built-program.ts';
import { canariesIn } from './canaries.ts';
import type { Run } from './program-run.ts';
import { runSampled } from './run-command.ts';
import { pathsIn, temporaryFolder } from './temporary-folder.ts';

/** Lists the canaries that were found in outputs and files. */
export function findCanaries(home: string, runs: readonly Run[]): string[] {
  const outputs = runs.flatMap(({ stdout, stderr }) => [
    ...canariesIn(stdout).map((name) => `${name} in stdout: ${stdout}`),
    ...canariesIn(stderr).map((name) => `${name} in stderr: ${stderr}`),
  ]);
  const files = pathsIn(home).flatMap((path) => {
    const inName = canariesIn(path).map((name) => `${name} in the name ${path}`);
    if (!statSync(join(home, path)).isFile()) return inName;
    return [...inName, ...canariesIn(readFileSync(join(home, path))).map((name) => `${name} in ${path}`)];
  });
  return [...outputs, ...files];
}

/**
 * Creates a home folder.
 * @returns `runAlone` always starts the built program, and `run` only at times
 */
export function makeHome(finished?: (clean: () => void) => void) {
  const home = temporaryFolder(finished);
  const env = { HOME: home, XDG_STATE_HOME: join(home, 'state'), TMPDIR: home };
  const runBy =
    (way: typeof runSampled) =>
    (args: string[], more: Record<string, string> = {}, stdin?: string) =>
      way(args, { env: { ...env, ...more }, cwd: home, ...(stdin === undefined ? {} : { stdin }) });
  return { home, env, run: runBy(runSampled), runAlone: runBy(runProgram) };
}
