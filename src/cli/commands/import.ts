import { createReadStream } from 'node:fs';
import type { Instant } from '../../domain/model.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { StagedFile } from '../../store/import/files.ts';
import type { ImportStage } from '../../store/import/stage.ts';
import type { CommandDefinition, Invocation } from '../command.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag } from '../flags/shared-flags.ts';
import { parseName } from '../flags/value-parsers.ts';
import {
  createBadLinePrinter,
  formatSummary,
  type ImportFlags,
  printAssumptions,
  STANDARD_INPUT,
  toHost,
  validateStagedFiles,
} from '../import/staged-files.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import type { Io } from '../process/io.ts';
import { createProgress, type Progress } from '../process/progress.ts';

export const importCommand: CommandDefinition = {
  name: 'import',
  group: 'Samples',
  description: 'add samples from curl and PowerShell logs, or from NDJSON and CSV exports',
  declare: (command) =>
    command
      .argument('<file...>', 'files to read; - is standard input')
      .option(
        '--host <name>',
        'host of the samples in a log (default: file name without .log or .txt)',
        parseName,
      )
      .option('--role <name>', 'role of the samples in a log')
      .option(
        '--timezone <zone>',
        'time zone of timestamps in a log: UTC, local, -05:00 or America/New_York (default: UTC)',
      )
      .option('--strict', 'make bad lines fatal, and write nothing (default: skip them)')
      .addOption(createDatabaseFlag()),
  help: {
    notes: ['Importing a file again changes nothing.'],
    exitCodes: DONE,
    examples: [
      ['cred-watch import curl.log --host db-loader --timezone America/New_York'],
      ['ssh host cred-watch export | cred-watch import -'],
    ],
  },
  run: runImport,
};

async function runImport(flags: ImportFlags, { command, io }: Invocation): Promise<number> {
  const files = command.args;
  const toInstant = await validate(files, flags);
  const { ImportStage } = await import('../../store/import/stage.ts');
  const { writeStagedRecords } = await import('../../store/import/files.ts');
  const { SampleStore } = await import('../../store/sample-store.ts');
  using stage = new ImportStage();
  using progress = createProgress(io);
  const staged: StagedFile[] = [];
  for (const file of files) staged.push(await stageOne(file, stage, progress, toInstant, flags, io));
  validateStagedFiles(staged, flags);
  const path = resolveDatabasePath(flags.db, io);
  using store = SampleStore.open(path);
  await printExposedFiles(path, io);
  const { added, known } = await writeStagedRecords(stage, store, (written) =>
    progress.show(`${formatNumber(written)} records written`),
  );
  progress.clear();
  await io.stdout.write(`${formatSummary(staged, added, known)}\n`);
  return EXIT.ok;
}

/** Validates the arguments. Returns the conversion from local times of the time zone. */
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

/** Reads a file into the stage. Prints its bad lines, and what was assumed about the file. */
async function stageOne(
  file: string,
  stage: ImportStage,
  progress: Progress,
  toInstant: (localTime: Instant) => Instant,
  flags: ImportFlags,
  io: Io,
): Promise<StagedFile> {
  const { stageFile } = await import('../../store/import/files.ts');
  const { host = toHost(file), role = '', strict = false } = flags;
  const name = file === '-' ? STANDARD_INPUT : file;
  const badLines = createBadLinePrinter(name, strict, io);
  const importFile = {
    name,
    chunks: file === '-' ? io.stdin : createReadStream(file, { highWaterMark: 262_144 }),
    identity: { host, source: 'imds', apiVersion: '', role },
  } as const;
  try {
    const staged = await stageFile(stage, importFile, {
      toInstant,
      onBadLine: badLines.add,
      onProgress: (lines) => progress.show(`${name}: ${formatNumber(lines)} lines read`),
    });
    progress.clear();
    await badLines.print();
    await printAssumptions(staged, flags, io);
    return staged;
  } catch (error) {
    const reason = READ_ERRORS.get(getSystemErrorCode(error) ?? '');
    if (reason === undefined) throw error;
    const hint = 'give a log or an export; - is standard input';
    throw new CredWatchError(`could not read ${file}: ${reason}`, hint, { cause: error });
  }
}

const READ_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the file does not exist'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'this is a folder'],
]);
