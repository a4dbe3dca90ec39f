import { Option } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../store/archive/writer.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { addSelectionFlags, type SelectionFlags } from '../flags/selection-flags.ts';
import { createDatabaseFlag, createExitCodesFlag } from '../flags/shared-flags.ts';
import { addHelp, DONE } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { writeOutput } from '../process/output-file.ts';

interface ExportFlags extends SelectionFlags {
  db?: string;
  format: ArchiveFormat;
  output: string;
}

export const exportCommand: CommandDefinition = {
  name: 'export',
  declare(program, perform) {
    const command = program
      .command('export')
      .helpGroup('Samples:')
      .description('write samples and failed polls as NDJSON or CSV, without secrets');
    addSelectionFlags(command)
      .addOption(createDatabaseFlag())
      .addOption(
        new Option('-f, --format <format>', 'output format').choices(ARCHIVE_FORMATS).default('ndjson'),
      )
      .option('-o, --output <file>', 'write to this file; - is stdout', '-')
      .addOption(createExitCodesFlag())
      .action((flags: ExportFlags) => perform(({ io }) => runExport(flags, io)));
    addHelp(command, () => ({
      exitCodes: DONE,
      examples: [
        ['cred-watch export -o samples.ndjson', 'to import elsewhere'],
        ['cred-watch export -f csv --since 30d --host i-0abc', 'for a spreadsheet'],
      ],
    }));
  },
};

async function runExport(flags: ExportFlags, io: Io): Promise<number> {
  const { toSeriesFilter } = await import('../flags/series-filter.ts');
  const filter = toSeriesFilter(flags, io.clock.now());
  const path = resolveDatabasePath(flags.db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  if (store === null)
    throw new CredWatchError(
      `${path} does not exist`,
      'give the database with --db, or run `cred-watch poll`',
    );
  try {
    let count = 0;
    const records = function* () {
      for (const record of store.records(filter)) {
        count += 1;
        yield record;
      }
    };
    await writeOutput(io, flags.output, writeArchive(records(), flags.format));
    if (count === 0) {
      await printNote(
        io,
        `no samples in ${path} match the filters`,
        'remove --host, --source, --role, --since or --until',
      );
    }
  } finally {
    store.close();
  }
  return EXIT.ok;
}
