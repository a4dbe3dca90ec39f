import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { repositoryPath } from '../cli/program-run.ts';

/** Why the library cannot be compiled here; null if it can. */
export const noFaultLibrary: string | null =
  process.platform !== 'linux'
    ? 'LD_PRELOAD with these calls exists only on Linux'
    : spawnSync('cc', ['--version']).status === 0
      ? null
      : 'there is no C compiler';

/** Compiles `failing-files.c`. Returns the path of the library. */
export const compileFaultLibrary = (folder: string): string =>
  compileLibrary('test/support/faults/failing-files.c', folder);

/** Compiles a library for LD_PRELOAD. Returns its path. */
export function compileLibrary(path: string, folder: string): string {
  const library = join(folder, basename(path, '.c').concat('.so'));
  const source = repositoryPath(path);
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cc failed: ${stderr}`);
  return library;
}
