import type { RotationForecast } from '../../../domain/measurement/forecast.ts';
import type { Instant } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import type { NowJudgement } from '../../../domain/verdict/now-verdict.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';

/**
 * `expected 18:45:12Z (in 12m 10s), between 18:44:02Z and 18:47:33Z`. Times of today have no date.
 * @param newestSample without a sample since the expected time, nothing shows that the rotation is overdue
 */
export function describeForecast(
  { expected, earliest, latest }: RotationForecast,
  now: Instant,
  times: TimeFormat = UTC_TIMES,
  newestSample: Instant = now,
): string {
  const format = (instant: Instant) => times.shortTimestamp(instant, now);
  if (now - latest >= 1000 && newestSample < latest)
    return `was expected by ${format(latest)}, and no sample since then shows whether it happened`;
  if (now - latest >= 1000)
    return `overdue: expected by ${format(latest)}, ${duration(secondsBetween(latest, now))} ago`;
  const between =
    earliest === latest ? '' : `, between ${earliest < now ? 'now' : format(earliest)} and ${format(latest)}`;
  const until = expected > now ? ` (in ${duration(secondsBetween(now, expected))})` : ' (due now)';
  return `expected ${format(expected)}${until}${between}`;
}

/** By how much AWS's clock is ahead of a slow clock of the host. Smaller differences come from rounding. */
const findDelay = ({ judgedAt, hostTime }: NowJudgement): number =>
  judgedAt - hostTime < 1000 ? 0 : judgedAt - hostTime;

/** A person reads the host's clock. If that is slow, it shows the time of AWS's clock too late. */
export function describeDeadline(deadline: Instant, judgement: NowJudgement, times: TimeFormat): string {
  const [delay, time] = [findDelay(judgement), times.shortTimestamp(deadline, judgement.judgedAt)];
  if (delay === 0) return time;
  const hostTime = times.shortTimestamp(deadline - delay, judgement.hostTime);
  return `${hostTime} by this host's clock (${time} by AWS's clock)`;
}

/** Which clock the times of a judgement are by. Null if the host's clock is not slow. */
export const describeClockOfTimes = (judgement: NowJudgement): string | null =>
  findDelay(judgement) === 0
    ? null
    : `by AWS's clock; this host's clock is ${duration(Math.ceil(findDelay(judgement) / 1000))} behind`;

/** As {@link describeForecast}, by the host's clock. Null without a forecast. */
export function describeForecastOnHost(
  judgement: NowJudgement,
  times: TimeFormat = UTC_TIMES,
): string | null {
  const { nextRotation: forecast, judgedAt } = judgement;
  const delay = findDelay(judgement);
  if (forecast === null) return null;
  return describeForecast(
    {
      ...forecast,
      expected: forecast.expected - delay,
      earliest: forecast.earliest - delay,
      latest: forecast.latest - delay,
    },
    judgedAt - delay,
    times,
  );
}
