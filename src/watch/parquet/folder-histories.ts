// Not part of the bundles of hot commands: a start with a database file must not load this module.
import { readdir } from 'node:fs/promises';
import { CredWatchError, describeSystemError } from '../../errors.ts';
import type { LoadedHistories } from '../../remote/loaded-histories.ts';
import { loadFolder } from '../../remote/object-storage/read/load-folder.ts';
import { READ_LIMITS } from '../../remote/read-limits.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { formatHostFolder } from './host-folder.ts';

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
  const limits = isFleet ? { ...READ_LIMITS, maxSeries: Number.POSITIVE_INFINITY } : READ_LIMITS;
  return loadFolder({ root, hostFolder: isKnown ? hostFolder : null, selection, limits });
}
