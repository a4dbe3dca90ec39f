import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../store/archive/writer.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { CommandDefinition } from '../command.ts';
import { assertFolder, exportParquet } from '../export/parquet.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { addSelectionFlags, describeEmptySelection, type SelectionFlags } from '../flags/selection-flags.ts';
import { isFiltered, toSeriesFilter } from '../flags/series-filter.ts';
import { createFormatFlag } from '../flags/shared-flags.ts';
import { openExistingStore } from '../process/existing-store.ts';
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
  description: 'write samples as NDJSON or CSV, or generations as Parquet, without secrets',
  declare: (command) =>
    addSelectionFlags(command)
      .addOption(createFormatFlag('output format', [...ARCHIVE_FORMATS, 'parquet']))
      .option('-o, --output <file>', 'write to this file, for Parquet to this folder; - is stdout', '-'),
  help: {
    notes: [
      'NDJSON and CSV have samples, failed polls and job runs, and `import` reads both.',
      'Parquet has one row per generation with its lead time, in files FOLDER/host=…/month=…/*.parquet.',
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
    const path = resolveDatabasePath(flags.db, io);
    using store = await openExistingStore(path);
    const hasRecords =
      format === 'parquet'
        ? await exportParquet(store, { filter, period: { since, until }, root: output }, io)
        : await exportArchive(store, filter, { format, output }, io);
    if (!hasRecords) {
      const hint = describeEmptySelection(filter, (part) => store.seriesNames(part));
      await (isFiltered(filter)
        ? printNote(io, `no samples in ${path} match the filters`, hint)
        : printNote(io, `no samples in ${path}`, RECORD_SAMPLES));
    }
    return EXIT.ok;
  },
};

/** @returns false if the selection is empty */
async function exportArchive(
  store: SampleStore,
  filter: SeriesFilter,
  { format, output }: { format: ArchiveFormat; output: string },
  io: Io,
): Promise<boolean> {
  let isEmpty = true;
  const parts = function* () {
    for (const part of store.exportParts(filter)) {
      isEmpty = false;
      yield part;
    }
  };
  await writeOutput(io, output, writeArchive(parts(), format));
  return !isEmpty;
}
