import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { AssessedSeries } from '../../domain/verdict/assessment.ts';
import { CredWatchError } from '../../errors.ts';
import { groupByMonth, type MeasuredSeries, prepareSeries } from '../../report/parquet/series-rows.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { assessStored, type ReportStore } from '../../watch/stored-report.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { isStdout } from '../process/output-file.ts';
import { createProgress } from '../process/progress.ts';
import { type ExportPeriod, prepareExportFolder } from './export-folder.ts';
import { formatHostFolder, SeriesFiles } from './series-files.ts';

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
  const series = findSeries(store, filter, io);
  if (series.length === 0) return false;
  await prepareExportFolder(root, period, io);
  // Loads hyparquet-writer.
  const { renderParquet } = await import('../../report/parquet/parquet-file.ts');
  const files = new SeriesFiles(root, io);
  using progress = createProgress(io);
  for (const [index, each] of series.entries()) {
    progress.show(`exported ${formatNumber(index)} of ${formatNumber(series.length)} series`);
    await noteShortenedHost(each, series[index - 1], io);
    const measured = toMeasuredSeries(each);
    if (measured === null) continue;
    await files.write(each.identity, renderMonths(measured));
  }
  return true;

  function* renderMonths(measured: MeasuredSeries): Generator<[string, Uint8Array]> {
    for (const [month, indexes] of groupByMonth(measured))
      yield [month, renderParquet(measured, indexes, { version: CRED_WATCH_VERSION })];
  }
}

/** Measures the series as `report` does. Their order groups the series of a host. */
function findSeries(store: ReportStore, { role, ...filter }: SeriesFilter, io: Io): AssessedSeries[] {
  // A series of another role may have replaced a selected one.
  const { assessment } = assessStored(store, {
    filter,
    jobs: { durations: [], names: [] },
    margin: 0,
    now: io.clock.now(),
    maxAge: null,
    confidence: null,
    minWatched: null,
  });
  return assessment.series.filter(
    ({ identity, overview }) => overview !== null && (role === undefined || identity.role === role),
  );
}

function toMeasuredSeries({ identity, analysis, isRetired }: AssessedSeries): MeasuredSeries | null {
  const { isPolled, measurement }: { isPolled: boolean; measurement: Measurement | null } = analysis;
  return measurement && prepareSeries({ identity, isPolled, isRetired, measurement });
}

async function noteShortenedHost(
  { identity }: AssessedSeries,
  previous: AssessedSeries | undefined,
  io: Io,
): Promise<void> {
  const { name, isShortened } = formatHostFolder(identity.host);
  if (!isShortened || previous?.identity.host === identity.host) return;
  await printNote(io, `the host name ${identity.host} is too long for a folder, so its folder is ${name}`);
}
