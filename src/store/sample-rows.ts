import type { Instant, IssuedCredentials, Sample, SampleTime, Seconds } from '../domain/model.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { checkRow, requireNumber } from './sqlite/row-check.ts';

/** Samples of a generation that differ only in time and clock offset. */
export interface GroupedSamples {
  credentials: Omit<IssuedCredentials, 'accessKeyId'>;
  ordinal: number;
  times: readonly SampleTime[];
}

/** A row of `sample_groups`. */
interface SampleGroup {
  id: number;
  /** `elapsed` counts from this time. */
  baseTime: Instant;
}

/** Rows per statement. A statement with a single row takes three times as long per row. */
const ROWS_TOGETHER = 64;

/** An absent clock offset is `''`: the column belongs to the key, and UNIQUE treats NULLs as different. */
const ROW_WIDTH = 3;
const ROW = "(?, ?, coalesce(?, ''))";

/** Writes samples. All other modules read them from the view `samples`, except `prune` and `export`. */
export class SampleRows {
  readonly #connection: DatabaseConnection;
  readonly #nextOrdinal;
  readonly #findGroup;
  readonly #insertGroup;
  readonly #insert;
  /** Inserts {@link ROWS_TOGETHER} rows. Only imports use it. */
  #insertTogether: ReturnType<DatabaseConnection['prepare']> | null = null;
  /** The columns of the rows for `#insertTogether`. The array keeps its length, because it is filled so often. */
  readonly #waiting: (number | null)[] = [];
  #waitingCount = 0;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
    const isEqual = `generation_id = @generationId AND last_updated IS @lastUpdated AND expiration = @expiration
      AND zoneless = @zoneless`;
    this.#nextOrdinal = connection
      .prepare<[object], number>(
        `SELECT coalesce(max(ordinal) + 1, 0) FROM sample_groups JOIN sample_times
           ON group_id = id AND elapsed = @observedAt - base_time AND clock_offset = coalesce(@clockOffset, '')
         WHERE ${isEqual}`,
      )
      .pluck();
    this.#findGroup = connection.prepare<[object], SampleGroup>(
      `SELECT id, base_time AS baseTime FROM sample_groups WHERE ${isEqual} AND ordinal = @ordinal`,
    );
    this.#insertGroup = connection
      .prepare<[object], number>(
        `INSERT INTO sample_groups (generation_id, last_updated, expiration, zoneless, ordinal, base_time)
         VALUES (@generationId, @lastUpdated, @expiration, @zoneless, @ordinal, @baseTime) RETURNING id`,
      )
      .pluck();
    this.#insert = connection.prepare(`INSERT OR IGNORE INTO sample_times VALUES ${ROW}`);
  }

  /** Returns the ordinal for a new sample: 0, or the next one after those of equal samples. */
  nextOrdinal(generationId: number, sample: Sample): number {
    const { observedAt, clockOffset } = sample;
    const columns = { ...toGroupColumns(generationId, sample), observedAt, clockOffset };
    return requireRow(this.#nextOrdinal.get(columns));
  }

  /** Adds samples to their group, which is added if it is missing. Returns how many of them were not known. */
  insert(generationId: number, samples: GroupedSamples): number {
    if (samples.times.length === 0) return 0;
    const columns = { ...toGroupColumns(generationId, samples.credentials), ordinal: samples.ordinal };
    const known = this.#findGroup.get(columns);
    const group = known === undefined ? this.#addGroup(generationId, samples) : checkRow(known);
    let added = 0;
    for (const { observedAt, clockOffset } of samples.times) {
      added += this.#insert.run(group.id, observedAt - group.baseTime, clockOffset).changes;
    }
    return added;
  }

  /**
   * Adds samples to a group that is missing. Call `flush` before the samples are read.
   * @param samples at least one; all are distinct
   */
  insertNew(generationId: number, samples: GroupedSamples): void {
    const { id, baseTime } = this.#addGroup(generationId, samples);
    const waiting = this.#waiting;
    for (const { observedAt, clockOffset } of samples.times) {
      const at = this.#waitingCount * ROW_WIDTH;
      waiting[at] = id;
      waiting[at + 1] = observedAt - baseTime;
      waiting[at + 2] = clockOffset;
      this.#waitingCount += 1;
      if (this.#waitingCount < ROWS_TOGETHER) continue;
      this.#insertTogether ??= this.#connection.prepare(
        `INSERT INTO sample_times VALUES ${Array(ROWS_TOGETHER).fill(ROW).join(', ')}`,
      );
      this.#insertTogether.run(waiting);
      this.#waitingCount = 0;
    }
  }

  /** Inserts what `insertNew` has collected. */
  flush(): void {
    for (let at = 0; at < this.#waitingCount * ROW_WIDTH; at += ROW_WIDTH)
      this.#insert.run(this.#waiting.slice(at, at + ROW_WIDTH));
    this.#waitingCount = 0;
  }

  /** Forgets what `insertNew` has collected, because the transaction failed. */
  discard(): void {
    this.#waitingCount = 0;
  }

  #addGroup(generationId: number, { credentials, ordinal, times }: GroupedSamples): SampleGroup {
    const baseTime = requireRow(times[0]).observedAt;
    const columns = { ...toGroupColumns(generationId, credentials), ordinal, baseTime };
    return { id: requireRow(this.#insertGroup.get(columns)), baseTime };
  }
}

const toGroupColumns = (
  generationId: number,
  { lastUpdated, expiration, zoneless }: GroupedSamples['credentials'],
) => ({ generationId, lastUpdated, expiration, zoneless: Number(zoneless) });

/** Samples of a generation that differ only in time and clock offset, in the order of their times. */
export interface StoredRun extends Pick<Sample, 'lastUpdated' | 'expiration' | 'zoneless'> {
  ordinal: number;
  times: SampleTime[];
}

/** Limits the memory, because a generation can have millions of samples. */
const MAX_RUN_LENGTH = 1000;

interface SampleRow extends SampleTime {
  lastUpdated: Instant | null;
  expiration: Instant;
  zoneless: number;
  ordinal: number;
}

interface GroupRow extends Omit<SampleRow, keyof SampleTime> {
  id: number;
  baseTime: Instant;
  isOnlyGroup: number;
}

/**
 * Prepares a function that reads the samples of a generation, ordered by all of their values. Nearly all generations
 * have a single group, whose key has this order.
 */
export function prepareSampleReader(connection: DatabaseConnection) {
  const groups = connection.prepare<[number], GroupRow>(
    `SELECT id, last_updated AS lastUpdated, expiration, zoneless, ordinal, base_time AS baseTime,
       NOT EXISTS (SELECT 1 FROM sample_groups AS other
                   WHERE other.generation_id = own.generation_id AND other.id <> own.id) AS isOnlyGroup
     FROM sample_groups AS own WHERE generation_id = ?`,
  );
  const times = connection
    .prepare<[number], [number, Seconds | '']>(
      'SELECT elapsed, clock_offset FROM sample_times WHERE group_id = ?',
    )
    .raw();
  const samples = connection.prepare<[number], SampleRow>(
    `SELECT observed_at AS observedAt, clock_offset AS clockOffset, last_updated AS lastUpdated, expiration, zoneless,
       ordinal
     FROM samples WHERE generation_id = ?
     ORDER BY observed_at, clock_offset NULLS LAST, last_updated NULLS LAST, expiration, zoneless, ordinal`,
  );
  return function* (generationId: number): Generator<StoredRun> {
    // While this statement runs, all statements read one state of the database.
    for (const group of groups.iterate(generationId)) {
      const { id, isOnlyGroup, ...shared } = checkRow(group);
      if (isOnlyGroup === 0) {
        for (const row of samples.iterate(generationId)) yield toRun(checkRow(row), [toTime(row)]);
        return;
      }
      const baseTime = requireNumber('baseTime', shared.baseTime);
      let run: SampleTime[] = [];
      for (const [elapsed, offset] of times.iterate(id)) {
        const observedAt = requireNumber('observedAt', baseTime + requireNumber('elapsed', elapsed));
        run.push({ observedAt, clockOffset: offset === '' ? null : requireNumber('clockOffset', offset) });
        if (run.length < MAX_RUN_LENGTH) continue;
        yield toRun(shared, run);
        run = [];
      }
      if (run.length > 0) yield toRun(shared, run);
    }
  };
}

const toTime = ({ observedAt, clockOffset }: SampleTime): SampleTime => ({ observedAt, clockOffset });

const toRun = (
  { lastUpdated, expiration, zoneless, ordinal }: Omit<SampleRow, keyof SampleTime>,
  times: SampleTime[],
): StoredRun => ({ lastUpdated, expiration, zoneless: zoneless === 1, ordinal, times });
