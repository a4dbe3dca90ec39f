import type { Instant } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { toRows } from '../../report/parquet/rows.ts';
import { groupByMonth, type MeasuredSeries } from '../../report/parquet/series-rows.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { formatHostFolder } from '../../watch/parquet/host-folder.ts';
import { findSeriesToMeasure, type SeriesToMeasure } from '../../watch/parquet/measured-series.ts';
import type { ReportStore } from '../../watch/stored-report.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { isStdout } from '../process/output-file.ts';
import { createProgress } from '../process/progress.ts';
import { type ExportPeriod, prepareExportFolder } from './export-folder.ts';
import { SeriesFiles } from './series-files.ts';

/** @throws CredWatchError if the output cannot be a folder */
export function assertFolder(output: string): void {
  if (!isStdout(output)) return;
  throw new CredWatchError(
    'Parquet needs a folder, because it consists of several files',
    'add a folder: `cred-watch export -f parquet -o FOLDER`',
  );
}

export interface ParquetExport {
  filter: SeriesFilter;
  period: ExportPeriod;
  root: string;
}

/**
 * Writes a row for each generation of the selected series.
 * @returns false if the selection is empty; nothing is written then
 */
export async function exportParquet(
  store: ReportStore,
  { filter, period, root }: ParquetExport,
  io: Io,
): Promise<boolean> {
  const series = findSeries(store, filter, io.clock.now());
  if (series.length === 0) return false;
  await prepareExportFolder(root, period, io);
  // Loads hyparquet-writer.
  const { renderParquet } = await import('../../report/parquet/parquet-file.ts');
  const files = new SeriesFiles(root, io);
  using progress = createProgress(io);
  for (const [index, each] of series.entries()) {
    progress.show(`exported ${formatNumber(index)} of ${formatNumber(series.length)} series`);
    await noteShortenedHost(each, series[index - 1], io);
    await files.write(each.identity, renderMonths(each.measure()));
  }
  return true;

  function* renderMonths(measured: MeasuredSeries): Generator<[string, Uint8Array]> {
    for (const [month, indexes] of groupByMonth(measured))
      yield [month, renderParquet(toRows(measured, indexes), { version: CRED_WATCH_VERSION })];
  }
}

function findSeries(store: ReportStore, { role, ...filter }: SeriesFilter, now: Instant): SeriesToMeasure[] {
  store.keepState();
  const series = findSeriesToMeasure(store.historyReaders(filter), now);
  return series.filter(({ identity }) => role === undefined || identity.role === role);
}

async function noteShortenedHost(
  { identity }: SeriesToMeasure,
  previous: SeriesToMeasure | undefined,
  io: Io,
): Promise<void> {
  const { name, isShortened } = formatHostFolder(identity.host);
  if (!isShortened || previous?.identity.host === identity.host) return;
  await printNote(io, `the host name ${identity.host} is too long for a folder, so its folder is ${name}`);
}
