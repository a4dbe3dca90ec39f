import type { Clock } from '../clock.ts';
import type { FailureReason, Instant, Seconds } from '../domain/model.ts';
import type { Job } from '../domain/verdict/job-verdict.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import { type JudgedPoll, pollAndJudge } from './judge-now.ts';
import type { PollContext } from './poll-once.ts';
import { computeBackoff, minPollInterval, randomJitterFactor } from './poll-schedule.ts';

/** While a rotation may come at any moment, it is looked for this often. */
const USUAL_PAUSE: Seconds = 60;

/** A source may rotate earlier than it ever did: no sleep is longer than this. */
const LONGEST_SLEEP: Seconds = 600;

/** Of a source that rotates within minutes a sixtieth of its interval is waited, so that little of the new one is lost. */
const LOOKS_PER_INTERVAL = 60;

export interface WaitOptions {
  job: Job;
  /** For how long; 0 is one look. */
  maxWait: Seconds;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  /** Aborted to give up. */
  stop: AbortSignal;
  onPollStart: () => void;
  /** Each look that was not safe and is waited after, with the host's hour of the next look and of giving up. */
  onWait: (judged: JudgedPoll, next: Instant, limit: Instant) => void | Promise<void>;
}

/**
 * Looks until a job that starts now is safe, and returns that verdict; or the last one, as soon as no start ever will be
 * safe by what is known, when the time is over, or when it is told to stop. It sleeps until a rotation is due.
 */
export async function waitUntilSafe(context: PollContext, options: WaitOptions): Promise<JudgedPoll> {
  const { job, maxWait, clock, stop, onPollStart, onWait } = options;
  const limit = clock.now() + maxWait * 1000;
  for (let failures = 0; ; ) {
    onPollStart();
    const judged = await pollAndJudge(context, job, () => clock.now(), stop);
    const { judgement } = judged;
    if (judgement.verdict === 'safe' || isHopeless(judged, context)) return judged;
    const now = clock.now();
    if (now >= limit || stop.aborted) return judged;
    failures = judged.recordedPoll.outcome.ok ? 0 : failures + 1;
    const next = Math.min(limit, now + nextPause(judgement, failures, context, options) * 1000);
    await onWait(judged, next, limit);
    await clock.sleep(next - now, stop);
    if (stop.aborted) return judged;
  }
}

/** What a process was given at its start stays as it is for as long as it lives. */
const FIXED: ReadonlySet<FailureReason> = new Set([
  'not-configured',
  'invalid-configuration',
  'host-not-allowed',
  'long-lived',
  'disabled',
]);

function isHopeless({ recordedPoll: { outcome }, judgement }: JudgedPoll, { source }: PollContext): boolean {
  if (source.name === 'environment') return true;
  return judgement.outlook === 'never' || (!outcome.ok && FIXED.has(outcome.reason));
}

function nextPause(
  { nextRotation, judgedAt }: NowJudgement,
  failures: number,
  { source }: PollContext,
  { random }: WaitOptions,
): Seconds {
  const shortest = minPollInterval(source);
  const factor = randomJitterFactor(random);
  const pace = Math.min(
    USUAL_PAUSE,
    (nextRotation?.interval ?? Number.POSITIVE_INFINITY) / LOOKS_PER_INTERVAL,
  );
  if (failures > 0) return Math.max(shortest, computeBackoff(pace, failures) * factor);
  const untilDue = nextRotation === null ? 0 : (nextRotation.earliest - judgedAt) / 1000;
  return Math.max(shortest, Math.min(LONGEST_SLEEP, untilDue), pace * factor);
}
