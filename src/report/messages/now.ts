import { isClockWrong } from '../../domain/aws-limits.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { isSessionTooShort } from '../../domain/requested-session.ts';
import { formatDuration as duration, formatFlagDuration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { FindingCode } from '../../domain/verdict/finding.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import type { NowJudgement, NowUnknownReason } from '../../domain/verdict/now-verdict.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { LONGER_VALIDITY_ADVICE, REFRESH_ADVICE } from './advice/refresh-advice.ts';
import { describeShortStartTime, formatShortStartTime } from './advice/short-start-time.ts';
import { adviseWait } from './advice/wait.ts';
import { describeFailure } from './failures/describe-failure.ts';
import type { Explanation } from './failures/explanation.ts';
import { describePolling } from './polling/collect-history.ts';
import { describeLongerSession, describeShortSession } from './provider-chain/role-sessions.ts';
import { EXPIRED_ADVICE } from './start-check/expired-credentials.ts';
import { CORRECT_CLOCK_HINT, describeClockNow } from './start-check/host-clock.ts';
import { describeMissingForecast } from './start-check/missing-forecast.ts';
import { describeDeadline, describeForecastOnHost } from './start-check/times.ts';
import { describeJobWithMargin } from './verdicts.ts';

/** One line that begins with the safety and a colon. */
export function describeNowVerdict(judgement: NowJudgement): string {
  const { verdict, job, spare, remaining, clockOffset, returned } = judgement;
  const jobText = `${describeJobWithMargin(job)} that starts now`;
  // By AWS's clock, the credentials may still be valid.
  if (verdict === 'not-safe' && isClockWrong(clockOffset) && clockOffset > 0)
    return `not safe: ${jobText}, ${describeClockNow(clockOffset)}`;
  // A job that refreshes its credentials requires 0 seconds.
  if (job.duration + job.margin === 0 && verdict === 'not-safe')
    return 'not safe: the credentials have expired';
  if (verdict === 'unknown') return `unknown: ${jobText}`;
  if (verdict === 'safe') return `safe: ${jobText}, ${duration(spare)} to spare`;
  if (returned !== null)
    return remaining <= 0
      ? `not safe: ${jobText}, because another endpoint serves expired credentials`
      : `not safe: ${jobText}, ${duration(-spare)} short with the credentials of another endpoint`;
  if (remaining <= 0) return `not safe: ${jobText}, the credentials have expired`;
  return `not safe: ${jobText}, ${duration(-spare)} short`;
}

/**
 * The verdict holds for a start now, which a reader can mistake for a verdict from history.
 * @param database the value of `--db`; null without the flag
 */
export function describeOtherStarts(job: NowJudgement['job'], database: NamedDatabase | null): string {
  const flags = [
    `-j ${formatFlagDuration(job.duration)}`,
    ...(job.margin === DEFAULT_MARGIN ? [] : [`--margin ${formatFlagDuration(job.margin)}`]),
    ...(typeof database?.file === 'string' ? [`--db ${quoteForShell(database.file)}`] : []),
  ];
  const same = database?.file === null ? ', with the same database' : '';
  return `not judged here: run \`cred-watch report ${flags.join(' ')}\`${same}`;
}

/** The database of a flag. `file` is null for a PostgreSQL database, whose address can contain a password. */
export interface NamedDatabase {
  file: string | null;
}

const PASS_CREDENTIALS_ADVICE =
  'start the job with `cred-watch exec`, which passes the credentials that it has judged';

/** Why the verdict is `unknown`. */
export function describeNowUnknownReason(reason: NowUnknownReason): Explanation {
  switch (reason.code) {
    case 'POLL_FAILED':
      return describeFailure(reason);
    case 'NO_SAMPLES':
      return {
        message: 'no sample of these credentials is stored',
        hint: 'remove --offline, or first run `cred-watch poll` with the same --source, --profile, --process, --role and --role-arn',
      };
    case 'ROLE_UNDECIDED':
      return {
        message:
          'samples of several roles are stored, and the configuration does not say which role the job has',
        hint: 'name the profile with --profile, or the role with --role',
      };
    case 'STALE_SAMPLES':
      return {
        message: `the last sample is ${duration(reason.ageSeconds)} old, more than ${duration(reason.maxAgeSeconds)}`,
        hint: 'remove --offline, poll more often, or accept older samples with --max-age',
      };
    case 'SAMPLES_IN_FUTURE':
      return {
        message: `the last sample is ${duration(reason.aheadSeconds)} ahead of the clock of this host`,
        hint: 'correct the clock, then poll again',
      };
    case 'SEVERAL_ENDPOINTS':
      return {
        message:
          'several endpoints answer, so the job may get other credentials than this request, and no recent sample has them',
        hint: `${PASS_CREDENTIALS_ADVICE}; or poll for ten minutes with \`cred-watch poll --interval 1m\`, then check again`,
      };
    case 'ISSUED_IN_FUTURE':
      return {
        message: `LastUpdated is ${duration(reason.aheadSeconds)} ahead of the clock, so the expiration may be wrong too`,
        hint: 'correct the clock of this host; if it is right, the endpoint states wrong times',
      };
  }
}

/** Follows an expiration that is earlier than the one stated by this poll. */
export const describeLaterExpiration = (stated: Instant, times: TimeFormat = UTC_TIMES) =>
  `as an earlier poll of this key stated; this poll states ${times.timestamp(stated)}, which is not used`;

/** Follows the credentials that the source returned. */
export const describeReturned = (remaining: string) =>
  `${remaining}; the request of the job may get the other credentials`;

const hasFinding = ({ findings }: NowJudgement, code: FindingCode) =>
  findings.some((each) => each.code === code);

const areExpired = ({ remaining }: NowJudgement) => remaining !== null && remaining < 0;

/** When a start will be safe according to the history. */
export function describeOutlook(judgement: NowJudgement, times: TimeFormat = UTC_TIMES): string {
  const { outlook, validityAfterRotation, safeUntil, session, required } = judgement;
  switch (outlook) {
    case 'now':
      return safeUntil === null
        ? 'a start is safe now'
        : `now; with these credentials until ${describeDeadline(safeUntil, judgement, times)}`;
    case 'after-rotation':
      return `after the next rotation, because all new credentials so far had enough validity${describeMissingForecast(judgement)}`;
    case 'perhaps-after-rotation': {
      const safeTime = findShortStartTime(judgement);
      return safeTime === null
        ? 'perhaps after the next rotation, because only some new credentials had enough validity'
        : `perhaps, for ${formatShortStartTime(safeTime)} after the next rotation`;
    }
    case 'never':
      if (session !== null && isSessionTooShort(session, required)) return describeShortSession(session);
      if (validityAfterRotation === null)
        return 'never, because no credentials of this series had enough validity';
      if (validityAfterRotation.max <= 0) return 'never, because new credentials were already expired';
      return `never, because new credentials were valid for ${duration(validityAfterRotation.max)} at most`;
    case 'unknown':
      return `unknown, because ${describeUnknownOutlook(judgement)}`;
  }
}

function describeUnknownOutlook(judgement: NowJudgement): string {
  const { validityAfterRotation, spare, clockOffset } = judgement;
  if (isClockWrong(clockOffset)) return 'the clock of the host is wrong';
  if (areExpired(judgement) && judgement.returned === null)
    return 'the credentials have expired and the history says nothing about the next ones';
  if (hasFinding(judgement, 'TWO_AT_ONCE'))
    return 'several endpoints answer, and the next request may get older or newer credentials';
  if (hasFinding(judgement, 'ISSUED_PER_REQUEST')) {
    return spare !== null && spare < 0
      ? 'every request gets new credentials, and these are not valid for long enough'
      : 'every request gets new credentials';
  }
  if (validityAfterRotation !== null && isTooLongSoFar(judgement))
    return `the history is short, and so far no new credentials had enough validity (${duration(validityAfterRotation.max)} at most)`;
  return 'there is too little history';
}

/** For how long a start was safe after every rotation, if that is too short to rely on. Else null. */
function findShortStartTime({ outlook, validityAfterRotation, required }: NowJudgement): Seconds | null {
  if (outlook !== 'perhaps-after-rotation' || validityAfterRotation === null) return null;
  const safeTime = validityAfterRotation.min - required;
  return safeTime < 0 ? null : safeTime;
}

/** The job needs more than all credentials had when they were issued. */
const isTooLongSoFar = ({ validityAfterRotation, required }: NowJudgement): boolean =>
  validityAfterRotation !== null && validityAfterRotation.max < required;

/** What the source returned would be enough for the job. */
const isOnlyOtherTooShort = ({ returned, judgedAt, required }: NowJudgement): boolean =>
  returned !== null && secondsBetween(judgedAt, returned.expiration) >= required;

export interface WaitState {
  /** The command has already waited for a safe start. */
  hasWaited: boolean;
  /** The credentials are from a stored sample, so the source may have replaced them. */
  isOffline?: boolean;
  /** No database can be opened, and a note has said why. */
  isWithoutDatabase?: boolean;
}

/** What to do if a start is not safe now; `''` if it is safe. */
export function buildNowAdvice(
  judgement: NowJudgement,
  { hasWaited, isOffline, isWithoutDatabase }: WaitState,
): string {
  const { verdict, outlook, nextRotation, judgedAt, identity } = judgement;
  const { session, required, clockOffset } = judgement;
  if (verdict === 'safe') return '';
  if (isOffline && areExpired(judgement)) return 'remove --offline: the stored credentials have expired';
  if (isClockWrong(clockOffset)) return CORRECT_CLOCK_HINT;
  if (isOnlyOtherTooShort(judgement)) return `${PASS_CREDENTIALS_ADVICE}; or repair the other endpoint`;
  if (identity !== null && (areExpired(judgement) || identity.source === 'environment'))
    return EXPIRED_ADVICE[identity.source];
  if (identity !== null && session !== null) {
    return isOffline && !isSessionTooShort(session, required)
      ? 'remove --offline: a new request gets new credentials'
      : describeLongerSession(session, judgement.job, identity.source);
  }
  if (outlook === 'never') return REFRESH_ADVICE;
  if (hasFinding(judgement, 'TWO_AT_ONCE'))
    return `try again, because another endpoint may have newer credentials; or ${REFRESH_ADVICE}`;
  if (hasFinding(judgement, 'ISSUED_PER_REQUEST')) return `${LONGER_VALIDITY_ADVICE}, or ${REFRESH_ADVICE}`;
  if (outlook === 'unknown') {
    const collect = describePolling(judgement, isWithoutDatabase === true);
    // So far, no rotation would have been enough, so a history will hardly help.
    if (isTooLongSoFar(judgement)) return `${REFRESH_ADVICE}; or ${collect}`;
    // Most tasks and builds start without a history, and lose it at their end.
    return identity?.source === 'container'
      ? `${hasWaited ? '' : 'wait for new credentials: --wait 2h; or '}${REFRESH_ADVICE}; if the database outlives the container, ${collect}`
      : `${collect}; or ${REFRESH_ADVICE}`;
  }
  const shortStartTime = findShortStartTime(judgement);
  if (shortStartTime !== null) return `${describeShortStartTime(shortStartTime)}: ${REFRESH_ADVICE}`;
  if (hasWaited) return 'wait longer with --wait';
  const wait = isOffline ? 'remove --offline, and wait for the rotation' : 'wait for the rotation';
  if (nextRotation === null) return `${wait}: --wait 2h`;
  if (nextRotation.latest < judgedAt)
    return isOffline
      ? `remove --offline: ${hasFinding(judgement, 'ROTATION_OVERDUE') ? 'the rotation is overdue' : 'only a new sample shows whether the rotation has happened'}`
      : 'the rotation is overdue: check the endpoint, or wait longer: --wait 2h';
  const { flag, reason } = adviseWait(nextRotation, required);
  return `${wait}: ${flag} (${reason})`;
}

/** Progress while the command waits for a safe start. */
export function describeWaiting(
  { judgement, limit }: { judgement: NowJudgement; limit: Instant },
  times: TimeFormat = UTC_TIMES,
): string {
  const until = `waiting until ${times.timestamp(limit)} at most`;
  if (judgement.unknownReason?.code === 'POLL_FAILED') return `${until}; the last poll failed`;
  if (judgement.unknownReason !== null)
    return `${until}; ${describeNowUnknownReason(judgement.unknownReason).message}`;
  if (areExpired(judgement)) return `the source serves expired credentials; ${until}`;
  const shortfall = `${duration(-judgement.spare)} short`;
  const forecast = describeForecastOnHost(judgement, times);
  return forecast === null
    ? `${shortfall}; ${until} for ${hasFinding(judgement, 'ISSUED_PER_REQUEST') ? 'other credentials' : 'a rotation'}${describeMissingForecast(judgement)}`
    : `${shortfall}; the next rotation is ${forecast}; ${until}`;
}
