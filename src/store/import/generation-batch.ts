import { isDeepStrictEqual } from 'node:util';
import {
  correctTime,
  getGenerationKey,
  mergeGenerations,
  summariseSamples,
} from '../../domain/measurement/generations.ts';
import type { Instant, IssuedCredentials, RecordedGeneration, SampleTime, Span } from '../../domain/model.ts';
import type { GenerationRecord } from '../archive/record.ts';
import { GenerationRows, type StoredGeneration } from '../generation-rows.ts';
import { LaterSamples } from '../later-samples.ts';
import { type GroupedSamples, SampleRows } from '../sample-rows.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/corrected-time.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';

/** Samples that wait to be written. */
interface WaitingSamples extends GroupedSamples {
  times: SampleTime[];
}

/** A generation of this batch. */
interface OpenGeneration {
  seriesId: number;
  key: string;
  /** As it is in the database. Null before the first write. */
  stored: StoredGeneration | null;
  /** The samples that wait, without their number. */
  seen: RecordedGeneration | null;
  waiting: Map<string, WaitingSamples>;
  /** The samples of the last call. */
  last: WaitingSamples | null;
}

/** What this batch changed in a series. */
interface SeriesChanges {
  /** The corrected times of the added samples. */
  added: Span;
  /** All samples of the generations that this batch added. */
  fresh: Map<number, SampleTime[]>;
}

/**
 * Adds samples and generations. Collects the samples of each generation, because every statement of SQLite takes
 * as long as the insertion of several rows. Call it inside a transaction: `start` first, and `finish` at the end.
 */
export class GenerationBatch {
  readonly #rows: GenerationRows;
  readonly #samples: SampleRows;
  readonly #laterSamples: LaterSamples;
  readonly #countSamplesBefore;
  /** The number of added samples. */
  #added = 0;
  readonly #generations = new Map<string, OpenGeneration>();
  /** By series. */
  readonly #changes = new Map<number, SeriesChanges>();

  constructor(connection: DatabaseConnection) {
    this.#rows = new GenerationRows(connection);
    this.#samples = new SampleRows(connection);
    this.#laterSamples = new LaterSamples(connection);
    this.#countSamplesBefore = connection
      .prepare<[number, Instant], number>(
        `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} < ?`,
      )
      .pluck();
  }

  start(): void {
    this.#added = 0;
    this.#generations.clear();
    this.#changes.clear();
    this.#samples.discard();
  }

  addSamples(
    seriesId: number,
    credentials: IssuedCredentials,
    times: readonly SampleTime[],
    ordinal: number,
  ): void {
    const seen = { ...summariseSamples(credentials, times), samples: 0 };
    const open = this.#open(seriesId, seen);
    open.seen = open.seen === null ? seen : mergeGenerations(open.seen, seen);
    for (const time of times) addWaiting(open, credentials, time, ordinal);
  }

  /**
   * This database may have samples that the export has pruned. Only the others are added to the count.
   * @returns true if the record is new
   */
  addGeneration(seriesId: number, record: GenerationRecord): boolean {
    const open = this.#open(seriesId, record.generation);
    open.stored ??= this.#rows.find(seriesId, open.key);
    if (open.stored === null) open.seen ??= { ...record.generation, samples: 0 };
    const { id, generation, prunedUntil } = this.#write(open);
    this.#samples.flush();
    const storedEarlier = requireRow(this.#countSamplesBefore.get(id, record.prunedUntil));
    const stored = requireRow(this.#countSamplesBefore.get(id, Number.MAX_SAFE_INTEGER));
    const missing = Math.max(0, record.earlierSampleCount - storedEarlier);
    const pruned = Math.max(generation.samples - stored, missing);
    const merged = { ...mergeGenerations(generation, record.generation), samples: stored + pruned };
    const until = missing > 0 ? Math.max(prunedUntil ?? 0, record.prunedUntil) : prunedUntil;
    return this.#save(open, { id, generation: merged, prunedUntil: until });
  }

  /** Writes the samples that wait. Returns the number of samples that were added since `start`. */
  finish(): number {
    for (const open of this.#generations.values()) this.#write(open);
    this.#samples.flush();
    for (const [seriesId, { added, fresh }] of this.#changes)
      this.#laterSamples.update(seriesId, added, fresh);
    return this.#added;
  }

  #open(seriesId: number, credentials: IssuedCredentials): OpenGeneration {
    const key = getGenerationKey(credentials);
    const name = `${seriesId}/${key}`;
    let open = this.#generations.get(name);
    if (open === undefined) {
      open = { seriesId, key, stored: null, seen: null, waiting: new Map(), last: null };
      this.#generations.set(name, open);
    }
    return open;
  }

  #write(open: OpenGeneration): StoredGeneration {
    const { seriesId, key, seen } = open;
    const groups = [...open.waiting.values()].map(sortTimes);
    open.waiting.clear();
    open.last = null;
    open.seen = null;
    const added = open.stored === null && seen !== null ? this.#add(open, seen, groups) : null;
    if (added !== null) return added;
    open.stored ??= requireRow(this.#rows.find(seriesId, key));
    if (seen !== null) this.#extend(open, open.stored, seen, groups);
    return open.stored;
  }

  /** Returns null if the database has the generation. */
  #add(
    open: OpenGeneration,
    seen: RecordedGeneration,
    groups: readonly WaitingSamples[],
  ): StoredGeneration | null {
    const times = groups.flatMap((group) => (group.ordinal === 0 ? group.times : []));
    const generation = { ...seen, samples: times.length };
    const id = this.#rows.add(open.seriesId, open.key, generation);
    if (id === null) return null;
    for (const group of groups) {
      this.#samples.insertNew(id, group);
      this.#added += group.times.length;
    }
    this.#noteChange(open.seriesId, generation).fresh.set(id, times);
    open.stored = { id, generation, prunedUntil: null };
    return open.stored;
  }

  /** Pruned samples are not added again. Their generation still counts them. */
  #extend(
    open: OpenGeneration,
    { id, generation, prunedUntil }: StoredGeneration,
    seen: RecordedGeneration,
    groups: readonly WaitingSamples[],
  ): void {
    const isKept = (time: SampleTime) => prunedUntil === null || correctTime(time) >= prunedUntil;
    let samples = 0;
    for (const group of groups) {
      const added = this.#samples.insert(id, { ...group, times: group.times.filter(isKept) });
      this.#added += added;
      if (group.ordinal === 0) samples += added;
      if (added > 0) this.#changes.get(open.seriesId)?.fresh.delete(id);
    }
    this.#save(open, { id, generation: mergeGenerations(generation, { ...seen, samples }), prunedUntil });
  }

  /** Returns false if nothing changes, as nearly always in an import that is repeated. */
  #save(open: OpenGeneration, stored: StoredGeneration): boolean {
    if (isDeepStrictEqual(open.stored, stored)) return false;
    this.#rows.update(stored);
    open.stored = stored;
    this.#noteChange(open.seriesId, stored.generation);
    return true;
  }

  /** Includes the whole generation, because its last sample may have changed. */
  #noteChange(seriesId: number, { firstSeen: from, lastSeen: to }: RecordedGeneration): SeriesChanges {
    const known = this.#changes.get(seriesId);
    const changes = known ?? { added: { from, to }, fresh: new Map<number, SampleTime[]>() };
    const { added } = changes;
    changes.added = { from: Math.min(added.from, from), to: Math.max(added.to, to) };
    if (known === undefined) this.#changes.set(seriesId, changes);
    return changes;
  }
}

function addWaiting(
  open: OpenGeneration,
  credentials: IssuedCredentials,
  time: SampleTime,
  ordinal: number,
): void {
  if (open.last === null || !isGroupOf(open.last, credentials, ordinal)) {
    const { lastUpdated, expiration, zoneless } = credentials;
    const name = `${ordinal} ${lastUpdated} ${expiration} ${zoneless}`;
    open.last = open.waiting.get(name) ?? null;
    if (open.last === null) {
      open.last = { credentials, ordinal, times: [time] };
      open.waiting.set(name, open.last);
      return;
    }
  }
  open.last.times.push(time);
}

const isGroupOf = (samples: GroupedSamples, credentials: IssuedCredentials, ordinal: number): boolean =>
  samples.ordinal === ordinal &&
  samples.credentials.lastUpdated === credentials.lastUpdated &&
  samples.credentials.expiration === credentials.expiration &&
  samples.credentials.zoneless === credentials.zoneless;

/** Sorts by the key of the table, and removes equal samples. */
function sortTimes(samples: WaitingSamples): WaitingSamples {
  const { times } = samples;
  const isDistinct = (time: SampleTime, index: number) => {
    const before = index === 0 ? undefined : times[index - 1];
    return before === undefined || compareKeys(before, time) < 0;
  };
  if (times.every(isDistinct)) return samples;
  times.sort(compareKeys);
  return { ...samples, times: times.filter(isDistinct) };
}

const compareKeys = (a: SampleTime, b: SampleTime): number =>
  a.observedAt - b.observedAt ||
  (a.clockOffset ?? Number.POSITIVE_INFINITY) - (b.clockOffset ?? Number.POSITIVE_INFINITY) ||
  0;
