import { createReadStream } from 'node:fs';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { ImportFile, StagedFile } from '../../store/import/files.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createExitCodesFlag } from '../flags/shared-flags.ts';
import { parseNameFlag } from '../flags/value-parsers.ts';
import { BadLinePrinter } from '../import/bad-line-printer.ts';
import {
  formatSummary,
  type ImportFlags,
  printAssumptions,
  STANDARD_INPUT,
  toHost,
  validateStagedFiles,
} from '../import/staged-files.ts';
import { addHelp, DONE } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { createProgress } from '../process/progress.ts';

export const importCommand: CommandDefinition = {
  name: 'import',
  declare(program, perform) {
    const command = program
      .command('import')
      .helpGroup('Samples:')
      .description('add samples from curl and PowerShell logs, or from NDJSON and CSV exports')
      .argument('<file...>', 'files to read; - is standard input')
      .option(
        '--host <name>',
        'host of the samples in a log (default: file name without .log or .txt)',
        parseNameFlag,
      )
      .option('--role <name>', 'role of the samples in a log', parseNameFlag)
      .option(
        '--timezone <zone>',
        'time zone of timestamps in a log: UTC, local, -05:00 or America/New_York (default: UTC)',
      )
      .option('--strict', 'make bad lines fatal, and write nothing (default: skip them)')
      .addOption(createDatabaseFlag())
      .addOption(createExitCodesFlag())
      .action((files: string[], flags: ImportFlags) => perform(({ io }) => runImport(files, flags, io)));
    addHelp(command, () => ({
      notes: [{ kind: 'paragraph', text: 'Importing a file again changes nothing.' }],
      exitCodes: DONE,
      examples: [
        ['cred-watch import curl.log --host db-loader --timezone America/New_York', ''],
        ['ssh host cred-watch export | cred-watch import -', ''],
      ],
    }));
  },
};

async function runImport(files: string[], flags: ImportFlags, io: Io): Promise<number> {
  const toInstant = await validate(files, flags);
  const { ImportStage } = await import('../../store/import/stage.ts');
  const { stageFile, writeStagedRecords } = await import('../../store/import/files.ts');
  const { SampleStore } = await import('../../store/sample-store.ts');
  const stage = new ImportStage();
  const progress = createProgress(io);
  const badLines = new BadLinePrinter(io, flags.strict ?? false);
  try {
    const staged: StagedFile[] = [];
    for (const file of files) {
      const result = await withReadErrors(file, () =>
        stageFile(stage, toImportFile(file, flags, io), {
          toInstant,
          onBadLine: (name, badLine) => badLines.add(name, badLine),
          onProgress: (name, lines) => progress.show(`${name}: ${formatNumber(lines)} lines read`),
        }),
      );
      progress.clear();
      staged.push(result);
      await badLines.print();
      await printAssumptions(result, flags, io);
    }
    validateStagedFiles(staged, flags);
    const store = SampleStore.open(resolveDatabasePath(flags.db, io));
    try {
      const { added, known } = await writeStagedRecords(stage, store, (written) =>
        progress.show(`${formatNumber(written)} records written`),
      );
      progress.clear();
      await io.stdout.write(`${formatSummary(staged, added, known)}\n`);
    } finally {
      store.close();
    }
    return EXIT.ok;
  } finally {
    progress.clear();
    stage.close();
  }
}

/** Returns the conversion of local times. */
async function validate(files: readonly string[], { timezone = 'UTC' }: ImportFlags) {
  const { createLocalTimeConverter } = await import('../../store/import/time-zone.ts');
  const toInstant = createLocalTimeConverter(timezone);
  if (toInstant === null) {
    throw new CredWatchError(
      `--timezone '${timezone}' is not a time zone`,
      'use UTC, local, an offset like -05:00, or a name like America/New_York',
    );
  }
  if (files.filter((file) => file === '-').length > 1) {
    throw new CredWatchError('standard input was given twice', 'give - only once');
  }
  return toInstant;
}

function toImportFile(file: string, { host, role }: ImportFlags, io: Io): ImportFile {
  return {
    name: file === '-' ? STANDARD_INPUT : file,
    chunks: file === '-' ? io.stdin : createReadStream(file, { highWaterMark: 262_144 }),
    identity: { host: host ?? toHost(file), source: 'imds', apiVersion: '', role: role ?? '' },
  };
}

const READ_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the file does not exist'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'this is a folder'],
]);

async function withReadErrors<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = READ_ERRORS.get(getSystemErrorCode(error));
    if (reason === undefined) throw error;
    throw new CredWatchError(
      `could not read ${file}: ${reason}`,
      'give a log or an export; - is standard input',
      {
        cause: error,
      },
    );
  }
}
