import type { Instant } from '../../../domain/model.ts';
import { KEY_PAIR_PROVIDERS, type ProviderName } from '../../../domain/provider-chain/providers.ts';
import type {
  EndedJob,
  ExpirationOrigin,
  ExpiryWarningCode,
  RunningJobJudgement,
  RunningUnknownReason,
} from '../../../domain/running-job/running-job.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { describeFailure } from '../failures/describe-failure.ts';
import type { Explanation } from '../failures/explanation.ts';
import { PROVIDER_PHRASES } from '../provider-chain/providers.ts';
import { describeJobWithMargin } from '../verdicts.ts';

/** `process 4711`. */
export const describeProcess = (pid: number) => `process ${pid}`;

/** One line that begins with the safety and a colon. */
export function describeRunningVerdict(judgement: RunningJobJudgement, pid: number): string {
  const { verdict, job, spare, elapsed } = judgement;
  const jobText = job === null ? 'a job' : describeJobWithMargin(job);
  const text = `${jobText} that has run for ${duration(elapsed)} as ${describeProcess(pid)}`;
  const { unknownReason, remaining } = judgement;
  if (unknownReason?.code === 'DURATION_UNKNOWN' && remaining !== null && remaining > 0)
    return `unknown: the credentials of ${describeProcess(pid)}, which has run for ${duration(elapsed)}, expire in ${duration(remaining)}`;
  if (verdict === 'unknown') return `unknown: ${text}`;
  if (isExpired(judgement) || spare === null) return `not safe: ${text}, its credentials have expired`;
  return verdict === 'safe'
    ? `safe: ${text}, ${duration(spare)} to spare`
    : `not safe: ${text}, ${duration(-spare)} short`;
}

/** An SDK keeps the keys of variables and files, and replaces all other credentials before they expire. */
const isRefreshed = (provider: ProviderName | null): provider is ProviderName =>
  provider !== null && !KEY_PAIR_PROVIDERS.some((name) => name === provider);

const describeNoCopy = (provider: ProviderName): string => {
  const source = `the process has no copy in its variables: its SDKs use ${PROVIDER_PHRASES[provider]}`;
  return isRefreshed(provider)
    ? `${source}, and get new credentials there before these expire; only a copy elsewhere can expire`
    : `${source}, so there is nothing to follow`;
};

/** Why the verdict is `unknown`. */
export function describeRunningUnknownReason(reason: RunningUnknownReason, pid: number): Explanation {
  switch (reason.code) {
    case 'NO_COPY':
      return {
        message:
          reason.provider === null
            ? 'the variables of the process have no credentials'
            : describeNoCopy(reason.provider),
        hint: `${isRefreshed(reason.provider) ? 'nothing to do if the job gets its credentials from an SDK; ' : ''}see with \`cred-watch sources --pid ${pid}\` which credentials its SDKs use and when they expire; if this is a script or \`cred-watch exec\`, give the id of its child that has the keys (\`pgrep -P ${pid}\` lists the children); if the job has a copy elsewhere, state its end with --expires 45m`,
      };
    case 'EXPIRATION_UNKNOWN':
      return {
        message: `${reason.hasDatabase ? 'the database does not have the key' : 'there is no database'}, and the variables of the process state no usable expiration of the keys: ${reason.detail}`,
        hint: 'state the end with --expires 45m, or give the database of `cred-watch poll` with --db',
      };
    case 'LONG_LIVED':
      return {
        message: 'the keys of the process are long-lived and do not expire, so there is nothing to follow',
        hint: 'if they will be deactivated, state the time with --expires',
      };
    case 'COPY_INVALID':
      return describeFailure(reason);
    case 'DURATION_UNKNOWN':
      return {
        message: 'the duration of the job is not known',
        hint: 'add -j 4h; or add --watch to follow the job until it ends',
      };
    case 'LONGER_THAN_DURATION':
      return {
        message: `the job has run ${duration(reason.overSeconds)} longer than its duration, so its end is not known`,
        hint: 'give a longer duration; or add --watch to follow the job until it ends',
      };
  }
}

/** For a process without keys, such as a script or `cred-watch exec`. @param children at least one */
export function describeChildrenWithKeys(pid: number, children: readonly number[]): Explanation {
  const shown = children.slice(0, 3).join(', ');
  const [subject, verb] = children.length === 1 ? ['process', 'has'] : ['processes', 'have'];
  return {
    message: `${subject} ${shown}, which ${describeProcess(pid)} started, ${verb} keys in the variables`,
    hint: `to judge these keys, give the id: --pid ${children[0]}`,
  };
}

/** Follows the time of the expiration. */
export const EXPIRATION_ORIGIN_TEXTS: Record<ExpirationOrigin, string> = {
  variables: 'as the variables of the process state',
  database: 'as the database states for this key',
  flag: 'as --expires states',
};

/** docs/jobs.md describes programs that hold locks. */
const INTERRUPT_ADVICE =
  'a copy cannot be renewed; stop the job now with one SIGINT, so that it can release its locks; or start it again after the next rotation if it fails';

const EXPIRED_ADVICE =
  'AWS refuses new requests; if the job fails, start it again with new credentials; do not kill a program that saves its state when it ends, such as Terraform';

/** What to do about a running job that is not safe. `''` for other verdicts. */
export function adviseRunningJob(judgement: RunningJobJudgement): string {
  const { verdict, spare, job } = judgement;
  if (verdict !== 'not-safe') return '';
  if (isExpired(judgement)) return EXPIRED_ADVICE;
  const remainingAtEnd = spare === null || job === null ? null : spare + job.margin;
  return remainingAtEnd !== null && remainingAtEnd >= 0
    ? `the job should end ${duration(remainingAtEnd)} before the expiration, which is less than the margin: let it run, and follow it with --watch`
    : INTERRUPT_ADVICE;
}

const isExpired = ({ expiration, judgedAt }: RunningJobJudgement) =>
  expiration !== null && expiration.at <= judgedAt;

/** Instants are by AWS's clock. */
export interface ExpiryInstants {
  expiration: Instant;
  now: Instant;
  /** By how much AWS's clock is ahead of the host's clock (default: 0). */
  aheadMs?: number;
}

/** A person reads the host's clock. */
function describeExpirationTime(
  { expiration, now, aheadMs = 0 }: ExpiryInstants,
  times: TimeFormat = UTC_TIMES,
): string {
  // A `Date` header has whole seconds, so a smaller difference is none.
  if (aheadMs < 1000) return times.shortTimestamp(expiration, now);
  return `${times.shortTimestamp(expiration - aheadMs, now - aheadMs)} by this host's clock`;
}

/** @param subject `the command` or `process 4711` */
export function describeExpiryWarning(
  code: ExpiryWarningCode,
  subject: string,
  instants: ExpiryInstants,
  times: TimeFormat = UTC_TIMES,
): Explanation {
  const at = describeExpirationTime(instants, times);
  return code === 'EXPIRED'
    ? {
        message: `the credentials of ${subject} expired at ${at}, and it is still running`,
        hint: EXPIRED_ADVICE,
      }
    : {
        message: `the credentials of ${subject} expire in ${describeTimeLeft(instants)}, at ${at}`,
        hint: INTERRUPT_ADVICE,
      };
}

/** At the start of a command that is watched. */
export const describeWatchedStart = (instants: ExpiryInstants): string =>
  `the credentials of the command expire in ${describeTimeLeft(instants)}, at ${describeExpirationTime(instants)}`;

const describeTimeLeft = ({ now, expiration }: ExpiryInstants): string =>
  duration(Math.max(0, secondsBetween(now, expiration)));

/** How long before or after the end of the job its credentials expired. */
export function describeEndedJob(
  { outcome, remainingAtEnd, expiration, endedAt }: EndedJob,
  times: TimeFormat = UTC_TIMES,
): string {
  switch (outcome) {
    case 'in-time':
      return `the job ended ${remainingAtEnd === 0 ? 'less than 1s' : duration(remainingAtEnd)} before its credentials expired`;
    case 'expired-before-end':
      return `the credentials expired ${duration(-remainingAtEnd)} before the job ended`;
    case 'unknown':
      return `the job ended at about the time when its credentials expired, ${times.shortTimestamp(expiration, endedAt)}`;
  }
}

/** What to do if the credentials expired before the end of the job, or may have expired. */
export const adviseEndedJob = ({ expiration, endedAt }: EndedJob, times: TimeFormat = UTC_TIMES): string =>
  `check the result of the job: AWS refused its requests from ${times.shortTimestamp(expiration, endedAt)} on`;

/** `2h 53m: the rest of the job and a margin of 5m`. */
export function describeRequiredRest({ rest, required, job }: RunningJobJudgement): string {
  if (job === null || required === null) return '';
  return `${duration(required)}: ${rest === 0 ? '' : 'the rest of the job and '}a margin of ${duration(job.margin)}`;
}
