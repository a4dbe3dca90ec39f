import { join } from 'node:path';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';
import type { LocalNameReader } from './flag-values.ts';

/**
 * Reads names from the database and the AWS config files, and writes nothing.
 * @param database the value of `--db`, in which the shell has not expanded `~`
 */
export function createLocalNameReader(database: string | undefined, io: Io): LocalNameReader {
  return async (kind) => {
    try {
      const names =
        kind === 'profile' ? await readProfileNames(io) : await readStoredNames(kind, database, io);
      return names.filter(isPrintable);
    } catch {
      return [];
    }
  };
}

/** Other characters could change the terminal or end the line, and users cannot type them. */
const isPrintable = (name: string) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(name);

async function readStoredNames(kind: 'host' | 'role' | 'job', database: string | undefined, io: Io) {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const file = database?.startsWith('~/') ? join(io.home, database.slice(2)) : database;
  const store = SampleStore.openReadOnly(resolveDatabasePath(file, io));
  try {
    return (kind === 'job' ? store?.jobNames() : store?.seriesNames(kind)) ?? [];
  } finally {
    store?.close();
  }
}

async function readProfileNames({ env, home }: Io): Promise<string[]> {
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  return [...(await readProfileFiles({ env, home })).profiles.keys()];
}
