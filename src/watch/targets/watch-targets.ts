import { setMaxListeners } from 'node:events';
import type { Clock } from '../../clock.ts';
import type { Seconds } from '../../domain/model.ts';
import { createGracePeriod } from '../grace-period.ts';
import type { PollContext, RecordedPoll } from '../poll-once.ts';
import { watch } from '../watch.ts';
import type { PollPool } from './poll-pool.ts';

export interface WatchedTarget {
  context: PollContext;
  interval: Seconds;
}

export interface TargetOptions<Target> {
  pool: PollPool;
  clock: Clock;
  /** Prevents further polls. A running poll is finished and recorded, except if it takes more than two seconds. */
  stop: AbortSignal;
  onPoll(target: Target, recorded: RecordedPoll): void | Promise<void>;
}

/**
 * Polls every target once.
 * @returns the number of targets without a result, because `stop` was aborted
 * @throws CredWatchError if a poll could not be recorded; all other polls have ended
 */
export async function pollEachTarget<Target extends Pick<WatchedTarget, 'context'>>(
  targets: readonly Target[],
  { pool, clock, stop, onPoll }: TargetOptions<Target>,
): Promise<number> {
  const gracePeriod = createGracePeriod(stop, clock);
  // Every poll listens to both signals. Node warns about more than ten listeners.
  setMaxListeners(0, stop, gracePeriod.over);
  let missing = 0;
  const polls = targets.map(async (target) => {
    const recorded = await pool.poll(target.context, gracePeriod.over, stop);
    if (recorded === null || (gracePeriod.over.aborted && !recorded.outcome.ok)) missing += 1;
    else await onPoll(target, recorded);
  });
  const results = await Promise.allSettled(polls);
  gracePeriod.end();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return missing;
}

export interface WatcherOptions<Target> extends Omit<TargetOptions<Target>, 'stop'> {
  /** Abort it to stop. The watcher aborts it when a poll could not be recorded. */
  stop: AbortController;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
}

/** Polls targets at their intervals. The list of targets can change. */
export class TargetWatcher<Target extends WatchedTarget> {
  readonly #options: WatcherOptions<Target>;
  readonly #targets = new Map<Target, AbortController>();
  readonly #loops = new Set<Promise<void>>();
  readonly #errors: unknown[] = [];
  #sampleCount = 0;

  constructor(options: WatcherOptions<Target>) {
    this.#options = options;
    options.stop.signal.addEventListener('abort', () => this.setTargets([]));
  }

  /** Starts to poll new targets and stops to poll the others. Targets are compared by identity. */
  setTargets(targets: readonly Target[]): void {
    const wanted = new Set(targets);
    for (const [target, stop] of this.#targets) {
      if (wanted.has(target)) continue;
      stop.abort();
      this.#targets.delete(target);
    }
    for (const target of wanted) if (!this.#targets.has(target)) this.#start(target);
  }

  /**
   * Stops all targets, and waits for their running polls.
   * @returns the number of samples
   * @throws CredWatchError if a poll could not be recorded
   */
  async end(): Promise<number> {
    this.#options.stop.abort();
    await Promise.all(this.#loops);
    if (this.#errors.length > 0) throw this.#errors[0];
    return this.#sampleCount;
  }

  #start(target: Target): void {
    const { pool, clock, random, onPoll } = this.#options;
    const stop = new AbortController();
    this.#targets.set(target, stop);
    const watching = watch(
      target.context,
      {
        ...{ interval: target.interval, duration: null, clock, random, stop: stop.signal },
        onPoll: (recorded) => onPoll(target, recorded),
      },
      { poll: (...args) => pool.poll(...args), spreadsPolls: true },
    );
    const loop = watching
      .then((samples) => {
        this.#sampleCount += samples;
      })
      .catch((error: unknown) => {
        this.#errors.push(error);
        this.#options.stop.abort();
      })
      .finally(() => this.#loops.delete(loop));
    this.#loops.add(loop);
  }
}
