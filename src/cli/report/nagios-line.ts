import type { Instant, Seconds } from '../../domain/model.ts';
import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { hasSamples, summariseStatus } from '../../domain/status/status.ts';
import { findWorstVerdict } from '../../domain/verdict/figures/severity.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import { type Io, printText } from '../process/io.ts';
import { isStdout } from '../process/output-file.ts';
import type { ReportOutput } from './outputs.ts';

/**
 * The outputs besides the line of `--exit-codes nagios`. The line replaces a table on stdout.
 */
export const removeTableOnStdout = (outputs: readonly ReportOutput[]): ReportOutput[] =>
  outputs.filter(({ format, file }) => format !== 'table' || file !== '-');

/** A format that the user requested on stdout replaces the line. */
export const hasStdout = (outputs: readonly ReportOutput[]): boolean =>
  outputs.some(({ file }) => isStdout(file));

/** Without a verdict, the state of the line is then UNKNOWN. */
export const lacksSamples = (
  { assessment }: StoredReport,
  { margin, now }: { margin: Seconds; now: Instant },
): boolean => !hasSamples(summariseStatus(assessment, margin, now));

/** Prints the line of a monitoring plugin. */
export async function printNagiosLine(
  { assessment }: StoredReport,
  presigned: readonly PresignedUrls[],
  { margin, now, times }: { margin: Seconds; now: Instant; times: TimeFormat },
  io: Io,
): Promise<void> {
  const { renderStatusNagiosLine } = await import('../../report/status/nagios-line.ts');
  const status = summariseStatus(assessment, margin, now);
  const verdict = findWorstVerdict(presigned.map((each) => each.verdict));
  const worst = presigned.find((each) => each.verdict === verdict) ?? null;
  await printText(io, renderStatusNagiosLine(status, times, worst));
}
