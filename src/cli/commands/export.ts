import type { ArchiveRecord, SampleRun } from '../../store/archive/record.ts';
import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../store/archive/writer.ts';
import type { CommandDefinition } from '../command.ts';
import { openExportDatabase } from '../export/export-database.ts';
import { assertFolder, exportParquet } from '../export/parquet.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { addSelectionFlags, describeEmptySelection, type SelectionFlags } from '../flags/selection-flags.ts';
import { isFiltered, toSeriesFilter } from '../flags/series-filter.ts';
import { createFormatFlag, createOutputFlag } from '../flags/shared-flags.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';
import { RECORD_SAMPLES } from '../report/missing-data.ts';

interface ExportFlags extends SelectionFlags {
  format: ArchiveFormat | 'parquet';
  output: string;
}

export const exportCommand: CommandDefinition = {
  name: 'export',
  group: 'Samples',
  summary: 'write samples as NDJSON, CSV or Parquet, without secrets',
  description: 'write samples as NDJSON or CSV, or generations as Parquet, without secrets',
  declare: (command) =>
    addSelectionFlags(command)
      .addOption(createFormatFlag('output format', [...ARCHIVE_FORMATS, 'parquet']))
      .addOption(createOutputFlag('write to this file, for Parquet to this folder')),
  help: {
    commonFlags: ['--format', '--output', '--host', '--since', '--db'],
    notes: [
      'NDJSON and CSV have samples, failed polls and job runs, and `import` reads both.',
      'Parquet has one row per generation with its lead time, in files FOLDER/host=.../month=.../*.parquet.',
      'A later export into the same folder replaces the files of the exported series.',
    ],
    exitCodes: DONE,
    examples: [
      ['cred-watch export -o samples.ndjson', 'to import elsewhere'],
      ['cred-watch export -f csv --since 30d --host i-0abc', 'for a spreadsheet'],
      ['cred-watch export -f parquet -o history', 'for DuckDB, Athena or pandas'],
    ],
  },
  async run(flags: ExportFlags, { io }) {
    const { format, output, since = null, until = null } = flags;
    if (format === 'parquet') assertFolder(output);
    const filter = await toSeriesFilter(flags, io.clock.now());
    using database = await openExportDatabase(flags, filter, io);
    const { name, store } = database;
    const hasRecords =
      format === 'parquet'
        ? await exportParquet(store, { filter, period: { since, until }, root: output }, io)
        : await exportArchive(database.parts(), { format, output }, io);
    if (!hasRecords) {
      const hint = describeEmptySelection(filter, (part, within) => store.seriesNames(part, within));
      await (isFiltered(filter)
        ? printNote(io, `no samples in ${name} match the filters`, hint)
        : printNote(io, `no samples in ${name}`, RECORD_SAMPLES));
    }
    return EXIT.ok;
  },
};

/** @returns false if the selection is empty */
async function exportArchive(
  records: Iterable<ArchiveRecord | SampleRun>,
  { format, output }: { format: ArchiveFormat; output: string },
  io: Io,
): Promise<boolean> {
  let isEmpty = true;
  const parts = function* () {
    for (const part of records) {
      isEmpty = false;
      yield part;
    }
  };
  await writeOutput(io, output, writeArchive(parts(), format));
  return !isEmpty;
}
