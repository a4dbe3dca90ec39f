import {
  createRecordedColumns,
  type RecordedColumns,
} from '../domain/measurement/columns/generation-columns.ts';
import type { Instant, RecordedGeneration, Seconds } from '../domain/model.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { checkNumber, checkRow, checkText } from './sqlite/row-check.ts';

/** The columns of `generations` that {@link GenerationRows} reads and writes, with their fields. */
const COLUMNS = {
  access_key_id: 'accessKeyId',
  last_updated: 'lastUpdated',
  expiration: 'expiration',
  latest_expiration: 'latestExpiration',
  zoneless: 'zoneless',
  first_seen: 'firstSeen',
  last_seen: 'lastSeen',
  raw_first_seen: 'rawFirstSeen',
  raw_last_seen: 'rawLastSeen',
  samples: 'samples',
  smallest_clock_offset: 'smallestClockOffset',
  largest_clock_offset: 'largestClockOffset',
  corrected_ahead: 'correctedAheadMs',
  raw_ahead: 'rawAheadMs',
  last_updated_varying: 'isLastUpdatedVarying',
  third_later_observed_at: 'thirdLaterObservedAt',
  third_later_clock_offset: 'thirdLaterClockOffset',
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

/** The columns that are numbers, in the order of their selection. */
const NUMBER_FIELDS = [
  'lastUpdated',
  'expiration',
  'latestExpiration',
  'zoneless',
  'firstSeen',
  'lastSeen',
  'rawFirstSeen',
  'rawLastSeen',
  'samples',
  'smallestClockOffset',
  'largestClockOffset',
  'correctedAheadMs',
  'rawAheadMs',
  'isLastUpdatedVarying',
  'thirdLaterObservedAt',
  'thirdLaterClockOffset',
] as const satisfies readonly (keyof RecordedColumns)[];

const COLUMN_BY_FIELD = new Map<string, string>(
  Object.entries(COLUMNS).map(([column, field]) => [field, column]),
);

/**
 * Prepares a function that reads the generations of a series that were seen since an instant, without an object for
 * each. The generations are ordered by their last sample. This is the order of issue, except with several endpoints.
 */
export function prepareGenerationReader(connection: DatabaseConnection) {
  const names = NUMBER_FIELDS.map((field) => COLUMN_BY_FIELD.get(field));
  const count = connection
    .prepare<[number, Instant], number>(
      'SELECT count(*) FROM generations WHERE series_id = ? AND last_seen >= ?',
    )
    .pluck();
  const select = connection
    .prepare<[number, Instant], unknown[]>(
      `SELECT access_key_id, ${names.join(', ')} FROM generations
       WHERE series_id = ? AND last_seen >= ? ORDER BY last_seen, first_seen`,
    )
    .raw();
  return (seriesId: number, since: Instant = Number.MIN_SAFE_INTEGER): RecordedColumns => {
    const accessKeyIds: string[] = [];
    const columns = createRecordedColumns(requireRow(count.get(seriesId, since)), accessKeyIds);
    const fields = NUMBER_FIELDS.map((name) => ({ name, column: columns[name] }));
    // Does not call `all`, because all rows together need more memory than the columns.
    for (const row of select.iterate(seriesId, since)) {
      const index = accessKeyIds.push(checkText('accessKeyId', row[0])) - 1;
      let position = 1;
      for (const { name, column } of fields) {
        column[index] = checkNumber(name, row[position]);
        position += 1;
      }
    }
    return columns;
  };
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
