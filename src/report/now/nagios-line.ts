import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { Safety } from '../../domain/verdict/job-verdict.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { describeNowUnknownReason } from '../messages/now.ts';

const STATES = { safe: 'OK', 'not-safe': 'CRITICAL', unknown: 'UNKNOWN' } as const;

/**
 * One line as the Monitoring Plugins guidelines require: state, text, `|`, performance data
 * (`'label'=value[unit];[warn];[crit];[min];[max]`; the range `16500:` alerts below 16500).
 */
export function renderNagiosLine(now: NowJudgement): string {
  const { verdict, identity, remaining, required, unknownReason } = now;
  const series = identity === null ? '' : `${[identity.source, identity.role].filter(Boolean).join('/')} `;
  const text =
    unknownReason !== null
      ? describeNowUnknownReason(unknownReason).message
      : `${series}${formatRemaining(remaining)}, needs ${duration(required)}`;
  return renderPluginLine(verdict, text, formatPerformanceData(now));
}

/** @param data performance data; may be `''` */
export const renderPluginLine = (verdict: Safety, text: string, data: string): string =>
  `CREDWATCH ${STATES[verdict]} - ${escapeText(text)}${data === '' ? '' : ` | ${data}`}\n`;

const formatRemaining = (remaining: number) =>
  remaining < 0 ? `expired ${duration(-remaining)} ago` : `${duration(remaining)} left`;

/** Alerts below `required`. `''` if the remaining validity is unknown. */
export const formatRemainingData = (
  remaining: Seconds | null,
  required: Seconds | null,
  max: Seconds | null,
): string =>
  remaining === null
    ? ''
    : `'remaining'=${remaining}s;;${required === null ? '' : `${required}:`};;${max ?? ''}`;

function formatPerformanceData({
  remaining,
  required,
  nextRotation,
  validityAfterRotation,
}: NowJudgement): string {
  return [
    formatRemainingData(remaining, required, validityAfterRotation?.max ?? null),
    nextRotation === null ? '' : `'rotation_interval'=${nextRotation.interval}s;;;0;`,
  ]
    .filter((each) => each !== '')
    .join(' ');
}

/** For an error before the verdict. */
export const renderNagiosError = (message: string) => `CREDWATCH UNKNOWN - ${escapeText(message)}\n`;

/** A bar would start the performance data. */
const escapeText = (text: string) => escapeUnprintable(text).replaceAll('|', '/');

/** Inserts notes before the performance data. */
export function addToNagiosLine(line: string, notes: readonly string[]): string {
  const text = notes.map((note) => `; ${escapeText(note)}`).join('');
  return line.replace(/ \| |\n/, (end) => `${text}${end}`);
}
