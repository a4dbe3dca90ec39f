import { formatShortDuration as short } from '../../domain/time/duration.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { describeNowUnknownReason } from '../messages/now.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';

const STATES = { safe: 'OK', 'not-safe': 'CRITICAL', unknown: 'UNKNOWN' } as const;

/**
 * One line as the Monitoring Plugins' guidelines have it: state, text, `|`, performance data
 * (`'label'=value[unit];[warn];[crit];[min];[max]`, where `16500:` alerts below that number).
 */
export function renderNagiosLine(now: NowJudgement): string {
  const { verdict, identity, remaining, required, unknownReason } = now;
  const series = identity === null ? '' : `${[identity.source, identity.role].filter(Boolean).join('/')} `;
  const text =
    unknownReason !== null
      ? describeNowUnknownReason(unknownReason).message
      : `${series}${remainingText(remaining)}, needs ${short(required)}`;
  const data = performanceData(now);
  // The bar begins the data, and nobody may begin it early.
  const line = `CREDWATCH ${STATES[verdict]} - ${escapeUnprintable(text).replaceAll('|', '/')}`;
  return `${line}${data === '' ? '' : ` | ${data}`}\n`;
}

const remainingText = (remaining: number) =>
  remaining < 0 ? `expired ${short(-remaining)} ago` : `${short(remaining)} left`;

function performanceData({ remaining, required, nextRotation, validityAfterRotation }: NowJudgement): string {
  return [
    remaining === null ? '' : `'remaining'=${remaining}s;;${required}:;;${validityAfterRotation?.max ?? ''}`,
    nextRotation === null ? '' : `'rotation_interval'=${nextRotation.interval}s;;;0;`,
  ]
    .filter((each) => each !== '')
    .join(' ');
}

/** For what went wrong before there was anything to judge. */
export const renderNagiosError = (message: string) =>
  `CREDWATCH UNKNOWN - ${escapeUnprintable(message).replaceAll('|', '/')}\n`;
