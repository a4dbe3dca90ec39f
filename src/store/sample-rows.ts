import type { Instant, Sample } from '../domain/model.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

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

  /** Returns the ordinal of a further sample that equals the given one. */
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
