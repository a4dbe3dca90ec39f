import type { ConformanceShape } from '../../../domain/conformance/conformance-check.ts';
import { findMinRemaining, judgeReads } from '../../../domain/conformance/watch/judge-reads.ts';
import type { WatchedCheck } from '../../../domain/conformance/watch/watched-check.ts';
import type { WatchedRead, WatchSummary } from '../../../domain/conformance/watch/watched-read.ts';
import { followKeys } from '../../../domain/conformance/watch/watched-rotations.ts';
import type { Seconds } from '../../../domain/model.ts';
import { UnknownCheck } from '../check-errors.ts';
import type { Prober } from '../exchanges/prober.ts';
import type { EndpointWatcher } from './endpoint-watcher.ts';

/** At most one request in this time, because other programs use the endpoint too. */
const MIN_PAUSE: Seconds = 10;
/** Short enough to date a rotation within a minute. */
const MAX_PAUSE: Seconds = 60;
/** Longer watches have longer pauses, so that about this many requests are sent. */
const USUAL_REQUESTS = 240;

export interface WatchOptions {
  seconds: Seconds;
  /** Called after each request. */
  onProgress?: (summary: WatchSummary) => void;
}

export interface Watch {
  checks: WatchedCheck[];
  summary: WatchSummary;
}

const choosePause = (seconds: Seconds): Seconds =>
  Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, seconds / USUAL_REQUESTS));

/** Sends one request after each pause, until the time is over or the prober's signal is aborted. */
export async function watchEndpoint(
  watcher: EndpointWatcher,
  { clock, signal }: Prober,
  shape: ConformanceShape,
  { seconds, onProgress }: WatchOptions,
): Promise<Watch> {
  const startedAt = clock.now();
  const pauseMs = choosePause(seconds) * 1000;
  const reads: WatchedRead[] = [];
  const summarize = () => summarizeReads(reads, seconds, Math.round((clock.now() - startedAt) / 1000));
  // Slow responses do not delay the later requests.
  for (let sendAt = startedAt + pauseMs; sendAt <= startedAt + seconds * 1000; sendAt += pauseMs) {
    await clock.sleep(Math.max(0, sendAt - clock.now()), signal);
    if (signal.aborted) break;
    const read = await watcher.step().catch((error: unknown) => {
      // The signal was aborted during the request.
      if (error instanceof UnknownCheck) return null;
      throw error;
    });
    if (read !== null) reads.push(read);
    onProgress?.(summarize());
  }
  return { checks: [...judgeReads(reads, shape), ...watcher.judge()], summary: summarize() };
}

function summarizeReads(
  reads: readonly WatchedRead[],
  plannedSeconds: Seconds,
  watchedSeconds: Seconds,
): WatchSummary {
  return {
    plannedSeconds,
    watchedSeconds: Math.min(watchedSeconds, plannedSeconds),
    readCount: reads.length,
    failedReadCount: reads.filter(({ document }) => document === null).length,
    rotationCount: followKeys(reads).rotations.length,
    minRemainingSeconds: findMinRemaining(reads),
  };
}
