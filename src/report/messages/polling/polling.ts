import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { FailureReason, Instant, Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { type Assessment, findDecisiveJob } from '../../../domain/verdict/assessment.ts';
import { toSafety } from '../../../domain/verdict/figures/severity.ts';
import { formatCount, formatRemaining } from '../../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';

/** Counts of the polls of one process. */
export interface PollCounts {
  /** Failed polls included. */
  polls: number;
  failed: number;
  /** Changes to credentials that this process had not seen before. */
  rotations: number;
}

/** Polls fail without a success between them. */
export interface Failing {
  since: Instant;
  /** Of the last poll. */
  reason: FailureReason;
}

/** What a poller knows between two polls. Times are by the host's clock. */
export interface PollingState extends PollCounts {
  now: Instant;
  /** Between two polls that succeed. */
  interval: Seconds;
  /** When the newest credentials expire. Null before the first sample. */
  expiresAt: Instant | null;
  /** Null while a poll runs, and before the first one. Infinite after the last one. */
  nextPollAt: Instant | null;
  /** Null if the last poll succeeded. */
  failing: Failing | null;
}

/** The parts of one line, the most important ones first. */
export function listPollingParts(state: PollingState, times: TimeFormat = UTC_TIMES): string[] {
  const { now, expiresAt, failing } = state;
  return [
    ...(failing === null
      ? []
      : [`failing since ${times.shortTimestamp(failing.since, now)}: ${failing.reason}`]),
    ...(expiresAt === null ? [] : [formatRemaining(toSeconds(expiresAt - now))]),
    describeNextPoll(state),
    formatCount(state.rotations, 'rotation'),
    formatCount(state.polls, 'poll'),
    `${state.failed} failed`,
  ];
}

/** The pause varies, so that many pollers do not poll at once. After a failure, it is longer than the interval. */
function describeNextPoll({ nextPollAt: at, now, interval, failing }: PollingState): string {
  if (at === Number.POSITIVE_INFINITY) return 'no further poll';
  if (at === null || at <= now) return 'polling';
  const pause = Math.ceil((at - now) / 1000);
  return `next poll in ${duration(failing === null ? Math.min(pause, Math.ceil(interval)) : pause)}`;
}

const toSeconds = (milliseconds: number): Seconds => Math.floor(milliseconds / 1000);

export const describeRecovery = (failedSince: Instant, times: TimeFormat = UTC_TIMES): string =>
  `polls succeed again; they had failed since ${times.timestamp(failedSince)}`;

/** Why the credentials of a poll are new to the process. */
export type NewCredentialsKind = 'first' | 'rotation' | 'new-role';

/**
 * Follows the line of a poll with new credentials. `''` for the first ones.
 * @param leadTime of the replaced credentials; negative if they had expired
 */
export function describeNewCredentials(kind: NewCredentialsKind, leadTime: Seconds | null): string {
  if (kind === 'first') return '';
  if (kind === 'new-role') return 'new role';
  if (leadTime === null) return 'rotation';
  return leadTime < 0
    ? 'rotation: the previous credentials had already expired'
    : `rotation: the previous credentials had ${formatRemaining(leadTime)}`;
}

/** What happened while the poller ran. */
export interface PollingSummary extends PollCounts {
  runTime: Seconds;
  /** Of the samples since the start. Null without a sample. */
  measurement: Measurement | null;
  /** Of all stored samples of the host and source. Null without a sample. */
  assessment: Assessment | null;
  /** The flags of the jobs, as in `-j 5h`. `''` without a job. */
  jobFlags: string;
  /** Other flags that `report` needs for the same verdict, as in `--db FILE`. */
  otherFlags: string;
}

/** What to do after the poller has stopped. */
export function adviseAfterPolling({
  measurement,
  rotations,
  assessment,
  jobFlags,
  otherFlags,
}: PollingSummary): string {
  if (measurement === null)
    return 'no credentials were read: `cred-watch sources` shows which providers answer';
  const report = ['cred-watch report', jobFlags || '-j 5h', otherFlags].filter(Boolean).join(' ');
  const keepSampling = '`cred-watch init` shows how to keep sampling on this machine';
  const job = assessment === null ? null : findDecisiveJob(assessment);
  if (job !== null && toSafety(job.verdict) === 'not-safe')
    return `\`${report}\` shows when a start is safe, and what to change`;
  if (rotations === 0 && !measurement.isIssuedPerRequest)
    return `keep sampling until a rotation was seen: ${keepSampling}`;
  return job === null
    ? `\`${report}\` judges a job; ${keepSampling}`
    : `\`${report}\` shows the reasons; ${keepSampling}`;
}
