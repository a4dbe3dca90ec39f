import type { SourceName } from '../../domain/model.ts';
import { isFolder } from '../../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import type { ReadOptions, SeriesFilter } from '../../store/contract.ts';
import type { Histories } from '../../watch/newest-series.ts';
import type { ReportStore, StoredReportOptions } from '../../watch/stored-report.ts';
import type { DatabaseContext } from './database-location.ts';

/** What a command is going to read. A file is read on demand. A folder and a PostgreSQL database are read at once. */
export interface ReadRequest {
  selection: SeriesFilter;
  /** Only the figures of each series are shown. */
  isFleet?: boolean;
  /** The runs of these jobs. */
  jobs?: { names: readonly string[]; selection: SeriesFilter };
}

export interface ReportDatabase extends Disposable {
  /** The file, or the URL without user and parameters. */
  name: string;
  isFile: boolean;
  /** True for Parquet files. They have no failed polls and no job runs. */
  hasOnlyGenerations: boolean;
  /** Null if the file does not exist. */
  store: (ReportStore & Histories) | null;
  /** The host under which this machine polls. Null if the database does not know it. */
  findLastHost(machine: string, source: SourceName): string | null;
}

/** @param needsAllTime metrics also count the samples outside the period of the filter */
export function toReadRequest({ filter, jobs }: StoredReportOptions, needsAllTime: boolean): ReadRequest {
  const { since, until, ...series } = filter;
  return { selection: needsAllTime ? series : filter, jobs: { names: jobs.names, selection: filter } };
}

/** A database that was read into memory. */
const LOADED = { isFile: false, findLastHost: () => null, [Symbol.dispose]() {} };

/**
 * Opens the database of a command that only reads.
 * @throws CredWatchError if the database cannot be read, or the selection of a PostgreSQL database is too large
 */
export async function openReportDatabase(
  location: string,
  request: ReadRequest,
  context: DatabaseContext,
  options: ReadOptions = {},
): Promise<ReportDatabase> {
  if (isPostgresUrl(location)) {
    const { loadPostgresHistories } = await import('./postgres-histories.ts');
    const { name, histories } = await loadPostgresHistories(location, request, context);
    return { ...LOADED, name, hasOnlyGenerations: false, store: histories };
  }
  if (isFolder(location)) {
    const { loadFolderHistories } = await import('../../watch/parquet/folder-histories.ts');
    const store = await loadFolderHistories(location, request.selection, request);
    return { ...LOADED, name: location, hasOnlyGenerations: true, store };
  }
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(location, options);
  return {
    name: location,
    isFile: true,
    hasOnlyGenerations: false,
    store,
    findLastHost: (machine, source) => store?.findLastHost(machine, source) ?? null,
    [Symbol.dispose]: () => store?.close(),
  };
}
