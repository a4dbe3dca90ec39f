import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import { UnsupportedFileError } from '../../store/import/lines/compression.ts';
import type { SuspectedZone } from '../../store/import/zone-check.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import { toHost } from './import-files.ts';

export interface ImportFlags {
  host?: string;
  role?: string;
  timezone?: string;
  at?: 'mtime';
  dryRun?: boolean;
  strict?: boolean;
  db?: string;
}

/** Reasons that `--strict` prints. */
const MAX_REASONS = 5;

const SHELL_LINE =
  '(date -u +%FT%TZ; curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/ROLE) >> creds.log';

/** Prints what the import assumed about a file. */
export async function printAssumptions(
  { name, isOwn, conflict, records }: StagedFile,
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  if (records === 0) return;
  if (!isOwn) {
    if (flags.host === undefined)
      await printNote(io, `${name}: host '${toHost(name)}' is assumed`, 'set another host with --host');
  } else if (flags.host !== undefined || flags.role !== undefined || flags.timezone !== undefined) {
    await printNote(
      io,
      `${name} is an export, which states hosts, roles and times: --host, --role and --timezone were ignored`,
    );
  }
  if (conflict !== null && conflict.fittingZones.length === 0) {
    await printNote(io, `${name}: ${describeConflict(conflict)}`, 'the clock of the host was wrong');
  }
}

/** Says that times without a zone were read as UTC, once for all files. */
export async function printAssumedZone(
  staged: readonly StagedFile[],
  { timezone, dryRun }: ImportFlags,
  io: Io,
): Promise<void> {
  // The error about a contradiction says more.
  if (timezone !== undefined || staged.some(({ conflict }) => conflict !== null)) return;
  const zoneless = staged.filter(({ zonelessSamples }) => zonelessSamples > 0);
  // Another suspicion is an error.
  const suspected = zoneless.filter(({ suspectedZone }) => suspectedZone?.kind === 'late');
  const zone = suspected[0]?.suspectedZone ?? null;
  if (zone === null) {
    const hint = 'give the zone of the host, such as --timezone Europe/Berlin, or --timezone UTC';
    if (zoneless.length > 0)
      await printNote(io, `${nameFiles(zoneless)}: times without a zone are read as UTC`, hint);
    return;
  }
  const again = dryRun
    ? ''
    : ', after `cred-watch prune --remove-series` of the series that this import has written';
  await printNote(
    io,
    `${nameFiles(suspected)}: times without a zone are read as UTC, but ${describeSuspicion(zone)}, ` +
      'so the log probably has local time',
    `import with --timezone ${zone.zone}, best with the name of the zone, such as --timezone Europe/Berlin${again}`,
  );
}

const describeSuspicion = ({ kind, seconds }: SuspectedZone): string =>
  kind === 'late'
    ? `every sample is at least ${formatDuration(seconds)} after its LastUpdated`
    : `credentials would be valid for up to ${formatDuration(seconds)}, longer than IMDS and containers issue them`;

/** `a.log`, or `a.log and 3 more files`. */
const nameFiles = ([first, ...others]: readonly StagedFile[]): string =>
  `${first?.name ?? ''}${others.length === 0 ? '' : ` and ${formatCount(others.length, 'more file')}`}`;

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
  for (const file of staged) validateZone(file, flags.timezone);
}

/** A single timestamp at the start of a file does not date the documents after it, for example. */
const isWronglyDated = ({ content }: StagedFile) =>
  content.hasUndatedRows || content.timestampsFollow || content.undatedDocuments > content.samples;

async function printBadLines({ name, skipped }: StagedFile, io: Io): Promise<void> {
  for (const { reason, firstLine, count } of skipped.filter(({ isBad }) => isBad).slice(0, MAX_REASONS)) {
    const more = count === 1 ? '' : `, and ${formatCount(count - 1, 'more line')}`;
    await printError(io, `${name}:${firstLine}: ${reason}${more}`);
  }
}

/** An error that says what a file lacks. */
export function createRefusal({ name, isEmpty, content, skipped }: StagedFile): CredWatchError {
  const { hasUndatedRows, timestamps } = content;
  const undatedDocuments = hasUndatedRows ? content.samples : content.undatedDocuments;
  if (isEmpty) return new CredWatchError(`${name} is empty`, LOG_HINT);
  if (content.timestampsFollow) {
    return new CredWatchError(
      `the timestamps of ${name} stand after their documents, and import reads only timestamps before them; nothing was written`,
      `write the timestamp first: \`${SHELL_LINE}\``,
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
      'a sample needs a timestamp and a document with Expiration',
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

/** The reason for lines that are not recognised at all. */
const UNKNOWN_TEXT = 'text that is neither a timestamp nor a document';

const LOG_HINT =
  'use a log with timestamps and credentials documents, or an export as NDJSON or CSV; docs/logs.md lists the forms';

/**
 * @throws CredWatchError if another zone fits, if the name of the zone has several meanings, or if a job would seem safe
 *   only because local times were read as UTC
 */
function validateZone(
  { name, conflict, content, suspectedZone }: StagedFile,
  timezone: string | undefined,
): void {
  const [ambiguous] = content.ambiguousZones;
  if (ambiguous !== undefined && timezone === undefined) {
    throw new CredWatchError(
      `the timestamps of ${name} are in ${ambiguous}, which is the name of several zones; nothing was written`,
      'use --timezone with the zone of the host, such as America/Chicago, Asia/Shanghai or Asia/Kolkata',
    );
  }
  if (suspectedZone?.kind === 'long' && timezone === undefined) {
    throw new CredWatchError(
      `the times of ${name} have no zone, and ${describeSuspicion(suspectedZone)}, if they are read as UTC; nothing was written`,
      'give the zone of the host, best by its name such as --timezone America/New_York; or --timezone UTC if the times are UTC',
    );
  }
  const [zone, ...others] = conflict?.fittingZones ?? [];
  if (conflict === null || zone === undefined) return;
  const fitting =
    others.length === 0
      ? `--timezone ${zone} resolves the contradiction`
      : `these zones fit: ${[zone, ...others].join(', ')}`;
  throw new CredWatchError(
    `the timestamps of ${name}, read as ${timezone ?? 'UTC'}, contradict its documents: ${describeConflict(conflict)}; nothing was written`,
    `${fitting}; use the zone of the host, best by its name such as America/New_York, because offsets change in summer`,
  );
}

function describeConflict({ kind, seconds }: NonNullable<StagedFile['conflict']>): string {
  const by = formatDuration(seconds);
  return kind === 'early'
    ? `credentials were logged up to ${by} before they were issued, which is impossible`
    : `every rotation was logged at least ${by} late, which is unlikely`;
}
