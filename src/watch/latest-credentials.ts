import type { Clock } from '../clock.ts';
import type { CredentialValues } from '../credential-formats/credential-values.ts';
import { correctedTime } from '../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import type { PolledCredentials, PollOutcome } from '../sources/source.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { minPollInterval } from './poll-schedule.ts';

/** Clients wait for one second or two; a source that fails may take ten to do so. */
const PATIENCE = 500;

export interface LatestCredentialsOptions {
  clock: Clock;
  /** What the caller was given a moment ago: it stands for a first look. */
  initialPoll?: PolledCredentials;
  onPoll?: (recorded: RecordedPoll) => void;
  /** A look could not be recorded. What it brought is handed out all the same: samples are no reason to end a job. */
  onRecordError?: (error: unknown) => void;
}

/** The credentials of a source as they are now, looked up when somebody wants them and recorded every time. */
export class LatestCredentials {
  readonly #context: PollContext;
  readonly #options: LatestCredentialsOptions;
  readonly #floor: Seconds;
  readonly #stop = new AbortController();
  #looking: Promise<void> | null = null;
  #lookedAt: Instant | null = null;
  #held: PolledCredentials | null = null;
  #clockOffset: Seconds | null = null;

  constructor(context: PollContext, options: LatestCredentialsOptions) {
    this.#context = context;
    this.#options = options;
    this.#floor = minPollInterval(context.source);
    if (options.initialPoll !== undefined) {
      this.#lookedAt = options.initialPoll.observedAt;
      this.#learn(options.initialPoll);
    }
  }

  /** Null where there is nothing that is still valid. Never rejects for what a source or a database does. */
  getLatest = async (): Promise<CredentialValues | null> => {
    if (this.#isDue()) this.#looking ??= this.#look();
    if (this.#looking !== null) await this.#waitFor(this.#looking);
    return this.#handOut();
  };

  /** No look is begun after this, and none writes to the store. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  #isDue(): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#lookedAt === null) return true;
    // A clock that was set back would put off the next look for as long.
    return Math.abs(this.#options.clock.now() - this.#lookedAt) >= this.#floor * 1000;
  }

  async #look(): Promise<void> {
    const { source } = this.#context;
    // Learnt before it is recorded, which a full or read-only disk prevents.
    const poll = async (signal?: AbortSignal) => {
      const outcome = await source.poll(signal);
      this.#learn(outcome);
      return outcome;
    };
    const heard = { ...this.#context, source: { name: source.name, endpoint: source.endpoint, poll } };
    try {
      const recorded = await pollOnce(heard, this.#stop.signal);
      if (!this.#stop.signal.aborted) this.#options.onPoll?.(recorded);
    } catch (error) {
      this.#options.onRecordError?.(error);
    } finally {
      // Its end counts: a source in trouble, which takes all its time to fail, is given a pause.
      this.#lookedAt = this.#options.clock.now();
      this.#looking = null;
    }
  }

  #learn(outcome: PollOutcome): void {
    this.#clockOffset = outcome.clockOffset ?? this.#clockOffset;
    // What a source serves after its end must not replace something that is still good.
    if (outcome.ok && this.#isValid(outcome)) this.#held = outcome;
  }

  /** With something to give, nobody waits for a source that is slow today. */
  async #waitFor(looking: Promise<void>): Promise<void> {
    if (this.#held === null || !this.#isValid(this.#held)) return looking;
    const over = new AbortController();
    await Promise.race([looking, this.#options.clock.sleep(PATIENCE, over.signal)]);
    over.abort();
  }

  #isValid({ credentials }: PolledCredentials): boolean {
    const observedAt = this.#options.clock.now();
    return correctedTime({ observedAt, clockOffset: this.#clockOffset }) < credentials.expiration;
  }

  #handOut(): CredentialValues | null {
    const held = this.#held;
    if (held === null || !this.#isValid(held)) return null;
    const { accessKeyId, expiration } = held.credentials;
    return { accessKeyId, ...held.secrets, expiration, accountId: held.accountId || null };
  }
}
