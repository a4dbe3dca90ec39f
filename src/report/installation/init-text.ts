import { describeComeBack, describeFoundSource, describeHistory } from '../messages/installation/init.ts';
import { introduceSchedule } from '../messages/installation/schedule.ts';
import { createPalette } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import { formatRemaining, formatSeriesName, formatTimestamp, maskKeyId } from '../text/format-values.ts';
import type { InitReport } from './init-report.ts';
import { formatCommand, type Schedule } from './schedule.ts';

interface TextStyle {
  width: number;
  hasColour: boolean;
  /** `--write` was given. */
  writes: boolean;
}

/** Five lines about the sample, then the schedule, then when to come back. */
export function renderInitText(report: InitReport, { width, hasColour, writes }: TextStyle): string {
  const { good, bold } = createPalette(hasColour);
  const { schedule } = report;
  return [
    `${bold(good(describeFoundSource(formatSeriesName(report.identity))))}\n${layOutRows(listRows(report), width)}`,
    `${introduceSchedule(schedule, writes)}\n`,
    `${formatSchedule(schedule)}\n`,
    layOutRows(
      [
        [
          'come back',
          describeComeBack(
            report.comeBack,
            report.identity.source,
            formatReportCommand(report),
            report.generatedAt,
          ),
        ],
      ],
      width,
    ),
  ].join('\n');
}

function listRows({ credentials, remaining, ...report }: InitReport): [label: string, value: string][] {
  const { accessKeyId, lastUpdated, expiration } = credentials;
  const issued = lastUpdated === null ? '' : `, issued ${formatTimestamp(lastUpdated)}`;
  return [
    ['credentials', `${maskKeyId(accessKeyId)}${issued}`],
    ['expire', `${formatTimestamp(expiration)}, ${formatRemaining(remaining)}`],
    ['history', describeHistory(report.sampleCount, report.rotationCount)],
    ['database', report.database],
  ];
}

/** Copied by the user, so nothing is indented or wrapped. */
function formatSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cron':
      return schedule.line;
    case 'systemd': {
      const files = schedule.files.map(({ path, content }) => `# ${path}\n${content}`);
      return [...files, schedule.commands.map(formatCommand).join('\n')].join('\n');
    }
    case 'sidecar':
      return schedule.text.trimEnd();
    case 'process':
      return schedule.command;
  }
}

/** The command that shows what the schedule recorded. */
export function formatReportCommand({ isDefaultDatabase, database }: InitReport): string {
  return formatCommand(['cred-watch', 'report', ...(isDefaultDatabase ? [] : ['--db', database])]);
}
