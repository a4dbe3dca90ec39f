import type { Instant, Seconds } from '../../domain/model.ts';
import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { summariseStatus } from '../../domain/status/status.ts';
import type { ReportFormat } from '../../report/formats.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { ReportOutput } from './outputs.ts';
import { hasStdout } from './plugin-line.ts';

/** People read files in these formats. Programs read the others, and scripts expect no output then. */
const FORMATS_FOR_PEOPLE: readonly ReportFormat[] = ['html', 'markdown', 'table'];

/**
 * Whether to say what was written. A report on stdout says it itself. Outside a terminal, files that only programs read
 * are written silently, because cron sends a mail with every output.
 */
export const announcesFiles = (outputs: readonly ReportOutput[], { stderr }: Io): boolean =>
  outputs.length > 0 &&
  !hasStdout(outputs) &&
  (stderr.isTerminal || outputs.some(({ format }) => FORMATS_FOR_PEOPLE.includes(format)));

/** @param verdict completes the message after the names of the files */
export const printWrittenFiles = (outputs: readonly ReportOutput[], verdict: string, io: Io): Promise<void> =>
  printNote(io, `wrote ${outputs.map(({ file }) => file).join(', ')}: ${verdict}`);

/** The verdict, the job, and the worst case or the reason why the verdict is unknown. */
const PART_COUNT = 3;

/** What the status line begins with. */
export async function describeReport(
  { assessment }: StoredReport,
  presigned: readonly PresignedUrls[],
  { margin, now, times }: { margin: Seconds; now: Instant; times: TimeFormat },
): Promise<string> {
  const { describePresignedVerdict, listStatusParts } = await import(
    '../../report/messages/status/status-parts.ts'
  );
  const parts = listStatusParts(summariseStatus(assessment, margin, now), times).map(({ text }) => text);
  const urls = presigned.map(({ requested, verdict }) => describePresignedVerdict(requested, verdict));
  return [...parts.slice(0, PART_COUNT), ...urls].join(', ');
}
