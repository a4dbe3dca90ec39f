import { type Command, Option } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../store/archive/writer.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { addSelectionFlags, createDatabaseFlag, createExitCodesFlag } from '../flags/flags.ts';
import type { SelectionFlags } from '../flags/selection.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';

interface ExportFlags extends SelectionFlags {
  db?: string;
  format: ArchiveFormat;
  output: string;
}

export function declareExport(program: Command, run: (flags: ExportFlags) => Promise<void>): void {
  const command = program
    .command('export')
    .helpGroup('Samples:')
    .description('write samples and failed polls as NDJSON or CSV; there are no secrets to write');
  addSelectionFlags(command)
    .addOption(createDatabaseFlag())
    .addOption(new Option('-f, --format <format>', 'how').choices(ARCHIVE_FORMATS).default('ndjson'))
    .option('-o, --output <file>', 'write to this file; - is stdout', '-')
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
Examples:
  cred-watch export -o samples.ndjson                 to import elsewhere
  cred-watch export -f csv --since 30d --host i-0abc  for a spreadsheet`,
    )
    .action(run);
}

export async function runExportCommand(flags: ExportFlags, io: Io): Promise<number> {
  const { toSeriesFilter } = await import('../flags/selection.ts');
  const filter = toSeriesFilter(flags, io.clock.now());
  const path = resolveDatabasePath(flags.db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  if (store === null)
    throw new CredWatchError(`there is no database ${path}`, 'name one with --db, or poll first');
  try {
    let count = 0;
    const counted = function* () {
      for (const record of store.records(filter)) {
        count += 1;
        yield record;
      }
    };
    await writeOutput(io, flags.output, writeArchive(counted(), flags.format));
    if (count === 0)
      await printNote(
        io,
        `nothing in ${path} matches`,
        'leave out --host, --source, --role, --since or --until',
      );
  } finally {
    store.close();
  }
  return EXIT.ok;
}
