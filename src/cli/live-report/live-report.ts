import type { Clock } from '../../clock.ts';

/** A text is kept for this many times its cost, so that rendering takes at most a tenth of the time. */
const MIN_AGE_PER_COST = 10;

/** After a change, rendering takes at most half of the time. Some sources issue new credentials at each poll. */
const MIN_AGE_PER_COST_AFTER_CHANGE = 1;

/** A larger cost is the step of a clock that was set. */
const MAX_COST_MS = 60_000;

interface CachedText {
  text: Promise<string>;
  startedAt: number;
  /** Null while the text is rendered. */
  costMs: number | null;
  pollCount: number;
  changeCount: number;
}

export interface LiveReport<Format> {
  /**
   * Call after each recorded poll.
   * @param hasChanged the result differs from the one of the poll before, so that the text is rendered again soon
   */
  invalidate(hasChanged?: boolean): void;
  getText(format: Format): Promise<string>;
}

/**
 * Renders the report of a database that changes with each poll: at most once per poll and format, and only
 * when a client requests it. Concurrent requests share the text.
 * @param lifetimeMs after this time, a text is rendered again even without a poll
 */
export function createLiveReport<Format>(
  render: (format: Format) => Promise<string>,
  clock: Pick<Clock, 'now'>,
  lifetimeMs: number,
): LiveReport<Format> {
  const cached = new Map<Format, CachedText>();
  let pollCount = 0;
  let changeCount = 0;
  let lastRendered: Promise<unknown> = Promise.resolve();

  const isFresh = (entry: CachedText): boolean => {
    if (entry.costMs === null) return true;
    const age = clock.now() - entry.startedAt;
    const share = entry.changeCount === changeCount ? MIN_AGE_PER_COST : MIN_AGE_PER_COST_AFTER_CHANGE;
    const minAge = entry.costMs * (1 + share);
    // The age is negative if the clock was set back.
    return age >= 0 && (age < minAge || (entry.pollCount === pollCount && age < lifetimeMs));
  };
  /** One text at a time: a report of many series needs much memory. Errors are not cached. */
  const start = (format: Format): CachedText => {
    const entry: CachedText = {
      ...{ text: Promise.resolve(''), startedAt: clock.now(), costMs: null, pollCount, changeCount },
    };
    entry.text = lastRendered.then(async () => {
      entry.startedAt = clock.now();
      entry.pollCount = pollCount;
      entry.changeCount = changeCount;
      try {
        return await render(format);
      } catch (error) {
        cached.delete(format);
        throw error;
      } finally {
        entry.costMs = Math.min(MAX_COST_MS, Math.max(0, clock.now() - entry.startedAt));
      }
    });
    lastRendered = entry.text.catch(() => {});
    cached.set(format, entry);
    return entry;
  };
  return {
    invalidate(hasChanged = false) {
      pollCount += 1;
      if (hasChanged) changeCount += 1;
    },
    getText(format) {
      const entry = cached.get(format);
      return (entry !== undefined && isFresh(entry) ? entry : start(format)).text;
    },
  };
}
