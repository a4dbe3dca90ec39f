import type { Sample, SeriesIdentity } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import type { ArchiveRecord } from '../archive/record.ts';
import { openDatabase } from '../sqlite/driver.ts';

/** Records per transaction. A poller waits for one transaction at most. */
const BATCH_SIZE = 10_000;

/** Other records than samples are JSON in `other`; the other columns are null. */
interface StagedRow extends Omit<Sample, 'zoneless'> {
  series: number | null;
  zoneless: number;
  ordinal: number;
  other: string | null;
}

/**
 * A temporary database for the records of an import, until all files have been read. A million records may
 * not fit into memory. Pollers need the real database in the meantime.
 */
export class ImportStage {
  readonly #connection;
  readonly #insert;
  readonly #series: SeriesIdentity[] = [];
  readonly #seriesIndex = new Map<string, number>();

  constructor() {
    // An empty name means a temporary file, which SQLite deletes when the connection is closed.
    this.#connection = openDatabase('');
    this.#connection.exec(
      `CREATE TABLE staged (n INTEGER PRIMARY KEY, series INTEGER, observedAt INTEGER, clockOffset INTEGER,
         accessKeyId TEXT, lastUpdated INTEGER, expiration INTEGER, zoneless INTEGER, ordinal INTEGER,
         other TEXT)`,
    );
    this.#insert = this.#connection.prepare('INSERT INTO staged VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  }

  add(records: readonly ArchiveRecord[]): void {
    this.#connection.transaction(() => {
      for (const record of records) this.#addOne(record);
    })();
  }

  /** Yields the records in the order in which they were added. */
  *batches(): Generator<ArchiveRecord[]> {
    const select = this.#connection.prepare<[number, number], StagedRow>(
      `SELECT series, observedAt, clockOffset, accessKeyId, lastUpdated, expiration, zoneless, ordinal, other
       FROM staged WHERE n > ? AND n <= ? ORDER BY n`,
    );
    for (let after = 0; ; after += BATCH_SIZE) {
      const rows = select.all(after, after + BATCH_SIZE);
      if (rows.length === 0) return;
      yield rows.map((row) => this.#toRecord(row));
    }
  }

  close(): void {
    this.#connection.close();
  }

  #addOne(record: ArchiveRecord): void {
    if (record.record !== 'sample') {
      this.#insert.run(null, null, null, null, null, null, null, null, JSON.stringify(record));
      return;
    }
    const { ordinal, sample } = record;
    const { observedAt, clockOffset, accessKeyId, lastUpdated, expiration, zoneless } = sample;
    const values = [observedAt, clockOffset, accessKeyId, lastUpdated, expiration, Number(zoneless)];
    this.#insert.run(this.#indexOf(record.identity), ...values, ordinal, null);
  }

  #indexOf(identity: SeriesIdentity): number {
    const key = getSeriesKey(identity);
    let index = this.#seriesIndex.get(key);
    if (index === undefined) {
      index = this.#series.push(identity) - 1;
      this.#seriesIndex.set(key, index);
    }
    return index;
  }

  #toRecord({ series, ordinal, other, ...row }: StagedRow): ArchiveRecord {
    const identity = series === null ? undefined : this.#series[series];
    if (identity === undefined) return JSON.parse(other ?? '');
    return { record: 'sample', identity, ordinal, sample: { ...row, zoneless: row.zoneless === 1 } };
  }
}
