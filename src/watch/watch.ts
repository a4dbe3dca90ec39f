import type { Clock } from '../clock.ts';
import type { Seconds } from '../domain/model.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { chooseJitterFactor, computeBackoff, PollSchedule } from './poll-schedule.ts';

/**
 * Milliseconds for the current poll to finish after `stop`. systemd and Docker kill after ten seconds or
 * more, and a working endpoint responds much faster.
 */
const GRACE_PERIOD = 2000;

export interface WatchOptions {
  interval: Seconds;
  /** Null: until `stop`. */
  duration: Seconds | null;
  clock: Clock;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
  /** Abort to stop. The current poll is finished and recorded, except if it takes more than two seconds. */
  stop: AbortSignal;
  onPoll: (recorded: RecordedPoll) => void | Promise<void>;
}

/** Polls at an interval, one poll at a time. Returns the number of samples. */
export async function watch(context: PollContext, options: WatchOptions): Promise<number> {
  const { clock, stop, duration, onPoll } = options;
  const until = duration === null ? Number.POSITIVE_INFINITY : clock.now() + duration * 1000;
  const pollAbort = new AbortController();
  const ended = new AbortController();
  const abortPollLater = () => void clock.sleep(GRACE_PERIOD, ended.signal).then(() => pollAbort.abort());
  stop.addEventListener('abort', abortPollLater, { once: true });
  const schedule = new PollSchedule(context, options.interval);
  let samples = 0;
  let failures = 0;
  /** From the start of one poll to the start of the next, so that a slow poll does not delay the next one. */
  const computePause = (recorded: RecordedPoll): Seconds => {
    const { interval, random } = options;
    const factor = chooseJitterFactor(random);
    if (failures > 0) return Math.max(interval, computeBackoff(interval, failures)) * factor;
    return schedule.computePause(recorded, factor);
  };
  while (!stop.aborted) {
    const startedAt = clock.now();
    const recorded = await pollOnce(context, pollAbort.signal);
    if (pollAbort.signal.aborted && !recorded.outcome.ok) break;
    samples += recorded.outcome.ok ? 1 : 0;
    failures = recorded.outcome.ok ? 0 : failures + 1;
    await onPoll(recorded);
    const next = Math.max(startedAt + computePause(recorded) * 1000, clock.now());
    if (next > until) {
      // No poll is left, but `--for 1h` must take one hour.
      await clock.sleep(until - clock.now(), stop);
      break;
    }
    await clock.sleep(next - clock.now(), stop);
  }
  stop.removeEventListener('abort', abortPollLater);
  ended.abort();
  return samples;
}
