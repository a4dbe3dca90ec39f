import { CredWatchError } from '../../errors.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import { UnsupportedFileError } from '../../store/import/lines/compression.ts';
import { UNKNOWN_TEXT, UNKNOWN_TIMESTAMP } from '../../store/import/stream/skipped-lines.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import { toHost } from './import-files.ts';
import type { ImportFlags } from './import-flags.ts';
import { describeConflict, validateZones } from './zones.ts';

/** Reasons that `--strict` prints. */
const MAX_REASONS = 5;

const SHELL_LINE =
  '(date -u +%FT%TZ; curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/ROLE) >> creds.log';

/** Prints what the import assumed about a file. */
export async function printAssumptions(
  { name, isOwn, conflict, content, records }: StagedFile,
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  if (records === 0) return;
  if (!isOwn) {
    if (flags.host === undefined)
      await printNote(io, `${name}: host '${toHost(name)}' is assumed`, 'set another host with --host');
  } else if (
    flags.host !== undefined ||
    flags.role !== undefined ||
    flags.source !== undefined ||
    flags.timezone !== undefined
  ) {
    await printNote(
      io,
      `${name} is an export, which states hosts, roles, sources and times: --host, --role, --source and --timezone were ignored`,
    );
  }
  if (content.minuteSamples > 0) {
    await printNote(
      io,
      `${name}: ${formatCount(content.minuteSamples, 'timestamp')} without seconds: the last second of the minute is assumed, so that credentials do not seem to last longer`,
      'log the seconds, as `date -u +%FT%TZ` does',
    );
  }
  if (conflict !== null && conflict.fittingZones.length === 0) {
    await printNote(io, `${name}: ${describeConflict(conflict)}`, 'the clock of the host was wrong');
  }
}

/** The error for a database, which another command must read. */
export function createDatabaseRefusal(name: string, target: string | undefined): UnsupportedFileError {
  const into = target === undefined ? '' : ` --db ${quoteForShell(target)}`;
  return new UnsupportedFileError(
    `${name} is a database, and import reads logs and exports`,
    `copy its samples with \`cred-watch export --db ${quoteForShell(name)} | cred-watch import -${into}\``,
  );
}

/**
 * Decides whether the staged records may be written.
 * @throws CredWatchError if not; nothing has been written yet
 */
export async function validateStagedFiles(
  staged: readonly StagedFile[],
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  for (const file of staged)
    if (file.records === 0 || (flags.at === undefined && isWronglyDated(file))) throw createRefusal(file);
  const bad = staged.filter(({ badLines }) => badLines > 0);
  if (flags.strict && bad.length > 0) {
    for (const file of bad) await printBadLines(file, io);
    const count = bad.reduce((sum, { badLines }) => sum + badLines, 0);
    throw new CredWatchError(
      `${formatCount(count, 'bad line')} in ${bad.map(({ name }) => name).join(', ')}; nothing was written`,
      'fix the lines, or remove --strict to skip them',
    );
  }
  validateZones(staged, flags);
}

/** A single timestamp at the start of a file does not date the documents after it, for example. */
const isWronglyDated = ({ content }: StagedFile) =>
  content.undatedRows !== null || content.timestampsFollow || content.undatedDocuments > content.samples;

async function printBadLines({ name, skipped }: StagedFile, io: Io): Promise<void> {
  for (const { reason, firstLine, count } of skipped.filter(({ isBad }) => isBad).slice(0, MAX_REASONS)) {
    const more = count === 1 ? '' : `, and ${formatCount(count - 1, 'more line')}`;
    await printError(io, `${name}:${firstLine}: ${reason}${more}`);
  }
}

/** An error that says what a file lacks. */
export function createRefusal({ name, isEmpty, content, skipped }: StagedFile): CredWatchError {
  const { undatedRows, timestamps } = content;
  const undatedDocuments = undatedRows === null ? content.undatedDocuments : content.samples;
  if (isEmpty) return new CredWatchError(`${name} is empty`, LOG_HINT);
  if (content.timestampsFollow) {
    return new CredWatchError(
      `the timestamps of ${name} stand after their documents, and import reads only timestamps before them; nothing was written`,
      `write the timestamp first: \`${SHELL_LINE}\``,
    );
  }
  if (undatedRows === 'expiration-first') {
    return new CredWatchError(
      `the first time of the rows of ${name} is later than the second one, so the expiration stands first; nothing was written`,
      'write the time of the poll first, then the expiration',
    );
  }
  if (undatedRows === 'repeated') {
    return new CredWatchError(
      `the first of two times is repeated in the rows of ${name}, so it may be LastUpdated instead of the time of a poll; nothing was written`,
      'if it is the time of a poll, write `Expiration=` before the second time, or remove repeated lines; ' +
        `if it is LastUpdated, add the time of the poll: \`${SHELL_LINE}\``,
    );
  }
  if (undatedDocuments > 0 && content.partialTimestamps !== null) {
    const lack =
      content.partialTimestamps === 'date' ? 'dates without a time of day' : 'times without a date';
    return new CredWatchError(
      `${name} has ${formatCount(undatedDocuments, 'document')} without timestamps, because it has only ${lack}; nothing was written`,
      `write the date and the time of day, as this line does: \`${SHELL_LINE}\``,
    );
  }
  if (undatedDocuments > 0) {
    return new CredWatchError(
      `${name} has ${formatCount(undatedDocuments, 'document')} without timestamps, so the times of the samples are unknown; nothing was written`,
      `add timestamps to the log: \`${SHELL_LINE}\`; \`cred-watch poll\` is better, because it also records failed polls and the clock error; ` +
        '--at mtime reads the last document of each file with the time of the file',
    );
  }
  const [worst] = skipped.filter(({ isBad }) => isBad);
  if (worst !== undefined && worst.reason !== UNKNOWN_TEXT) {
    const more = worst.count === 1 ? '' : ` and in ${formatCount(worst.count - 1, 'more line')}`;
    return new CredWatchError(
      `${name} has no readable sample: ${worst.reason} in line ${worst.firstLine}${more}; nothing was written`,
      worst.reason === UNKNOWN_TIMESTAMP
        ? `write the time of the poll as this line does: \`${SHELL_LINE}\``
        : 'a sample needs a timestamp and a document with Expiration',
    );
  }
  if (timestamps > 0) {
    return new CredWatchError(
      `${name} has ${formatCount(timestamps, 'timestamp')} but no credentials document; nothing was written`,
      'log the document of the endpoint after each timestamp, at least its LastUpdated and Expiration',
    );
  }
  return new CredWatchError(`${name} is neither a log of credentials nor an export of cred-watch`, LOG_HINT);
}

const LOG_HINT =
  'use a log with timestamps and credentials documents, or an export as NDJSON or CSV; docs/logs.md lists the forms';
