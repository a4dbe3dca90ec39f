import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError, systemErrorCode } from '../../errors.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { ImportFile, StagedFile } from '../../store/import/files.ts';
import type { BadLine } from '../../store/import/text-lines.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createExitCodesFlag, parseNameFlag } from '../flags/flags.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import { createProgress } from '../process/progress.ts';

interface ImportFlags {
  host?: string;
  role?: string;
  timezone?: string;
  strict?: boolean;
  db?: string;
}

/** More of them say nothing new. */
const BAD_LINES_TOLD = 20;

export function declareImport(
  program: Command,
  run: (files: string[], flags: ImportFlags) => Promise<void>,
): void {
  program
    .command('import')
    .helpGroup('Samples:')
    .description('read saved curl and PowerShell logs, and NDJSON or CSV of our own export')
    .argument('<file...>', 'files to read; - is standard input')
    .option('--host <name>', "the host that a log is about (default: the file's base name)", parseNameFlag)
    .option('--role <name>', 'the role that a log is about', parseNameFlag)
    .option(
      '--timezone <zone>',
      "the zone of a log's stamps: UTC, local, -05:00 or America/New_York (default: UTC)",
    )
    .option('--strict', 'a bad line is fatal, and nothing is written')
    .addOption(createDatabaseFlag())
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
Importing twice changes nothing.

Examples:
  cred-watch import curl.log --host db-loader --timezone America/New_York
  ssh host cred-watch export | cred-watch import -`,
    )
    .action(run);
}

export async function runImportCommand(files: string[], flags: ImportFlags, io: Io): Promise<number> {
  const { createLocalTimeConverter } = await import('../../store/import/time-zone.ts');
  const toInstant = createLocalTimeConverter(flags.timezone ?? 'UTC');
  if (toInstant === null) {
    throw new CredWatchError(
      `--timezone '${flags.timezone}' is not a time zone`,
      'use UTC, local, an offset like -05:00 or a name like America/New_York',
    );
  }
  if (files.filter((file) => file === '-').length > 1) {
    throw new CredWatchError('standard input can be read only once', 'give - once');
  }
  const { ImportStage } = await import('../../store/import/stage.ts');
  const { stageFile, writeStagedRecords } = await import('../../store/import/files.ts');
  const { SampleStore } = await import('../../store/sample-store.ts');
  const stage = new ImportStage();
  const progress = createProgress(io);
  const badLines = new BadLineReporter(io, flags.strict ?? false);
  try {
    const staged: StagedFile[] = [];
    for (const file of files) {
      const result = await explained(file, () =>
        stageFile(stage, toImportFile(file, flags, io), {
          toInstant,
          onBadLine: (where, badLine) => badLines.add(where, badLine),
          onProgress: (where, lines) =>
            progress.show(`${where}: ${lines.toLocaleString('en-US')} lines read`),
        }),
      );
      progress.clear();
      staged.push(result);
      await badLines.printLines();
      await sayAssumptions(result, flags, io);
    }
    refuse(staged, flags);
    const store = SampleStore.open(resolveDatabasePath(flags.db, io));
    try {
      const { added, known } = await writeStagedRecords(stage, store, (written) =>
        progress.show(`${written.toLocaleString('en-US')} records written`),
      );
      progress.clear();
      await io.stdout.write(`${summary(staged, added, known)}\n`);
    } finally {
      store.close();
    }
    return EXIT.ok;
  } finally {
    progress.clear();
    stage.close();
  }
}

const STANDARD_INPUT = 'standard input';

/** A log does not say whose it is: `db-loader.log` is about db-loader. Never nothing, even for `.log`. */
const hostOf = (file: string) =>
  file === '-' || file === STANDARD_INPUT ? 'stdin' : basename(file).replace(/(?<=.)\.(log|txt)$/i, '');

function toImportFile(file: string, { host, role }: ImportFlags, io: Io): ImportFile {
  return {
    name: file === '-' ? STANDARD_INPUT : file,
    chunks: file === '-' ? io.stdin : createReadStream(file, { highWaterMark: 262_144 }),
    identity: { host: host ?? hostOf(file), source: 'imds', apiVersion: '', role: role ?? '' },
  };
}

async function explained<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const why = {
      ENOENT: 'there is no such file',
      EACCES: 'no permission to read it',
      EISDIR: 'it is a folder',
    }[systemErrorCode(error)];
    if (why === undefined) throw error;
    throw new CredWatchError(
      `${file} cannot be read: ${why}`,
      'name a log or an export; - is standard input',
      {
        cause: error,
      },
    );
  }
}

async function sayAssumptions(
  { name: file, kind, conflict }: StagedFile,
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  if (kind === 'log') {
    if (flags.host === undefined) {
      await printNote(io, `${file} is filed under host '${hostOf(file)}'; --host names another`);
    }
  } else if (flags.host !== undefined || flags.role !== undefined || flags.timezone !== undefined) {
    await printNote(
      io,
      `${file} names its hosts, roles and zones itself: --host, --role and --timezone were not used`,
    );
  }
  if (conflict !== null && (flags.timezone !== undefined || conflict.suggestedZone === null)) {
    await printNote(io, `${file}: ${conflictMessage(conflict)}`);
  }
}

function conflictMessage({ kind, seconds }: NonNullable<StagedFile['conflict']>): string {
  const by = formatDuration(seconds);
  return kind === 'early'
    ? `credentials were logged up to ${by} before they were issued, which cannot be`
    : `every rotation was logged at least ${by} late, which no endpoint does`;
}

/** Nothing has been written yet: now is the time to say no. */
function refuse(staged: readonly StagedFile[], { strict, timezone }: ImportFlags): void {
  const bad = staged.filter(({ badLines }) => badLines > 0);
  if (strict && bad.length > 0) {
    const count = bad.reduce((sum, { badLines }) => sum + badLines, 0);
    throw new CredWatchError(
      `${formatCount(count, 'bad line')} in ${bad.map(({ name: file }) => file).join(', ')}; nothing was written`,
      'mend them, or leave out --strict to skip them',
    );
  }
  for (const { name: file, records, badLines } of staged) {
    if (records > 0 || badLines === 0) continue;
    throw new CredWatchError(
      `nothing in ${file} could be read: ${formatCount(badLines, 'bad line')}; nothing was written`,
      'see what is wrong with its first lines above',
    );
  }
  for (const { name: file, conflict } of staged) {
    if (timezone !== undefined || conflict === null || conflict.suggestedZone === null) continue;
    throw new CredWatchError(
      `read as UTC, the stamps of ${file} and its documents cannot both be true: ${conflictMessage(conflict)}; nothing was written`,
      `--timezone ${conflict.suggestedZone} makes them agree; --timezone UTC insists on UTC`,
    );
  }
}

function summary(staged: readonly StagedFile[], added: number, known: number): string {
  const skipped = staged.reduce((sum, { badLines }) => sum + badLines, 0);
  const parts = [
    `${added.toLocaleString('en-US')} added`,
    `${known.toLocaleString('en-US')} there already`,
    ...(skipped > 0 ? [`${formatCount(skipped, 'bad line')} skipped`] : []),
  ];
  const records = staged.reduce((sum, each) => sum + each.records, 0);
  return `${formatCount(records, 'record')} in ${formatCount(staged.length, 'file')}: ${parts.join(', ')}`;
}

/** Says which lines are bad, the first of each file one by one. Never what stands in them. */
class BadLineReporter {
  readonly #io: Io;
  readonly #isFatal: boolean;
  #waiting: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor(io: Io, isFatal: boolean) {
    this.#io = io;
    this.#isFatal = isFatal;
  }

  add(file: string, { line, problem }: BadLine): void {
    const count = (this.#counts.get(file) ?? 0) + 1;
    this.#counts.set(file, count);
    if (count <= BAD_LINES_TOLD)
      this.#waiting.push(`${file}:${line}: ${this.#isFatal ? '' : 'skipped: '}${problem}`);
  }

  async printLines(): Promise<void> {
    const say = this.#isFatal ? printError : printNote;
    for (const message of this.#waiting) await say(this.#io, message);
    this.#waiting = [];
    for (const [file, count] of this.#counts) {
      if (count > BAD_LINES_TOLD) await say(this.#io, `${file}: ${count - BAD_LINES_TOLD} more bad lines`);
      this.#counts.delete(file);
    }
  }
}
