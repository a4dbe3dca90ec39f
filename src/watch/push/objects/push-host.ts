import type { Clock } from '../../../clock.ts';
import { type BackoffLimits, computePauseMs } from '../../../domain/time/backoff.ts';
import { CredWatchError } from '../../../errors.ts';
import {
  type ObjectStore,
  ObjectStoreUnavailable,
  type ReplacedVersion,
} from '../../../remote/object-storage/object-store.ts';
import { MAX_REQUESTS } from '../../../remote/object-storage/s3-store.ts';
import type { ParquetRow } from '../../../report/parquet/rows.ts';
import type { Outbox } from '../../../store/contract.ts';
import { forEachConcurrently } from './concurrently.ts';
import { assertRowsOfHost, type ForeignObject } from './foreign-rows.ts';
import { digestRows, type HostRows, haveSameSamples, type RowsByDay } from './host-rows.ts';
import type { Conditions } from './marker.ts';
import { mergeRows } from './merge-rows.ts';
import { type Day, findNeighbourDays, formatObjectKey } from './object-keys.ts';
import { formatState, type ObjectState } from './object-state.ts';

/** Another process can write the same object at the same time. */
const MAX_ROUNDS = 6;
const ROUND_BACKOFF: BackoffLimits = { minMs: 0, firstMs: 400, maxMs: 15_000 };

export interface HostPush {
  objects: ObjectStore;
  outbox: Outbox;
  conditions: Conditions;
  version: string;
  signal: AbortSignal;
  clock: Pick<Clock, 'sleep'>;
  random: () => number;
  onSent(): void;
}

/** Sends the days of a host whose rows have changed. */
export class HostPusher {
  readonly #local: HostRows;
  readonly #states: Map<Day, ObjectState>;
  readonly #push: HostPush;
  /** What was read from the destination. Null if the object does not exist. */
  readonly #foreign = new Map<Day, ForeignObject | null>();
  /** Days that another process has written since the last push of this database. */
  readonly #conflicting = new Set<Day>();

  /** @param states what the destination has confirmed, by day */
  constructor(local: HostRows, states: Map<Day, ObjectState>, push: HostPush) {
    this.#local = local;
    this.#states = states;
    this.#push = push;
  }

  /** @throws ObjectStoreUnavailable, CredWatchError */
  async run(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const changed = this.#findChanged();
      if (changed.size === 0) return;
      if (round > 0) await this.#pause(round);
      const merged = await this.#merge(changed);
      const toWrite = this.#findDaysToWrite(changed, merged);
      const write = (days: readonly Day[]) =>
        forEachConcurrently(days, MAX_REQUESTS, (day) => this.#write(day, merged.get(day) ?? []));
      // A row that another day gets is written there first. After an interruption, the changed days are sent again.
      const others = toWrite.filter((day) => !changed.has(day));
      await write(others);
      if (others.some((day) => this.#conflicting.has(day))) continue;
      await write(toWrite.filter((day) => changed.has(day)));
    }
    if (this.#findChanged().size === 0) return;
    throw new ObjectStoreUnavailable(
      `other processes are writing the objects of host ${this.#local.host} at the same time`,
    );
  }

  #pause(round: number): Promise<void> {
    const { clock, random, signal } = this.#push;
    return clock.sleep(computePauseMs(ROUND_BACKOFF, round, random), signal);
  }

  /** The days whose rows in the database are not confirmed. */
  #findChanged(): ReadonlySet<Day> {
    const days = new Set([...this.#local.days.keys(), ...this.#states.keys()]);
    const isConfirmed = (day: Day) => this.#states.get(day)?.digest === this.#digestLocal(day);
    return new Set([...[...days].filter((day) => !isConfirmed(day)), ...this.#conflicting]);
  }

  readonly #digests = new Map<Day, string>();

  #digestLocal(day: Day): string {
    const digest = this.#digests.get(day) ?? digestRows(this.#local.days.get(day));
    this.#digests.set(day, digest);
    return digest;
  }

  /** Whether the object has exactly the rows of this database, or a write will fail. */
  #isTrusted(day: Day): boolean {
    const state = this.#states.get(day);
    return state?.isOwn === true && this.#push.conditions === 'conditional' && !this.#conflicting.has(day);
  }

  /** Reads the objects that may have other rows, and joins the rows. */
  async #merge(changed: ReadonlySet<Day>): Promise<RowsByDay> {
    const uncertain = [...changed].filter((day) => !this.#isTrusted(day));
    // Another database can have an earlier sample of a generation, so its row can be in another day.
    await this.#read([...uncertain, ...uncertain.flatMap(findNeighbourDays)]);
    for (;;) {
      const foreign = new Map([...this.#foreign].map(([day, object]) => [day, object?.rows ?? []]));
      const merged = mergeRows(this.#local, foreign);
      const unread = [...merged.keys()].filter(
        (day) => !this.#isKnown(day) && !haveSameSamples(merged.get(day), this.#local.days.get(day)),
      );
      if (unread.length === 0) return merged;
      await this.#read(unread);
    }
  }

  #isKnown(day: Day): boolean {
    return this.#foreign.has(day) || this.#isTrusted(day);
  }

  async #read(days: readonly Day[]): Promise<void> {
    const unread = [...new Set(days)].filter((day) => !this.#isKnown(day));
    await forEachConcurrently(unread, MAX_REQUESTS, async (day) => {
      this.#foreign.set(day, await this.#readObject(day));
    });
  }

  async #readObject(day: Day): Promise<ForeignObject | null> {
    const { objects, signal } = this.#push;
    const { host } = this.#local;
    const key = formatObjectKey(host, day);
    const object = await objects.get(key, signal);
    if (object === null) return null;
    const { readParquet } = await import('../../../report/parquet/parquet-file.ts');
    const name = `${objects.name}: ${key}`;
    const rows = await readParquet(object.content).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown error';
      throw new CredWatchError(`${name} is not an object of push: ${reason}`, 'move the object away', {
        cause: error,
      });
    });
    assertRowsOfHost(rows, host, name);
    return { rows, version: object.version };
  }

  /** The changed days, and the days that get or lose a row of another day. */
  #findDaysToWrite(changed: ReadonlySet<Day>, merged: RowsByDay): Day[] {
    const days = new Set([...changed, ...this.#foreign.keys(), ...merged.keys()]);
    return [...days].sort().filter((day) => {
      const rows = merged.get(day);
      const foreign = this.#foreign.get(day);
      if (foreign === undefined)
        return (
          changed.has(day) || (this.#isTrusted(day) && !haveSameSamples(rows, this.#local.days.get(day)))
        );
      const present = foreign?.rows.map((values) => ({ values }));
      if (!changed.has(day)) return !haveSameSamples(rows, present);
      if (foreign === null ? rows !== undefined : digestRows(rows) !== digestRows(present)) return true;
      // After a lost reply, the object has these rows already.
      this.#confirm(day, rows, foreign?.version ?? '');
      return false;
    });
  }

  async #write(day: Day, rows: readonly ParquetRow[]): Promise<void> {
    const { objects, signal, version, onSent } = this.#push;
    const { renderParquet } = await import('../../../report/parquet/parquet-file.ts');
    const key = formatObjectKey(this.#local.host, day);
    const written = await objects.put(key, renderParquet(rows, { version }), this.#getReplaced(day), signal);
    this.#foreign.delete(day);
    if (written === null) {
      this.#conflicting.add(day);
      return;
    }
    this.#confirm(day, rows, written);
    onSent();
  }

  #getReplaced(day: Day): ReplacedVersion {
    if (this.#push.conditions === 'unconditional') return 'any';
    const foreign = this.#foreign.get(day);
    if (foreign !== undefined) return foreign ?? 'none';
    const state = this.#states.get(day);
    return state === undefined || state.version === '' ? 'none' : state;
  }

  #confirm(day: Day, rows: readonly ParquetRow[] | undefined, version: string): void {
    this.#conflicting.delete(day);
    const digest = this.#digestLocal(day);
    const state = { digest, version, isOwn: digestRows(rows) === digest };
    this.#states.set(day, state);
    const key = formatObjectKey(this.#local.host, day);
    this.#push.outbox.confirm([{ kind: 'object', key, digest: formatState(state) }]);
  }
}
