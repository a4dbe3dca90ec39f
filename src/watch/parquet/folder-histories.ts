// Not part of the bundles of hot commands: a start with a database file must not load this module.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import type { LoadedHistories } from '../../remote/loaded-histories.ts';
import { loadFolder } from '../../remote/object-storage/read/load-folder.ts';
import { READ_LIMITS } from '../../remote/read-limits.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { formatHostFolder } from './host-folder.ts';

const DATABASE_FILE = /\.(?:db|sqlite3?)$/i;

function describeFolderHint(names: readonly string[]): string {
  const databases = names.filter((name) => DATABASE_FILE.test(name)).length;
  return databases === 0
    ? 'give a database file, or a folder that `cred-watch push` or `cred-watch export -f parquet` has written'
    : `the folder has ${formatCount(databases, 'database file')}: give one of them, or join them in one database with ` +
        '`cred-watch export --db FILE | cred-watch import - --db all.db` for each file';
}

/**
 * Reads the selected series of a folder with Parquet files.
 * @param isFleet no limit for the number of series, because a report of a fleet does not show each of them
 * @throws CredWatchError if the folder has no host, or if the selection is too large
 */
export async function loadFolderHistories(
  root: string,
  selection: SeriesFilter,
  { isFleet = false }: { isFleet?: boolean | undefined } = {},
): Promise<LoadedHistories> {
  const names = await listFolder(root);
  if (!names.some(isHostFolder))
    throw new CredWatchError(
      `${root} is a folder without Parquet files of cred-watch`,
      describeFolderHint(names),
      { code: 'DATABASE_NOT_OURS' },
    );
  const hostFolder = selection.host === undefined ? null : formatHostFolder(selection.host).name;
  // DuckDB does not accept a pattern without files.
  const isKnown = hostFolder === null || names.includes(hostFolder);
  await assertReadable(root, hostFolder === null ? names.filter(isHostFolder) : isKnown ? [hostFolder] : []);
  const limits = isFleet ? { ...READ_LIMITS, maxSeries: Number.POSITIVE_INFINITY } : READ_LIMITS;
  return loadFolder({ root, hostFolder: isKnown ? hostFolder : null, selection, limits });
}

const isHostFolder = (name: string): boolean => name.startsWith('host=');

/**
 * DuckDB leaves out folders that it cannot list. Without their rows, a job could seem safe.
 * @throws CredWatchError if a folder of a host or of a month cannot be read
 */
async function assertReadable(root: string, hostFolders: readonly string[]): Promise<void> {
  for (const host of hostFolders) {
    const folder = join(root, host);
    const months = (await listFolder(folder)).filter((name) => name.startsWith('month='));
    await Promise.all(months.map((month) => listFolder(join(folder, month))));
  }
}

/** The names in a folder. None if it is a file, which DuckDB does not read either. */
async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (getSystemErrorCode(cause) === 'ENOTDIR') return [];
    throw new CredWatchError(
      `could not read the folder ${folder}: ${describeSystemError(cause)}`,
      'read the folder as a user who may read all of its folders',
      { cause },
    );
  }
}
