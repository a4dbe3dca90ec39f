import type { RotationForecast } from '../../domain/measurement/forecast.ts';
import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { NowJudgement, NowUnknownReason } from '../../domain/verdict/now-verdict.ts';
import { formatShortTimestamp, formatTimestamp } from '../text/format-values.ts';
import { describeFailure } from './failures.ts';
import { describeJob, REFRESH_ADVICE } from './verdicts.ts';

/** The answer of this moment in one line. */
export function describeNowVerdict({ verdict, job, spare, remaining }: NowJudgement): string {
  const what = `${describeJob(job.duration)} that starts now`;
  // Whoever fetches credentials again needs them for no length of time.
  if (job.duration + job.margin === 0 && verdict === 'not-safe')
    return 'not safe: the credentials have expired';
  if (verdict === 'unknown') return `unknown: ${what}`;
  if (verdict === 'safe') return `safe: ${what}, ${duration(spare)} to spare`;
  if (remaining <= 0) return `not safe: ${what}, the credentials have expired`;
  return `not safe: ${what}, ${duration(-spare)} short`;
}

/** Why there is no answer. */
export function describeNowUnknownReason(reason: NowUnknownReason): { message: string; hint: string } {
  switch (reason.code) {
    case 'POLL_FAILED':
      return describeFailure(reason);
    case 'NO_SAMPLES':
      return {
        message: 'no sample of these credentials is stored',
        hint: 'take one: leave out --offline, or run `cred-watch poll`',
      };
    case 'STALE_SAMPLES':
      return {
        message: `the last sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}`,
        hint: 'leave out --offline, poll more often, or accept older ones with --max-age',
      };
    case 'SAMPLES_IN_FUTURE':
      return {
        message: `the last sample lies ${duration(reason.aheadSeconds)} ahead of this clock`,
        hint: 'set the clock right, then poll again',
      };
  }
}

/** `expected 18:45:12Z (in 12m 10s), between 18:44:02Z and 18:47:33Z`, all of one day without the day. */
export function describeForecast({ expected, earliest, latest }: RotationForecast, now: Instant): string {
  const moment = (instant: Instant) => formatShortTimestamp(instant, now);
  if (latest < now)
    return `overdue: it was expected by ${moment(latest)}, ${duration(secondsBetween(latest, now))} ago`;
  const between = earliest === latest ? '' : `, between ${moment(earliest)} and ${moment(latest)}`;
  const until =
    expected > now ? ` (in ${duration(secondsBetween(now, expected))})` : ' (it may come any moment)';
  return `expected ${moment(expected)}${until}${between}`;
}

/** Of a clock that was found to be wrong, in the words of this moment: nothing is corrected here. */
export const describeClockSkewNow = (offset: Seconds) =>
  `the host's clock was ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} that of the answers: here the later one counts`;

/** Why an earlier end counts than the one that was just stated. */
export const describeLaterExpiration = (stated: Instant) =>
  `so said an earlier look at this key; this one says ${formatTimestamp(stated)}, and the earlier end counts`;

/** When a start will be safe, or that none will, as far as history knows. */
export function describeOutlook({ outlook, validityAfterRotation, nextRotation }: NowJudgement): string {
  switch (outlook) {
    case 'now':
      return 'a start is safe now';
    case 'after-rotation':
      return `after the next rotation${nextRotation === null ? ', which no history foretells yet' : ''}: new credentials had enough left whenever that was measured`;
    case 'perhaps-after-rotation':
      return 'perhaps after the next rotation: some new credentials had enough left, not all';
    case 'never':
      if (validityAfterRotation === null) return 'never: no credentials that were seen here had as much left';
      if (validityAfterRotation.max <= 0) return 'never: new credentials had expired when they came';
      return `never: new credentials had at most ${duration(validityAfterRotation.max)} left`;
    case 'unknown':
      return 'not known: there is too little history';
  }
}

export interface WaitState {
  /** It was waited for a safe start already. */
  hasWaited: boolean;
}

const POLL: Record<SourceName, string> = {
  imds: '`cred-watch poll --interval 5m`',
  container: '`cred-watch poll --interval 5m`',
  profile: '`cred-watch poll --interval 5m` with the same --profile',
  process: '`cred-watch poll --interval 5m` with the same --process or --profile',
  environment: '`cred-watch poll --source environment`',
};

/** What to do where a start is not safe now. */
export function buildNowAdvice(
  { verdict, outlook, nextRotation, judgedAt, identity }: NowJudgement,
  { hasWaited }: WaitState,
): string {
  if (verdict === 'safe') return '';
  if (identity?.source === 'environment')
    return 'start anew with fresh credentials: variables do not change while a program runs';
  if (outlook === 'never') return REFRESH_ADVICE;
  if (outlook === 'unknown')
    return `sample it: ${POLL[identity?.source ?? 'imds']} learns when new credentials come`;
  if (hasWaited) return 'wait for longer with --wait';
  if (nextRotation === null) return 'wait for it: --wait 2h';
  const minutes = Math.max(1, (nextRotation.latest - judgedAt) / 60_000 + 1);
  const roundTo = minutes > 10 ? 5 : 1;
  return `wait for it: --wait ${short(Math.ceil(minutes / roundTo) * roundTo * 60)}`;
}

/** What is told while it is waited for a safe start. */
export function describeWaiting({ judgement, limit }: { judgement: NowJudgement; limit: Instant }): string {
  const until = `waiting until ${formatTimestamp(limit)} at most`;
  if (judgement.verdict === 'unknown') return `${until}; the last look failed`;
  const short = `${duration(-judgement.spare)} short`;
  return judgement.nextRotation === null
    ? `${short}; ${until} for a rotation, which no history foretells yet`
    : `${short}; the next rotation is ${describeForecast(judgement.nextRotation, judgement.judgedAt)}; ${until}`;
}
