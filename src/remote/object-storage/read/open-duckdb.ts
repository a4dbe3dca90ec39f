/// <reference path="./duckdb.d.ts" />
import { CredWatchError } from '../../../errors.ts';
import { redactText } from '../../../redact.ts';

/** The tested version. `package.json` has the same one as an optional peer dependency. */
const DUCKDB_PACKAGE = '@duckdb/node-api@1.5.6-r.1';

/** Rows of columns: `columns[0][0]` is the first value of the first row. */
export interface Chunk {
  rowCount: number;
  columns: readonly (readonly unknown[])[];
}

export interface DuckDb {
  /**
   * Reads the result of a statement in parts, so that it need not fit into memory.
   * @throws CredWatchError with DuckDB's message
   */
  read(sql: string, columnCount: number): AsyncGenerator<Chunk>;
  close(): void;
}

/** The files come from others, so DuckDB loads no code because of them. Reports of other hosts need the other cores. */
const OPTIONS = {
  threads: '2',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
};

/**
 * @param folder for messages
 * @throws CredWatchError if the package is not installed
 */
export async function openDuckDb(folder: string): Promise<DuckDb> {
  const { DuckDBInstance } = await import('@duckdb/node-api').catch((cause: unknown) => {
    throw new CredWatchError(
      `${folder} has Parquet files, and the package that reads them is not installed or does not load`,
      `run \`npm install ${DUCKDB_PACKAGE}\` in the folder where cred-watch is installed, with -g if it is installed ` +
        'globally, and with `--no-save --prefix ..` in a checkout of the repository',
      { cause },
    );
  });
  const instance = await DuckDBInstance.create(':memory:', OPTIONS);
  const connection = await instance.connect();
  const explain = (cause: unknown): CredWatchError => {
    const message = cause instanceof Error ? cause.message : String(cause);
    return /column "?\w+"? not found|schema mismatch/i.test(message)
      ? new CredWatchError(
          `${folder} was written by an older version, so it lacks columns that a report needs`,
          'export or push again into a new folder',
          { cause },
        )
      : new CredWatchError(`DuckDB cannot read ${folder}: ${redactText(message)}`, undefined, { cause });
  };
  return {
    async *read(sql, columnCount) {
      try {
        const result = await connection.stream(sql);
        for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
          const { rowCount } = chunk;
          if (rowCount === 0) return;
          const source = chunk;
          const columns = Array.from({ length: columnCount }, (_, index) => source.getColumnValues(index));
          yield { rowCount, columns };
        }
      } catch (error) {
        throw error instanceof CredWatchError ? error : explain(error);
      }
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A string of SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A path for a pattern of DuckDB, in which no character of the path is special. */
export const escapeGlob = (path: string): string => path.replace(/[[\]*?]/g, '[$&]');
