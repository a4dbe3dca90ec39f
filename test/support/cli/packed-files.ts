import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repositoryPath } from './program-run.ts';

/** Paths and sizes in bytes of the files that `npm pack` packs, without another build. */
export async function listPackedFiles(): Promise<{ path: string; size: number }[]> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repositoryPath(''),
  });
  return JSON.parse(stdout)[0].files;
}
