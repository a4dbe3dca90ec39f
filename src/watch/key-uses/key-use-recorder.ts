import type { Clock } from '../../clock.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { isDatabaseLocked, MAX_SHORT_LOCK_MS } from '../database-lock.ts';
import { explainLoss } from '../poll-once.ts';
import { PendingUses, type ServedKey } from './pending-uses.ts';

const WRITE_EVERY_MS = 3000;

/** A write blocks responses, so it hardly waits for other programs. The next write tries again. */
const MAX_LOCK_WAIT_MS = 10;

/** For the last write: no client waits for a response then. */
const MAX_LAST_LOCK_WAIT_MS = 5000;

type KeyUseStore = Pick<SampleStore, 'keyUses' | 'close'>;

export interface KeyUseRecorderOptions {
  /** Opens the database. Called again after an error, so that records continue when the database works again. */
  open(): KeyUseStore;
  /** The name of the host that serves the keys. */
  host: string;
  clock: Clock;
  /** Gets the first error of each time in which the database cannot be written. */
  onError(error: unknown): void;
}

/**
 * Records which programs got which keys. Keeps the responses of the last seconds in memory, and those of the time in
 * which the database cannot be written.
 */
export class KeyUseRecorder {
  readonly #options: KeyUseRecorderOptions;
  readonly #pending = new PendingUses();
  readonly #end = new AbortController();
  #writing: Promise<void> | null = null;
  #store: KeyUseStore | null = null;
  #lockedSince: number | null = null;
  #isErrorReported = false;

  constructor(options: KeyUseRecorderOptions) {
    this.#options = options;
  }

  /** Starts to write. Earlier responses are kept in memory. */
  start(): void {
    this.#writing ??= this.#writeRepeatedly();
  }

  add(key: ServedKey): void {
    this.#pending.add(key);
  }

  /** Writes the rest, and closes the database. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#writing;
    this.#write(MAX_LAST_LOCK_WAIT_MS);
    this.#closeStore();
  }

  async #writeRepeatedly(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#options.clock.sleep(WRITE_EVERY_MS, signal);
      if (!signal.aborted) this.#write(MAX_LOCK_WAIT_MS);
    }
  }

  #write(maxWaitMs: number): void {
    const uses = this.#pending.list();
    if (uses.length === 0) return;
    const { host, open } = this.#options;
    try {
      explainLoss('the programs that got keys were not recorded', () => {
        this.#store ??= open();
        this.#store.keyUses.record(host, uses, maxWaitMs);
      });
      this.#pending.clear();
      this.#lockedSince = null;
      this.#isErrorReported = false;
    } catch (error) {
      this.#handle(error);
    }
  }

  #handle(error: unknown): void {
    const isLocked = isDatabaseLocked(error);
    if (!isLocked) this.#closeStore();
    const { clock, onError } = this.#options;
    const now = clock.now();
    if (isLocked) this.#lockedSince ??= now;
    const isShort =
      isLocked && now - (this.#lockedSince ?? now) < MAX_SHORT_LOCK_MS && !this.#end.signal.aborted;
    if (isShort || this.#isErrorReported) return;
    this.#isErrorReported = true;
    try {
      onError(error);
    } catch {
      // The function that reports errors has failed, so this error cannot be reported.
    }
  }

  #closeStore(): void {
    try {
      this.#store?.close();
    } catch {
      // The error that made the database unusable has been reported.
    }
    this.#store = null;
  }
}
