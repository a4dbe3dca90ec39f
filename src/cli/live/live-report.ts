import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import { CachedResult } from './cached-result.ts';

/** The report of the database at one instant. */
export interface ReportSnapshot extends StoredReport {
  now: Instant;
}

/** Polls have priority, because reading and judging block the only thread. */
export interface PollActivity {
  isBusy(): boolean;
  waitUntilIdle(): Promise<void>;
}

/** Renders reports of a database that changes. Concurrent requests share snapshots and texts. */
export class LiveReport {
  readonly #snapshot: CachedResult<ReportSnapshot>;
  readonly #polls: PollActivity;
  readonly #texts = new WeakMap<ReportSnapshot, Map<string, Promise<string>>>();

  constructor(assess: (now: Instant) => StoredReport, polls: PollActivity, clock: Clock) {
    this.#polls = polls;
    const takeSnapshot = () => {
      const now = clock.now();
      return { ...assess(now), now };
    };
    this.#snapshot = new CachedResult(takeSnapshot, () => polls.waitUntilIdle(), clock);
  }

  /** Call after each recorded poll. */
  invalidate(): void {
    this.#snapshot.invalidate();
  }

  /** @param name key of the text in the cache */
  async getText(name: string, render: (snapshot: ReportSnapshot) => Promise<string>): Promise<string> {
    const snapshot = await this.#snapshot.get(this.#polls.isBusy());
    const texts = this.#texts.get(snapshot) ?? new Map<string, Promise<string>>();
    this.#texts.set(snapshot, texts);
    const cached = texts.get(name);
    if (cached !== undefined) return cached;
    const text = render(snapshot);
    texts.set(name, text);
    return text;
  }
}
