import type { Instant, RecordedGeneration, Seconds } from '../domain/model.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { NUMBER_COLUMNS } from './sqlite/generation-reader.ts';
import { checkRow } from './sqlite/row-check.ts';

/** The columns of `generations` that {@link GenerationRows} reads and writes, with their fields. */
const COLUMNS = {
  access_key_id: 'accessKeyId',
  ...NUMBER_COLUMNS,
  pruned_until: 'prunedUntil',
} as const;

/** All columns except the key id, which SQLite computes. */
const WRITTEN = Object.entries(COLUMNS).filter(([column]) => column !== 'access_key_id');
const COLUMN_NAMES = WRITTEN.map(([column]) => column).join(', ');
const PARAMETERS = WRITTEN.map(([, field]) => `@${field}`).join(', ');
const ASSIGNMENTS = WRITTEN.map(([column, field]) => `${column} = @${field}`).join(', ');

/** Selects a {@link StoredGenerationRow}. */
export const GENERATION_COLUMNS = `id, ${Object.entries(COLUMNS)
  .map(([column, field]) => `${column} AS ${field}`)
  .join(', ')}`;

type PlainFields = Omit<RecordedGeneration, 'zoneless' | 'isLastUpdatedVarying' | 'thirdLaterSample'>;

export interface StoredGenerationRow extends PlainFields {
  id: number;
  zoneless: number;
  isLastUpdatedVarying: number;
  thirdLaterObservedAt: Instant | null;
  thirdLaterClockOffset: Seconds | null;
  prunedUntil: Instant | null;
}

export interface StoredGeneration {
  id: number;
  generation: RecordedGeneration;
  prunedUntil: Instant | null;
}

/** Lists every field, because `...rest` takes twice the time and memory, and a report converts each row. */
export function toStoredGeneration(stored: StoredGenerationRow): StoredGeneration {
  const row = checkRow(stored);
  const { thirdLaterObservedAt: observedAt } = row;
  const generation: RecordedGeneration = {
    accessKeyId: row.accessKeyId,
    lastUpdated: row.lastUpdated,
    expiration: row.expiration,
    latestExpiration: row.latestExpiration,
    zoneless: row.zoneless === 1,
    firstSeen: row.firstSeen,
    lastSeen: row.lastSeen,
    rawFirstSeen: row.rawFirstSeen,
    rawLastSeen: row.rawLastSeen,
    samples: row.samples,
    smallestClockOffset: row.smallestClockOffset,
    largestClockOffset: row.largestClockOffset,
    correctedAheadMs: row.correctedAheadMs,
    rawAheadMs: row.rawAheadMs,
    isLastUpdatedVarying: row.isLastUpdatedVarying === 1,
    thirdLaterSample: observedAt === null ? null : { observedAt, clockOffset: row.thirdLaterClockOffset },
  };
  return { id: row.id, prunedUntil: row.prunedUntil, generation };
}

/** Reads and writes rows of `generations`. */
export class GenerationRows {
  readonly #find;
  readonly #add;
  readonly #update;

  constructor(connection: DatabaseConnection) {
    this.#find = connection.prepare<[number, string], StoredGenerationRow>(
      `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ? AND key = ?`,
    );
    this.#add = connection
      .prepare<[object], number>(
        `INSERT INTO generations (series_id, key, ${COLUMN_NAMES}) VALUES (@seriesId, @key, ${PARAMETERS})
         ON CONFLICT (series_id, key) DO NOTHING RETURNING id`,
      )
      .pluck();
    this.#update = connection.prepare(`UPDATE generations SET ${ASSIGNMENTS} WHERE id = @id`);
  }

  find(seriesId: number, key: string): StoredGeneration | null {
    const row = this.#find.get(seriesId, key);
    return row === undefined ? null : toStoredGeneration(row);
  }

  /** Returns the id of the row. Null if the table has the generation. */
  add(
    seriesId: number,
    key: string,
    generation: RecordedGeneration,
    prunedUntil: Instant | null = null,
  ): number | null {
    return this.#add.get({ ...toColumns(generation, prunedUntil), seriesId, key }) ?? null;
  }

  update({ id, generation, prunedUntil }: StoredGeneration): void {
    this.#update.run({ ...toColumns(generation, prunedUntil), id });
  }
}

function toColumns({ thirdLaterSample, ...fields }: RecordedGeneration, prunedUntil: Instant | null) {
  return {
    ...fields,
    zoneless: Number(fields.zoneless),
    isLastUpdatedVarying: Number(fields.isLastUpdatedVarying),
    thirdLaterObservedAt: thirdLaterSample?.observedAt ?? null,
    thirdLaterClockOffset: thirdLaterSample?.clockOffset ?? null,
    prunedUntil,
  };
}
