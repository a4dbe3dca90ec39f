import { Option } from 'commander';
import { SOURCE_NAMES } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import type { ImportStage } from '../../store/import/stage.ts';
import type { LocalTimeConverter } from '../../store/import/time-zone.ts';
import type { CommandDefinition, Invocation } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag } from '../flags/shared-flags.ts';
import { parseName } from '../flags/value-parsers.ts';
import {
  findInputFiles,
  type InputFile,
  toHost,
  toRole,
  withReadErrorHints,
} from '../import/import-files.ts';
import type { ImportFlags } from '../import/import-flags.ts';
import {
  createDatabaseRefusal,
  createRefusal,
  printAssumptions,
  validateStagedFiles,
} from '../import/refusals.ts';
import { checkStoredCopies } from '../import/stored-copies.ts';
import { formatFileSummary, formatTotal } from '../import/summary.ts';
import { printAssumedZone } from '../import/zones.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { createProgress, type Progress } from '../process/progress.ts';

export const importCommand: CommandDefinition = {
  name: 'import',
  group: 'Samples',
  summary: 'add samples from saved logs or exports',
  description: 'add samples from saved logs of any form, or from NDJSON and CSV exports',
  declare: (command) =>
    command
      .argument('<file...>', 'files or folders to read, also .gz; - is standard input')
      .option(
        '--host <name>',
        'host of the samples in a log (default: the name of the file without endings such as .log.1)',
        parseName,
      )
      .option('--role <name>', 'role of the samples in a log (default: the role in the documents)')
      .addOption(
        new Option(
          '--source <name>',
          'source of the samples in a log (default: container if the documents have RoleArn, else imds)',
        ).choices(SOURCE_NAMES),
      )
      .option(
        '--timezone <zone>',
        'time zone of timestamps without a zone: UTC, local, -05:00 or America/New_York (default: UTC)',
      )
      .addOption(
        new Option(
          '--at <time>',
          'for files without timestamps: mtime dates the last document of a file by the time of the file',
        ).choices(['mtime']),
      )
      .option('--dry-run', 'show what is recognised and skipped, and write nothing')
      .option(
        '--strict',
        'fail if a line is bad or the time zone is doubtful, and write nothing (default: skip bad lines)',
      )
      .addOption(createDatabaseFlag()),
  help: {
    notes: [
      'A log is a series of timestamps and credentials documents. docs/logs.md lists the forms.',
      'Importing a file again changes nothing.',
    ],
    exitCodes: DONE,
    examples: [
      ['cred-watch import curl.log --host db-loader --timezone America/New_York'],
      ['cred-watch import --dry-run /var/log/creds.log*', 'what do they contain?'],
      ['ssh host cred-watch export | cred-watch import -', 'samples of another host'],
      ['cred-watch export --db a.db | cred-watch import - --db b.db', 'join databases'],
    ],
  },
  run: runImport,
};

async function runImport(flags: ImportFlags, { command, io }: Invocation): Promise<number> {
  const path = resolveDatabaseFile(flags.db, io);
  const convert = await validate(command.args, flags, io);
  const files = await findInputFiles(command.args, io);
  const { ImportStage } = await import('../../store/import/stage.ts');
  const { writeStagedRecords } = await import('../../store/import/files.ts');
  const { SampleStore } = await import('../../store/sample-store.ts');
  using stage = new ImportStage();
  using progress = createProgress(io);
  const removeAction = io.beforeSignalEnds(progress.clear);
  const staged: StagedFile[] = [];
  for (const file of files) {
    const result = await stageReadable(file, stage, progress, convert, flags, io);
    if (result === null) continue;
    if (file.isFromFolder && result.records === 0) await printNote(io, createRefusal(result).message);
    else staged.push(result);
  }
  if (staged.length === 0)
    throw new CredWatchError('no file of the folder is a log', 'give a log or an export');
  const printSummaries = async () => {
    for (const file of staged) await printText(io, `${formatFileSummary(file)}\n`);
  };
  // The summary says why a file is refused.
  if (flags.dryRun) await printSummaries();
  await validateStagedFiles(staged, flags, io);
  await checkStoredCopies(path, staged, flags.db, io);
  let result = null;
  if (!flags.dryRun) {
    using store = SampleStore.open(path);
    await printExposedFiles(path, io);
    result = await writeStagedRecords(stage, store, (written) =>
      progress.show(`${formatNumber(written)} records written`),
    );
  }
  removeAction();
  progress.clear();
  await printAssumedZone(staged, flags, io);
  if (!flags.dryRun) await printSummaries();
  await printText(io, `${formatTotal(staged, result)}\n`);
  return EXIT.ok;
}

/** Validates the arguments. Returns the conversion from local times of the time zone. */
async function validate(
  files: readonly string[],
  { timezone = 'UTC', at }: ImportFlags,
  io: Io,
): Promise<LocalTimeConverter> {
  const { createLocalTimeConverter } = await import('../../store/import/time-zone.ts');
  const { readTimeZone } = await import('../time-zone/read-time-zone.ts');
  const convert = createLocalTimeConverter(await readTimeZone(timezone, io));
  if (files.filter((file) => file === '-').length > 1) {
    throw new CredWatchError('standard input was given twice', 'give - only once');
  }
  if (at === 'mtime' && files.includes('-')) {
    throw new CredWatchError('standard input has no time for --at mtime', 'name the file instead of -');
  }
  return convert;
}

/** Returns null, and prints why, for a file of a folder in a format that import cannot read. */
async function stageReadable(
  ...[file, stage, progress, convert, flags, io]: Parameters<typeof stageOne>
): Promise<StagedFile | null> {
  const { UnsupportedFileError } = await import('../../store/import/lines/compression.ts');
  try {
    return await stageOne(file, stage, progress, convert, flags, io);
  } catch (error) {
    if (!(error instanceof UnsupportedFileError) || !file.isFromFolder || flags.strict) throw error;
    await printNote(io, `${error.message}; it was skipped`, error.hint);
    return null;
  }
}

/** Reads a file into the stage. Prints what was assumed about the file. */
async function stageOne(
  { name, chunks, writtenAt, isDatabase }: InputFile,
  stage: ImportStage,
  progress: Progress,
  convert: LocalTimeConverter,
  flags: ImportFlags,
  io: Io,
): Promise<StagedFile> {
  if (isDatabase) throw createDatabaseRefusal(name, flags.db);
  const { stageFile } = await import('../../store/import/files.ts');
  const { host = toHost(name), role = toRole(name), source = 'imds', timezone } = flags;
  const fileTime = flags.at === 'mtime' ? writtenAt : null;
  const identity = { host, source, apiVersion: '', role };
  const staged = await withReadErrorHints(name, () =>
    stageFile(
      stage,
      { name, chunks: chunks(), identity, isSourceGiven: flags.source !== undefined, fileTime, writtenAt },
      {
        convert,
        isZoneGiven: timezone !== undefined,
        onProgress: (lines) => progress.show(`${name}: ${formatNumber(lines)} lines read`),
      },
    ),
  );
  progress.clear();
  await printAssumptions(staged, flags, io);
  return staged;
}
