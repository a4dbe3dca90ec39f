import type { Installation, Schedule } from '../../domain/installation/schedule.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { formatShellCommand } from '../../untrusted-text.ts';
import { describeAttention, describeIntervalChoice } from '../messages/installation/attentions.ts';
import { describeExistingPoller } from '../messages/installation/checks.ts';
import {
  COME_BACK_WITH_CREDENTIALS,
  describeFoundSource,
  describeHistory,
  describeNextReport,
  type NextCommands,
  SIMULATED_NOTE,
} from '../messages/installation/init.ts';
import {
  describeInstallation,
  describeReplaced,
  type IntroductionOptions,
  introduceSchedule,
} from '../messages/installation/schedule.ts';
import { EXPIRED_ADVICE } from '../messages/start-check/expired-credentials.ts';
import { createPalette } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { wrapMessage } from '../terminal/wrap-message.ts';
import { formatRemaining, formatSeriesName, formatTimestamp, maskKeyId } from '../text/format-values.ts';
import type { InitReport } from './init-report.ts';

/** Five lines about the sample, then the introduction of the schedule. */
export function renderSample(
  report: InitReport,
  options: Omit<IntroductionOptions, 'isSimulated' | 'processReason' | 'poll'>,
  style: TextStyle,
): string {
  const palette = createPalette(style);
  const { identity, schedule, existing, remaining } = report;
  const isExpired = remaining <= 0;
  const paint = isExpired ? palette.bad : palette.good;
  const headline = palette.bold(paint(describeFoundSource(formatSeriesName(identity), isExpired)));
  const sample = `${headline}\n${layOutRows(listRows(report), style.width, palette)}`;
  const next =
    existing === null
      ? introduceSchedule(schedule, { ...options, ...report })
      : describeExistingPoller(existing);
  return `${sample}\n${wrapLines(next, style.width)}\n\n`;
}

/** Sentences end at the same column as the rows above. */
const wrapLines = (text: string, width: number): string =>
  text
    .split('\n')
    .map((line) => wrapMessage('', line, width))
    .join('\n');

/** Copied by the user, so it has the same bytes in every locale. Empty if something polls already. */
export const renderSchedule = ({ existing, schedule }: InitReport): string =>
  existing === null ? `${formatSchedule(schedule)}\n\n` : '';

/** What `--write` did, and when to come back. */
export function renderNextSteps(
  report: InitReport,
  { state, replaced }: Installation,
  style: TextStyle,
): string {
  const { nextReport, generatedAt } = report;
  const next =
    report.remaining <= 0
      ? COME_BACK_WITH_CREDENTIALS
      : describeNextReport(nextReport, formatCommands(report), generatedAt);
  const isWritten = state !== 'printed' && report.existing === null;
  const rows: [label: string, text: string][] = [
    ...(isWritten ? [['schedule', describeInstallation(report, state)] as [string, string]] : []),
    ...(replaced === null ? [] : [['replaced', describeReplaced(replaced, report)] as [string, string]]),
    ['come back', next],
  ];
  return layOutRows(rows, style.width, createPalette(style));
}

function listRows({ credentials, remaining, ...report }: InitReport): [label: string, value: string][] {
  const { accessKeyId, lastUpdated, expiration } = credentials;
  const issued = lastUpdated === null ? '' : `, issued ${formatTimestamp(lastUpdated)}`;
  return [
    ['credentials', `${maskKeyId(accessKeyId)}${issued}`],
    ['expire', `${formatTimestamp(expiration)}, ${formatRemaining(remaining)}`],
    ['history', describeHistory(report.sampleCount, report.rotationCount)],
    ['database', report.database],
    ...(report.intervalReason === null
      ? []
      : [['interval', describeIntervalChoice(report.every, report.intervalReason)] as [string, string]]),
    ...(remaining > 0 ? [] : [['attention', EXPIRED_ADVICE[report.identity.source]] as [string, string]]),
    ...(report.isSimulated ? [['attention', SIMULATED_NOTE] as [string, string]] : []),
    ...report.attentions.map((each): [string, string] => ['attention', describeAttention(each)]),
  ];
}

/** Copied by the user, so nothing is indented or wrapped. */
function formatSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cron':
      return schedule.line;
    case 'systemd': {
      const files = schedule.files.map(({ path, content }) => `# ${path}\n${content}`);
      return [...files, schedule.commands.map(formatShellCommand).join('\n')].join('\n');
    }
    case 'sidecar':
      return schedule.text.trimEnd();
    case 'process':
      return schedule.command;
  }
}

/** The commands that show what the schedule recorded, and that judge a job. */
function formatCommands({ isDefaultDatabase, database, jobDuration }: InitReport): NextCommands {
  const job = ['-j', jobDuration === null ? 'DURATION' : formatFlagDuration(jobDuration)];
  const file = isDefaultDatabase ? [] : ['--db', database];
  const format = (name: string) => formatShellCommand(['cred-watch', name, ...job, ...file]);
  return { report: format('report'), check: format('check') };
}
