import { basename } from 'node:path';
import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount, formatNumber } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import type { BadLine } from '../../store/import/text-lines.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

export interface ImportFlags {
  host?: string;
  role?: string;
  timezone?: string;
  strict?: boolean;
  db?: string;
}

/** The name of `-` in messages. */
export const STANDARD_INPUT = 'standard input';

/** The default host of a log: `db-loader` for `db-loader.log`. Never `''`: `.log` stays `.log`. */
export const toHost = (file: string): string =>
  file === '-' || file === STANDARD_INPUT ? 'stdin' : basename(file).replace(/(?<=.)\.(log|txt)$/i, '');

/** Further bad lines of a file are only counted. */
const MAX_LINES = 20;

/**
 * Collects and prints the bad lines of one file by number. Never prints the content of a line, because it may
 * be a secret.
 */
export function createBadLinePrinter(file: string, isFatal: boolean, io: Io) {
  const messages: string[] = [];
  let count = 0;
  return {
    add({ line, problem }: BadLine): void {
      count += 1;
      if (count <= MAX_LINES) messages.push(`${file}:${line}: ${isFatal ? '' : 'skipped: '}${problem}`);
    },
    async print(): Promise<void> {
      if (count > MAX_LINES) messages.push(`${file}: ${count - MAX_LINES} more bad lines`);
      for (const message of messages) await (isFatal ? printError : printNote)(io, message);
    },
  };
}

/** Prints what the import assumed about a file. */
export async function printAssumptions(
  { name, kind, conflict }: StagedFile,
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  if (kind === 'log') {
    if (flags.host === undefined)
      await printNote(io, `${name}: host '${toHost(name)}' is assumed`, 'set another host with --host');
  } else if (flags.host !== undefined || flags.role !== undefined || flags.timezone !== undefined) {
    await printNote(
      io,
      `${name} is an export, which states hosts, roles and times: --host, --role and --timezone were ignored`,
    );
  }
  if (conflict !== null && (flags.timezone !== undefined || conflict.suggestedZone === null)) {
    await printNote(io, `${name}: ${describeConflict(conflict)}`);
  }
}

function describeConflict({ kind, seconds }: NonNullable<StagedFile['conflict']>): string {
  const by = formatDuration(seconds);
  return kind === 'early'
    ? `credentials were logged up to ${by} before they were issued, which is impossible`
    : `every rotation was logged at least ${by} late, which is unlikely`;
}

/**
 * Decides whether the staged records may be written.
 * @throws CredWatchError if not; nothing has been written yet
 */
export function validateStagedFiles(staged: readonly StagedFile[], { strict, timezone }: ImportFlags): void {
  const bad = staged.filter(({ badLines }) => badLines > 0);
  if (strict && bad.length > 0) {
    const count = sum(bad.map(({ badLines }) => badLines));
    throw new CredWatchError(
      `${formatCount(count, 'bad line')} in ${bad.map(({ name }) => name).join(', ')}; nothing was written`,
      'fix the lines, or remove --strict to skip them',
    );
  }
  const unreadable = bad.find(({ records }) => records === 0);
  if (unreadable !== undefined) {
    const count = formatCount(unreadable.badLines, 'bad line');
    throw new CredWatchError(
      `no readable line in ${unreadable.name}, but ${count}; nothing was written`,
      'fix the lines reported above, or give another file',
    );
  }
  for (const { name, conflict } of timezone === undefined ? staged : []) {
    if (conflict === null || conflict.suggestedZone === null) continue;
    throw new CredWatchError(
      `the timestamps of ${name}, read as UTC, contradict its documents: ${describeConflict(conflict)}; nothing was written`,
      `use --timezone ${conflict.suggestedZone}, which resolves the contradiction, or --timezone UTC to import anyway`,
    );
  }
}

/** `13 records in 1 file: 13 added, 0 already stored`. */
export function formatSummary(staged: readonly StagedFile[], added: number, known: number): string {
  const skipped = sum(staged.map(({ badLines }) => badLines));
  const parts = [
    `${formatNumber(added)} added`,
    `${formatNumber(known)} already stored`,
    ...(skipped > 0 ? [`${formatCount(skipped, 'bad line')} skipped`] : []),
  ];
  const records = sum(staged.map((file) => file.records));
  return `${formatCount(records, 'record')} in ${formatCount(staged.length, 'file')}: ${parts.join(', ')}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
