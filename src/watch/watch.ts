import type { Clock } from '../clock.ts';
import type { Seconds } from '../domain/model.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { computeBackoff, PollSchedule, randomJitterFactor } from './poll-schedule.ts';

/** What stops us (systemd, Docker) kills after ten seconds and more; a sound endpoint answers in far less than this. */
const GRACE = 2000;

export interface WatchOptions {
  interval: Seconds;
  /** Null to go on until told to stop. */
  duration: Seconds | null;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  /** Aborted to stop: a poll under way is finished and recorded first, but for one that hangs. */
  stop: AbortSignal;
  onPoll: (recorded: RecordedPoll) => void | Promise<void>;
}

/** Polls again and again, one poll at a time. Returns how many brought a sample. */
export async function watch(context: PollContext, options: WatchOptions): Promise<number> {
  const { clock, stop, duration, onPoll } = options;
  const until = duration === null ? Number.POSITIVE_INFINITY : clock.now() + duration * 1000;
  const brokenOff = new AbortController();
  const ended = new AbortController();
  const breakOff = () => void clock.sleep(GRACE, ended.signal).then(() => brokenOff.abort());
  stop.addEventListener('abort', breakOff, { once: true });
  const pace = new PollSchedule(context, options.interval);
  let samples = 0;
  let failures = 0;
  /** From the beginning of one poll to that of the next: a slow endpoint does not slow the pace. */
  const pauseAfter = (recorded: RecordedPoll): Seconds => {
    const { interval, random } = options;
    const factor = randomJitterFactor(random);
    if (failures > 0) return Math.max(interval, computeBackoff(interval, failures)) * factor;
    return pace.computePause(recorded, factor);
  };
  while (!stop.aborted) {
    const begun = clock.now();
    const recorded = await pollOnce(context, brokenOff.signal);
    if (brokenOff.signal.aborted && !recorded.outcome.ok) break;
    samples += recorded.outcome.ok ? 1 : 0;
    failures = recorded.outcome.ok ? 0 : failures + 1;
    await onPoll(recorded);
    const next = Math.max(begun + pauseAfter(recorded) * 1000, clock.now());
    if (next > until) {
      // The last stretch is waited for, so that `--for 1h` takes an hour.
      await clock.sleep(until - clock.now(), stop);
      break;
    }
    await clock.sleep(next - clock.now(), stop);
  }
  stop.removeEventListener('abort', breakOff);
  ended.abort();
  return samples;
}
