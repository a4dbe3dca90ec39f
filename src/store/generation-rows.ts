import type { Generation, Instant, Sample } from '../domain/model.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';

/** The columns of {@link StoredGenerationRow}. */
export const GENERATION_COLUMNS = `id, access_key_id AS accessKeyId, last_updated AS lastUpdated, expiration,
  latest_expiration AS latestExpiration, zoneless, first_seen AS firstSeen, last_seen AS lastSeen, samples,
  smallest_clock_offset AS smallestClockOffset, largest_clock_offset AS largestClockOffset,
  pruned_until AS prunedUntil`;

export interface StoredGenerationRow extends Omit<Generation, 'zoneless' | 'thirdSampleAfter'> {
  id: number;
  zoneless: number;
  prunedUntil: Instant | null;
}

interface StoredGeneration {
  id: number;
  generation: Generation;
  prunedUntil: Instant | null;
}

export const toStoredGeneration = ({ id, prunedUntil, ...row }: StoredGenerationRow): StoredGeneration => ({
  id,
  prunedUntil,
  generation: { ...row, zoneless: row.zoneless === 1, thirdSampleAfter: null },
});

/** Reads and writes rows of `generations` and `samples`. Create one per transaction. */
export class GenerationRows {
  readonly #find;
  readonly #insert;
  readonly #update;
  readonly #nextOrdinal;
  readonly #insertSample;

  constructor(connection: DatabaseConnection) {
    this.#find = connection.prepare<[number, string], StoredGenerationRow>(
      `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ? AND key = ?`,
    );
    this.#insert = connection
      .prepare<[object], number>(
        `INSERT INTO generations (series_id, key, access_key_id, last_updated, expiration, latest_expiration,
           zoneless, first_seen, last_seen, samples, smallest_clock_offset, largest_clock_offset, pruned_until)
         VALUES (@seriesId, @key, @accessKeyId, @lastUpdated, @expiration, @latestExpiration,
           @zoneless, @firstSeen, @lastSeen, @samples, @smallestClockOffset, @largestClockOffset, @prunedUntil)
         RETURNING id`,
      )
      .pluck();
    this.#update = connection.prepare(
      `UPDATE generations SET last_updated = @lastUpdated, expiration = @expiration,
         latest_expiration = @latestExpiration, zoneless = @zoneless, first_seen = @firstSeen,
         last_seen = @lastSeen, samples = @samples, smallest_clock_offset = @smallestClockOffset,
         largest_clock_offset = @largestClockOffset, pruned_until = @prunedUntil
       WHERE id = @id`,
    );
    this.#nextOrdinal = connection
      .prepare<[object], number>(
        `SELECT coalesce(max(ordinal) + 1, 0) FROM samples
         WHERE generation_id = @id AND observed_at = @observedAt AND clock_offset = @clockOffset
           AND last_updated = @lastUpdated AND expiration = @expiration AND zoneless = @zoneless`,
      )
      .pluck();
    this.#insertSample = connection.prepare('INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)');
  }

  find(seriesId: number, key: string): StoredGeneration | null {
    const row = this.#find.get(seriesId, key);
    return row === undefined ? null : toStoredGeneration(row);
  }

  /**
   * Inserts or updates a generation.
   * @param id null to insert
   * @returns the row's id
   */
  save(
    id: number | null,
    seriesId: number,
    key: string,
    generation: Generation,
    prunedUntil: Instant | null = null,
  ): number {
    const values = { ...generation, zoneless: Number(generation.zoneless), prunedUntil };
    if (id === null) return requireRow(this.#insert.get({ ...values, seriesId, key }));
    this.#update.run({ ...values, id });
    return id;
  }

  /** Returns the ordinal of a further sample that equals the given one. */
  nextOrdinal(id: number, sample: Sample): number {
    return requireRow(this.#nextOrdinal.get({ ...toSampleColumns(sample), id }));
  }

  /** Returns false if the sample is known. */
  insertSample(id: number, sample: Sample, ordinal: number): boolean {
    // Named parameters are slower, and an import runs this statement for every sample.
    const { observedAt, clockOffset, lastUpdated, expiration, zoneless } = toSampleColumns(sample);
    const values = [id, observedAt, clockOffset, lastUpdated, expiration, zoneless, ordinal];
    return this.#insertSample.run(...values).changes === 1;
  }
}

/** Absent values are `''`: all columns belong to the key, and UNIQUE treats NULLs as different. */
function toSampleColumns({ observedAt, clockOffset, lastUpdated, expiration, zoneless }: Sample) {
  return {
    observedAt,
    clockOffset: clockOffset ?? '',
    lastUpdated: lastUpdated ?? '',
    expiration,
    zoneless: Number(zoneless),
  };
}
