import { CredWatchError } from '../../errors.ts';
import { isFolder } from '../../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import type { ArchiveRecord, SampleRun } from '../../store/archive/record.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import type { ReportStore } from '../../watch/stored-report.ts';
import { resolveExistingDatabase } from '../database/database-location.ts';
import { openExistingStore } from '../process/existing-store.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { listLoadedRecords } from './loaded-records.ts';

export interface ExportDatabase extends Disposable {
  /** The file, or the URL without user and parameters. */
  name: string;
  store: ReportStore;
  /** The records of the selected series. */
  parts(): Iterable<ArchiveRecord | SampleRun>;
}

/** @throws CredWatchError if the database does not exist or cannot be read */
export async function openExportDatabase(
  { db, format }: { db?: string; format: string },
  filter: SeriesFilter,
  io: Io,
): Promise<ExportDatabase> {
  const location = resolveExistingDatabase(db, io);
  if (isFolder(location)) return openFolder(location, format, filter);
  if (!isPostgresUrl(location)) {
    const store = await openExistingStore(location, io);
    return {
      name: location,
      store,
      parts: () => store.exportParts(filter),
      [Symbol.dispose]: () => store.close(),
    };
  }
  const { loadPostgresHistories } = await import('../database/postgres-histories.ts');
  const isParquet = format === 'parquet';
  const { role, ...series } = filter;
  const { name, histories } = await loadPostgresHistories(
    location,
    // In a Parquet export, a series of another role may have replaced a selected one.
    isParquet ? { selection: series } : { selection: filter, jobs: { names: null, selection: filter } },
    io,
  );
  if (!isParquet && histories.hasFailedPolls && role === undefined) {
    const hint = 'export from the database files of the hosts to get failed polls';
    await printNote(io, `${name} has failed polls per day, which are not exported`, hint);
  }
  return {
    name,
    store: histories,
    parts: () => listLoadedRecords(histories),
    [Symbol.dispose]() {},
  };
}

async function openFolder(location: string, format: string, { role: _, ...series }: SeriesFilter) {
  if (format !== 'parquet')
    throw new CredWatchError(
      `${location} is a folder: Parquet files have no samples and only masked key ids`,
      'export from the database files of the hosts, or with -f parquet',
    );
  const { loadFolderHistories } = await import('../../watch/parquet/folder-histories.ts');
  const store = await loadFolderHistories(location, series);
  return { name: location, store, parts: () => [], [Symbol.dispose]() {} };
}
