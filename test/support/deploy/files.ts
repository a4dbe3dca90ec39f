import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryPath } from '../cli/program-run.ts';

const FOLDER = repositoryPath('deploy');

/** All files of `deploy`, relative to the folder. */
export function listDeployFiles(): string[] {
  return readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(FOLDER.length + 1))
    .sort();
}

export const deployPath = (path: string): string => join(FOLDER, path);
export const readDeployFile = (path: string): string => readFileSync(deployPath(path), 'utf8');
