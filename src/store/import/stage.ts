import { tmpdir } from 'node:os';
import type { ArchiveRecord, SampleRun } from '../archive/record.ts';
import { type DatabaseConnection, openDatabase, prepareOrClose } from '../sqlite/driver.ts';
import { withErrorHints } from '../sqlite/error-hints.ts';
import { RecordPacker, unpackRecords } from './packed-records.ts';

/** Records that are in memory at once. */
const BATCH_SIZE = 10_000;

/**
 * A temporary database for the records of an import, until all files have been read. A million records may
 * not fit into memory, and pollers need to write to the real database in the meantime.
 */
export class ImportStage {
  readonly #connection: DatabaseConnection;
  /** Records that are not yet in the file. */
  readonly #pending = new RecordPacker(BATCH_SIZE);

  constructor() {
    this.#connection = withStageHints(() =>
      // An empty name means a temporary file, which SQLite deletes when the connection is closed.
      prepareOrClose(openDatabase(''), (connection) =>
        connection.exec('CREATE TABLE batches (n INTEGER PRIMARY KEY, samples BLOB, rest TEXT)'),
      ),
    );
  }

  /** The number of records that were added. */
  count = 0;

  add(records: readonly ArchiveRecord[]): void {
    this.count += records.length;
    for (const record of records) {
      this.#pending.add(record);
      if (this.#pending.count >= BATCH_SIZE) this.#flush();
    }
  }

  /** Yields the records in the order in which they were added, with the samples in runs. */
  *batches(): Generator<(ArchiveRecord | SampleRun)[]> {
    this.#flush();
    const select = this.#connection
      .prepare<[number], [number, Buffer, string]>(
        'SELECT n, samples, rest FROM batches WHERE n > ? ORDER BY n LIMIT 1',
      )
      .raw();
    for (let n = 0; ; ) {
      const row = withStageHints(() => select.get(n));
      if (row === undefined) return;
      const [next, samples, rest] = row;
      n = next;
      yield unpackRecords({ samples, rest });
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #flush(): void {
    if (this.#pending.count === 0) return;
    const { samples, rest } = this.#pending.take();
    withStageHints(() =>
      this.#connection.prepare('INSERT INTO batches VALUES (NULL, ?, ?)').run(samples, rest),
    );
  }
}

const withStageHints = <T>(action: () => T): T =>
  withErrorHints('', action, {
    label: `a temporary file in ${tmpdir()}`,
    hint: 'set TMPDIR to a folder with free space, and import again',
  });
