import type { Clock } from '../clock.ts';
import type { FailureReason, Instant, Seconds } from '../domain/model.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import { type ChooseJob, type JudgeContext, type JudgedPoll, pollAndJudge } from './judge-now.ts';
import type { PollContext } from './poll-once.ts';
import { chooseJitterFactor, computeBackoff, findMaxBackoff, getMinPollInterval } from './poll-schedule.ts';

/** The pause between polls while a rotation is due. */
const DEFAULT_PAUSE: Seconds = 60;

/** The maximum pause, because a source may rotate earlier than before. */
const MAX_PAUSE: Seconds = 600;

/** For sources that rotate within minutes: the number of polls per rotation interval. */
const POLLS_PER_INTERVAL = 60;

export interface WaitOptions {
  job: JobRequirement | ChooseJob;
  /** 0: poll once. */
  maxWait: Seconds;
  clock: Clock;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
  /** Abort to stop waiting. */
  stop: AbortSignal;
  onPollStart: () => void;
  /** Whether the job is longer than any credentials can be valid, as far as the history does not decide it. */
  isHopeless?: (judgement: NowJudgement) => Promise<boolean>;
  /** Called before each pause with the times of the next poll and of the end, by the host's clock. */
  onWait: (judged: JudgedPoll, next: Instant, limit: Instant) => void | Promise<void>;
}

/**
 * Polls until a job that starts now is safe, and returns that judgement. Returns the last judgement if no
 * start will ever be safe, if `maxWait` has passed, or if `stop` is aborted. Pauses until the next rotation
 * is due.
 */
export async function waitUntilSafe(context: JudgeContext, options: WaitOptions): Promise<JudgedPoll> {
  const { job, maxWait, clock, stop, onPollStart, onWait } = options;
  const limit = clock.now() + maxWait * 1000;
  for (let failures = 0; ; ) {
    onPollStart();
    const judged = await pollAndJudge(context, job, () => clock.now(), stop);
    const { judgement } = judged;
    if (judgement.verdict === 'safe' || isWaitingUseless(judged, context)) return judged;
    if (maxWait > 0 && (await options.isHopeless?.(judgement))) return judged;
    const now = clock.now();
    if (now >= limit || stop.aborted) return judged;
    failures = judged.recordedPoll.outcome.ok ? 0 : failures + 1;
    const next = Math.min(limit, now + computePause(judged, failures, context, options) * 1000);
    await onWait(judged, next, limit);
    await clock.sleep(next - now, stop);
    if (stop.aborted) return judged;
  }
}

/** Reasons that do not change while the process runs. */
const PERMANENT_REASONS: ReadonlySet<FailureReason> = new Set([
  'not-configured',
  'invalid-configuration',
  'host-not-allowed',
  'long-lived',
  'disabled',
  'region-missing',
  'mfa-required',
  'duration-not-allowed',
]);

function isWaitingUseless(
  { recordedPoll: { outcome }, judgement }: JudgedPoll,
  { source }: PollContext,
): boolean {
  // Environment variables do not change while the process runs.
  if (source.name === 'environment') return true;
  // The next credentials are valid for the same duration, and each request is an entry in CloudTrail.
  if (source.issuesCredentials && outcome.ok) return true;
  return judgement.outlook === 'never' || (!outcome.ok && PERMANENT_REASONS.has(outcome.reason));
}

function computePause(
  { recordedPoll: { outcome }, judgement: { nextRotation, judgedAt } }: JudgedPoll,
  failures: number,
  { source }: PollContext,
  { random }: WaitOptions,
): Seconds {
  const shortest = getMinPollInterval(source);
  const factor = chooseJitterFactor(random);
  const interval = nextRotation?.interval ?? Number.POSITIVE_INFINITY;
  const usual = Math.min(DEFAULT_PAUSE, interval / POLLS_PER_INTERVAL);
  if (!outcome.ok) {
    const limit = findMaxBackoff(source, outcome.reason);
    return Math.max(shortest, computeBackoff(usual, failures, limit) * factor);
  }
  const untilDue = nextRotation === null ? shortest : (nextRotation.earliest - judgedAt) / 1000;
  return Math.max(shortest, Math.min(MAX_PAUSE, untilDue), usual * factor);
}
