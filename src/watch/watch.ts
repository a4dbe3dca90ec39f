import type { Clock } from '../clock.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import { createGracePeriod } from './grace-period.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { getMinPollInterval, PollSchedule } from './poll-schedule.ts';

export interface WatchOptions {
  interval: Seconds;
  /** Null: until `stop`. */
  duration: Seconds | null;
  clock: Clock;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
  /** Abort to stop. The current poll is finished and recorded, except if it takes more than two seconds. */
  stop: AbortSignal;
  /** `nextPollAt` is planned, and infinite if no poll follows. */
  onPoll: (recorded: RecordedPoll, nextPollAt: Instant) => void | Promise<void>;
  /** Called with the time of the next poll (infinite: no further poll), and with null at the start of each poll. */
  onPause?: (nextPollAt: Instant | null) => void;
}

/** How a poller shares its process with other pollers. */
export interface SharedPolling {
  /** Returns null if `stop` was aborted before the poll started. */
  poll(context: PollContext, abort: AbortSignal, stop: AbortSignal): Promise<RecordedPoll | null>;
  /** The second poll follows after a random part of the interval, so that later polls are spread. */
  spreadsPolls: boolean;
}

const NOT_SHARED: SharedPolling = { poll: pollOnce, spreadsPolls: false };

/** Polls at an interval, one poll at a time. Returns the number of samples. */
export async function watch(
  context: PollContext,
  options: WatchOptions,
  { poll, spreadsPolls }: SharedPolling = NOT_SHARED,
): Promise<number> {
  const { clock, stop, duration, onPoll, onPause, random } = options;
  const until = duration === null ? Number.POSITIVE_INFINITY : clock.now() + duration * 1000;
  const gracePeriod = createGracePeriod(stop, clock);
  const schedule = new PollSchedule(context, options);
  let samples = 0;
  let isFirst = true;
  while (!stop.aborted) {
    const startedAt = clock.now();
    onPause?.(null);
    const recorded = await poll(context, gracePeriod.over, stop);
    if (recorded === null || (gracePeriod.over.aborted && !recorded.outcome.ok)) break;
    samples += recorded.outcome.ok ? 1 : 0;
    let pause = schedule.computePause(recorded);
    if (isFirst && spreadsPolls) pause = Math.max(getMinPollInterval(context.source), pause * random());
    isFirst = false;
    // The pause is from start to start, so that a slow poll does not delay the next one.
    const plan = () => Math.max(startedAt + pause * 1000, clock.now());
    const planned = plan();
    await onPoll(recorded, planned > until ? Number.POSITIVE_INFINITY : planned);
    const next = plan();
    if (next > until) {
      // No further poll is due, but `--for 1h` must take one hour.
      onPause?.(Number.POSITIVE_INFINITY);
      await clock.sleep(until - clock.now(), stop);
      break;
    }
    onPause?.(next);
    await clock.sleep(next - clock.now(), stop);
  }
  gracePeriod.end();
  return samples;
}
