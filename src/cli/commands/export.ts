import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../store/archive/writer.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { CommandDefinition } from '../command.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { addSelectionFlags, describeEmptySelection, type SelectionFlags } from '../flags/selection-flags.ts';
import { toSeriesFilter } from '../flags/series-filter.ts';
import { createFormatFlag } from '../flags/shared-flags.ts';
import { openExistingStore } from '../process/existing-store.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';

interface ExportFlags extends SelectionFlags {
  format: ArchiveFormat;
  output: string;
}

export const exportCommand: CommandDefinition = {
  name: 'export',
  group: 'Samples',
  description: 'write samples and failed polls as NDJSON or CSV, without secrets',
  declare: (command) =>
    addSelectionFlags(command)
      .addOption(createFormatFlag('output format', ARCHIVE_FORMATS))
      .option('-o, --output <file>', 'write to this file; - is stdout', '-'),
  help: {
    exitCodes: DONE,
    examples: [
      ['cred-watch export -o samples.ndjson', 'to import elsewhere'],
      ['cred-watch export -f csv --since 30d --host i-0abc', 'for a spreadsheet'],
    ],
  },
  async run(flags: ExportFlags, { io }) {
    const filter = await toSeriesFilter(flags, io.clock.now());
    const path = resolveDatabasePath(flags.db, io);
    using store = await openExistingStore(path);
    let isEmpty = true;
    const parts = function* () {
      for (const part of store.exportParts(filter)) {
        isEmpty = false;
        yield part;
      }
    };
    await writeOutput(io, flags.output, writeArchive(parts(), flags.format));
    if (isEmpty) {
      const hint = describeEmptySelection(filter, (part) => store.seriesNames(part));
      await printNote(io, `no samples in ${path} match the filters`, hint);
    }
    return EXIT.ok;
  },
};
