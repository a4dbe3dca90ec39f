import type { Clock } from '../../clock.ts';
import type { CredentialSource, PollOutcome } from '../../sources/source.ts';
import type { PollActivity } from './live-report.ts';

/** The same source; it is known when a look is under way, and how long the last one took. */
export class TimedSource implements CredentialSource, PollActivity {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #underWay: Promise<PollOutcome> | null = null;
  #milliseconds = 0;

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

  /** Of the last look. */
  get lastPollSeconds(): number {
    return this.#milliseconds / 1000;
  }

  async poll(signal?: AbortSignal): Promise<PollOutcome> {
    const begun = this.#clock.now();
    this.#underWay = this.#source.poll(signal);
    try {
      return await this.#underWay;
    } finally {
      this.#underWay = null;
      // A clock that was set back meanwhile tells nothing.
      this.#milliseconds = Math.max(0, this.#clock.now() - begun);
    }
  }

  isBusy(): boolean {
    return this.#underWay !== null;
  }

  async waitUntilIdle(): Promise<void> {
    while (this.#underWay !== null) {
      await this.#underWay.catch(() => {});
    }
  }
}
