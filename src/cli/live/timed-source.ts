import type { Clock } from '../../clock.ts';
import type { CredentialSource, PollOutcome } from '../../sources/source.ts';
import type { PollActivity } from './live-report.ts';

/** A source that knows whether a poll is running, and how long the last poll took. */
export class TimedSource implements CredentialSource, PollActivity {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #running: Promise<PollOutcome> | null = null;
  #lastPollMs = 0;

  constructor(source: CredentialSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  get name() {
    return this.#source.name;
  }

  get endpoint() {
    return this.#source.endpoint;
  }

  /** Duration of the last poll; 0 before the first one. */
  get lastPollSeconds(): number {
    return this.#lastPollMs / 1000;
  }

  async poll(signal?: AbortSignal): Promise<PollOutcome> {
    const startedAt = this.#clock.now();
    this.#running = this.#source.poll(signal);
    try {
      return await this.#running;
    } finally {
      this.#running = null;
      // Not negative, even if the clock was set back.
      this.#lastPollMs = Math.max(0, this.#clock.now() - startedAt);
    }
  }

  isBusy(): boolean {
    return this.#running !== null;
  }

  async waitUntilIdle(): Promise<void> {
    while (this.#running !== null) {
      await this.#running.catch(() => {});
    }
  }
}
