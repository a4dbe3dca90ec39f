import type { Instant, Seconds } from '../../domain/model.ts';
import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { summariseStatus } from '../../domain/status/status.ts';
import type { ReportFormat } from '../../report/formats.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { hasStdout } from './nagios-line.ts';
import { type ReportOutput, type RequestedFormat, suggestFormat } from './outputs.ts';

/** People read files in these formats. Programs read the others, and scripts expect no output then. */
const FORMATS_FOR_PEOPLE: readonly ReportFormat[] = ['html', 'markdown', 'table'];

/**
 * Whether to print the names of the written files. A report on stdout needs no such note. Outside a terminal, files for
 * programs are written silently, because cron sends a mail with every output.
 */
export const announcesFiles = (outputs: readonly ReportOutput[], { stderr }: Io): boolean =>
  outputs.length > 0 &&
  !hasStdout(outputs) &&
  (stderr.isTerminal || outputs.some(({ format }) => FORMATS_FOR_PEOPLE.includes(format)));

/** @param verdict completes the message after the names of the files */
export const printWrittenFiles = (
  outputs: readonly ReportOutput[],
  verdict: string,
  io: Io,
  hint?: string | null,
): Promise<void> =>
  printNote(io, `wrote ${outputs.map(({ file }) => file).join(', ')}: ${verdict}`, hint ?? undefined);

/** Without the safe time: the verdict, the job, and the worst case or the reason why the verdict is unknown. */
const PART_COUNT = 3;

interface WrittenReport {
  report: StoredReport;
  presigned: readonly PresignedUrls[];
  margin: Seconds;
  now: Instant;
  times: TimeFormat;
  flags: { format?: readonly RequestedFormat[]; output?: string };
}

/** Prints what was written, and the first parts of the status line. */
export async function announceReport(
  outputs: readonly ReportOutput[],
  { report: { assessment }, presigned, margin, now, times, flags }: WrittenReport,
  io: Io,
): Promise<void> {
  const { describePresignedVerdict, listSafeTimeParts, listStatusParts } = await import(
    '../../report/messages/status/status-parts.ts'
  );
  const status = summariseStatus(assessment, margin, now);
  const parts = listStatusParts(status, times).map(({ text }) => text);
  const isRetired = status.series !== null && status.series.replacedBy !== null;
  const count = PART_COUNT + Number(isRetired) + listSafeTimeParts(status.series?.judgement ?? null).length;
  const urls = presigned.map(({ requested, verdict }) => describePresignedVerdict(requested, verdict));
  const verdict = [...parts.slice(0, count), ...urls].join(', ');
  await printWrittenFiles(outputs, verdict, io, suggestFormat(flags.format ?? [], flags.output));
}
