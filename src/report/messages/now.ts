import type { RotationForecast } from '../../domain/measurement/forecast.ts';
import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { NowJudgement, NowUnknownReason } from '../../domain/verdict/now-verdict.ts';
import { formatShortTimestamp, formatTimestamp } from '../text/format-values.ts';
import { describeFailure } from './failures.ts';
import { describeJob, REFRESH_ADVICE } from './verdicts.ts';

/** One line that begins with the safety and a colon. */
export function describeNowVerdict({ verdict, job, spare, remaining }: NowJudgement): string {
  const what = `${describeJob(job.duration)} with a margin of ${short(job.margin)} that starts now`;
  // A job that refreshes its credentials requires 0 seconds.
  if (job.duration + job.margin === 0 && verdict === 'not-safe')
    return 'not safe: the credentials have expired';
  if (verdict === 'unknown') return `unknown: ${what}`;
  if (verdict === 'safe') return `safe: ${what}, ${duration(spare)} to spare`;
  if (remaining <= 0) return `not safe: ${what}, the credentials have expired`;
  return `not safe: ${what}, ${duration(-spare)} short`;
}

/** Why the verdict is `unknown`. */
export function describeNowUnknownReason(reason: NowUnknownReason): { message: string; hint: string } {
  switch (reason.code) {
    case 'POLL_FAILED':
      return describeFailure(reason);
    case 'NO_SAMPLES':
      return {
        message: 'no sample of these credentials is stored',
        hint: 'leave out --offline, or run `cred-watch poll` first',
      };
    case 'STALE_SAMPLES':
      return {
        message: `the last sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}`,
        hint: 'leave out --offline, poll more often, or accept older samples with --max-age',
      };
    case 'SAMPLES_IN_FUTURE':
      return {
        message: `the last sample is ${duration(reason.aheadSeconds)} ahead of the clock of this host`,
        hint: 'correct the clock, then poll again',
      };
  }
}

/** `expected 18:45:12Z (in 12m 10s), between 18:44:02Z and 18:47:33Z`. Times of today have no date. */
export function describeForecast({ expected, earliest, latest }: RotationForecast, now: Instant): string {
  const format = (instant: Instant) => formatShortTimestamp(instant, now);
  if (latest < now)
    return `overdue: expected by ${format(latest)}, ${duration(secondsBetween(latest, now))} ago`;
  const between = earliest === latest ? '' : `, between ${format(earliest)} and ${format(latest)}`;
  const until = expected > now ? ` (in ${duration(secondsBetween(now, expected))})` : ' (due now)';
  return `expected ${format(expected)}${until}${between}`;
}

/** A check does not correct times, unlike a report. It judges by the later of both clocks. */
export const describeClockSkewNow = (offset: Seconds) =>
  `the host's clock was ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} the clock of the responses; the later time is used`;

/** Follows an expiration that is earlier than the one stated by this poll. */
export const describeLaterExpiration = (stated: Instant) =>
  `as an earlier poll of this key stated; this poll states ${formatTimestamp(stated)}, but the earlier one is used`;

const NO_FORECAST = 'no rotation seen yet, so no forecast';

/** When a start will be safe according to the history. */
export function describeOutlook({ outlook, validityAfterRotation, nextRotation }: NowJudgement): string {
  switch (outlook) {
    case 'now':
      return 'a start is safe now';
    case 'after-rotation':
      return `after the next rotation: new credentials always had enough validity${nextRotation === null ? `; ${NO_FORECAST}` : ''}`;
    case 'perhaps-after-rotation':
      return 'perhaps after the next rotation: only some new credentials had enough validity';
    case 'never':
      if (validityAfterRotation === null)
        return 'never, because no credentials of this series had enough validity';
      if (validityAfterRotation.max <= 0) return 'never, because new credentials were already expired';
      return `never, because new credentials were valid for ${duration(validityAfterRotation.max)} at most`;
    case 'unknown':
      return 'unknown: too little history';
  }
}

export interface WaitState {
  /** The command has already waited for a safe start. */
  hasWaited: boolean;
}

const POLL_COMMANDS: Record<SourceName, string> = {
  imds: '`cred-watch poll --interval 5m`',
  container: '`cred-watch poll --interval 5m`',
  profile: '`cred-watch poll --interval 5m` with the same --profile',
  process: '`cred-watch poll --interval 5m` with the same --process or --profile',
  environment: '`cred-watch poll --source environment`',
};

/** What to do if a start is not safe now; `''` if it is safe. */
export function buildNowAdvice(
  { verdict, outlook, nextRotation, judgedAt, identity }: NowJudgement,
  { hasWaited }: WaitState,
): string {
  if (verdict === 'safe') return '';
  if (identity?.source === 'environment')
    return 'restart with new credentials: environment variables do not change while a program runs';
  if (outlook === 'never') return REFRESH_ADVICE;
  if (outlook === 'unknown') return `collect a history: run ${POLL_COMMANDS[identity?.source ?? 'imds']}`;
  if (hasWaited) return 'wait longer with --wait';
  if (nextRotation === null) return 'wait for the rotation: --wait 2h';
  const minutes = Math.max(1, (nextRotation.latest - judgedAt) / 60_000 + 1);
  const roundTo = minutes > 10 ? 5 : 1;
  return `wait for the rotation: --wait ${short(Math.ceil(minutes / roundTo) * roundTo * 60)}`;
}

/** Progress while the command waits for a safe start. */
export function describeWaiting({ judgement, limit }: { judgement: NowJudgement; limit: Instant }): string {
  const until = `waiting until ${formatTimestamp(limit)} at most`;
  if (judgement.verdict === 'unknown') return `${until}; the last poll failed`;
  const shortfall = `${duration(-judgement.spare)} short`;
  return judgement.nextRotation === null
    ? `${shortfall}; ${until} for a rotation; ${NO_FORECAST}`
    : `${shortfall}; the next rotation is ${describeForecast(judgement.nextRotation, judgement.judgedAt)}; ${until}`;
}
