import { isClockWrong } from '../../domain/aws-limits.ts';
import { isFalseKeyId } from '../../domain/keys/false-key-id.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { describeNowUnknownReason } from '../messages/now.ts';
import { describeWrongClock } from '../messages/start-check/host-clock.ts';
import { describeUsedInstead } from '../messages/start-check/used-instead.ts';
import { formatNagiosLine, formatRemainingData } from '../text/nagios-line.ts';

/**
 * The line of `check`.
 * @param notes the notes of the poll
 */
export function renderNagiosLine(now: NowJudgement, notes: readonly PollNote[] = []): string {
  const { verdict, identity, remaining, required, unknownReason, clockOffset, credentials } = now;
  const series = identity === null ? '' : `${[identity.source, identity.role].filter(Boolean).join('/')} `;
  const text =
    unknownReason !== null
      ? describeNowUnknownReason(unknownReason).message
      : `${series}${formatRemaining(remaining)}, needs ${duration(required)}`;
  const usedInstead = describeUsedInstead(notes);
  const texts = [
    text,
    ...(usedInstead === null ? [] : [usedInstead]),
    ...(isClockWrong(clockOffset) ? [describeWrongClock(clockOffset)] : []),
    ...(isFalseKeyId(credentials?.accessKeyId ?? '') ? ['simulated credentials'] : []),
  ];
  return formatNagiosLine(verdict, texts.join('; '), formatPerformanceData(now));
}

const formatRemaining = (remaining: number) =>
  remaining < 0 ? `expired ${duration(-remaining)} ago` : `${duration(remaining)} left`;

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
