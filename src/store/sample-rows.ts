import type { Instant, Sample, SampleTime, Seconds } from '../domain/model.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { checkRow, requireNumber } from './sqlite/row-check.ts';

/** A row of `sample_groups`: the values that samples of a generation share. */
export interface SampleGroup extends Pick<Sample, 'lastUpdated' | 'expiration' | 'zoneless'> {
  id: number;
  ordinal: number;
  /** `elapsed` counts from this time. */
  baseTime: Instant;
}

export const isInGroup = (group: SampleGroup, sample: Sample, ordinal: number): boolean =>
  group.expiration === sample.expiration &&
  group.lastUpdated === sample.lastUpdated &&
  group.zoneless === sample.zoneless &&
  group.ordinal === ordinal;

/** Writes samples. All other modules read them from the view `samples`, except `prune` and `export`. */
export class SampleRows {
  readonly #nextOrdinal;
  readonly #findGroup;
  readonly #insertGroup;
  readonly #insert;

  constructor(connection: DatabaseConnection) {
    const isEqual = `generation_id = @generationId AND last_updated IS @lastUpdated AND expiration = @expiration
      AND zoneless = @zoneless`;
    this.#nextOrdinal = connection
      .prepare<[object], number>(
        `SELECT coalesce(max(ordinal) + 1, 0) FROM sample_groups JOIN sample_times
           ON group_id = id AND elapsed = @observedAt - base_time AND clock_offset = @clockOffset
         WHERE ${isEqual}`,
      )
      .pluck();
    this.#findGroup = connection.prepare<[object], Pick<SampleGroup, 'id' | 'baseTime'>>(
      `SELECT id, base_time AS baseTime FROM sample_groups WHERE ${isEqual} AND ordinal = @ordinal`,
    );
    this.#insertGroup = connection
      .prepare<[object], number>(
        `INSERT INTO sample_groups (generation_id, last_updated, expiration, zoneless, ordinal, base_time)
         VALUES (@generationId, @lastUpdated, @expiration, @zoneless, @ordinal, @observedAt) RETURNING id`,
      )
      .pluck();
    this.#insert = connection.prepare('INSERT OR IGNORE INTO sample_times VALUES (?, ?, ?)');
  }

  /** Returns the ordinal for a new sample: 0, or the next one after those of equal samples. */
  nextOrdinal(generationId: number, sample: Sample): number {
    return requireRow(this.#nextOrdinal.get({ ...toColumns(sample), generationId }));
  }

  /** Finds the group of a sample, or adds the group. */
  openGroup(generationId: number, sample: Sample, ordinal: number): SampleGroup {
    const columns = { ...toColumns(sample), generationId, ordinal };
    const known = this.#findGroup.get(columns);
    const { id, baseTime } =
      known === undefined
        ? { id: requireRow(this.#insertGroup.get(columns)), baseTime: sample.observedAt }
        : checkRow(known);
    const { lastUpdated, expiration, zoneless } = sample;
    return { id, baseTime, lastUpdated, expiration, zoneless, ordinal };
  }

  /** Returns false if the sample is known. */
  insert({ id, baseTime }: SampleGroup, sample: Sample): boolean {
    const { observedAt, clockOffset } = toColumns(sample);
    return this.#insert.run(id, observedAt - baseTime, clockOffset).changes === 1;
  }
}

/** An absent clock offset is `''`: the column belongs to the key, and UNIQUE treats NULLs as different. */
const toColumns = ({ observedAt, clockOffset, lastUpdated, expiration, zoneless }: Sample) => ({
  observedAt,
  clockOffset: clockOffset ?? '',
  lastUpdated,
  expiration,
  zoneless: Number(zoneless),
});

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
