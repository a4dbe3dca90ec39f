import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryPath } from './program-run.ts';
import { runFolder } from './state-folder.ts';

interface PackedFile {
  path: string;
  size: number;
}

/**
 * Paths and sizes in bytes of the files that `npm pack` packs, without another build. npm takes a second, so the
 * workers share its output.
 */
export async function listPackedFiles(): Promise<PackedFile[]> {
  const cache = join(runFolder(), 'packed-files.json');
  if (!existsSync(cache)) {
    writeFileSync(`${cache}.${process.pid}`, JSON.stringify(await runNpm()));
    renameSync(`${cache}.${process.pid}`, cache);
  }
  return JSON.parse(readFileSync(cache, 'utf8'));
}

async function runNpm(): Promise<PackedFile[]> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repositoryPath(''),
  });
  return JSON.parse(stdout)[0].files;
}
