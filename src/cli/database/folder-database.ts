// Not part of the bundles of hot commands: a start with a database file must not load it.
import { readdir } from 'node:fs/promises';
import { CredWatchError, describeSystemError } from '../../errors.ts';
import type { LoadedHistories } from '../../remote/loaded-histories.ts';
import { loadFolder } from '../../remote/object-storage/read/load-folder.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { formatHostFolder } from '../../watch/push/objects/host-folder.ts';

/**
 * Reads the selected series of a folder with Parquet files.
 * @throws CredWatchError if the folder has no host
 */
export async function loadFolderDatabase(root: string, selection: SeriesFilter): Promise<LoadedHistories> {
  const names = await readdir(root).catch((cause: unknown) => {
    throw new CredWatchError(`could not read the folder ${root}: ${describeSystemError(cause)}`, undefined, {
      cause,
    });
  });
  if (!names.some((name) => name.startsWith('host=')))
    throw new CredWatchError(
      `${root} is a folder without Parquet files of cred-watch`,
      'give a database file, or a folder that `cred-watch push` or `cred-watch export -f parquet` has written',
      { code: 'DATABASE_NOT_OURS' },
    );
  const hostFolder = selection.host === undefined ? null : formatHostFolder(selection.host).name;
  // DuckDB does not accept a pattern without files.
  const isKnown = hostFolder === null || names.includes(hostFolder);
  return loadFolder({ root, hostFolder: isKnown ? hostFolder : null, selection });
}
