import { join } from 'node:path';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';
import type { LocalNameReader } from './flag-values.ts';

/**
 * Reads them where they are, and changes nothing.
 * @param database as `--db` names it, for which the shell has not yet done what it does
 */
export function createLocalNameReader(database: string | undefined, io: Io): LocalNameReader {
  return async (kind) => {
    try {
      return (kind === 'profile' ? await profiles(io) : await recorded(kind, database, io)).filter(
        isHarmless,
      );
    } catch {
      return [];
    }
  };
}

/** What would draw on the terminal, or end the line of the answer, can be typed by nobody either. */
const isHarmless = (name: string) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(name);

async function recorded(kind: 'host' | 'role' | 'job', database: string | undefined, io: Io) {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const file = database?.startsWith('~/') ? join(io.home, database.slice(2)) : database;
  const store = SampleStore.openReadOnly(resolveDatabasePath(file, io));
  try {
    return (kind === 'job' ? store?.jobNames() : store?.seriesNames(kind)) ?? [];
  } finally {
    store?.close();
  }
}

async function profiles({ env, home }: Io): Promise<string[]> {
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  return [...(await readProfileFiles({ env, home })).profiles.keys()];
}
