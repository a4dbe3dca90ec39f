import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';
import type { StoredReport } from '../../watch/stored-report.ts';
import { CachedResult } from './cached-result.ts';

/** What the database said at a moment. */
export interface AssessmentSnapshot extends StoredReport {
  now: Instant;
}

/** Whoever has the right of way: reading and judging keeps the only thread busy. */
export interface PollActivity {
  isBusy(): boolean;
  waitUntilIdle(): Promise<void>;
}

/** The reports of a database that is being written to, each made once for all who ask at the same time. */
export class LiveReport {
  readonly #snapshot: CachedResult<AssessmentSnapshot>;
  readonly #polls: PollActivity;
  #texts = new WeakMap<AssessmentSnapshot, Map<string, Promise<string>>>();

  constructor(assess: (now: Instant) => StoredReport, polls: PollActivity, clock: Clock) {
    this.#polls = polls;
    const take = () => {
      const now = clock.now();
      return { ...assess(now), now };
    };
    this.#snapshot = new CachedResult(take, () => polls.waitUntilIdle(), clock);
  }

  /** A poll was recorded. */
  invalidate(): void {
    this.#snapshot.invalidate();
  }

  async getText(name: string, render: (snapshot: AssessmentSnapshot) => Promise<string>): Promise<string> {
    const snapshot = await this.#snapshot.get(this.#polls.isBusy());
    const texts = this.#texts.get(snapshot) ?? new Map<string, Promise<string>>();
    this.#texts.set(snapshot, texts);
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = render(snapshot);
    texts.set(name, text);
    return text;
  }
}
