import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The parts of `@duckdb/node-api` that tests use. It is too large to be a dependency, so its types are missing. */
interface DuckDbModule {
  DuckDBInstance: {
    create(): Promise<{
      connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): Row[] }> }>;
    }>;
  };
}

/** Whole numbers of 64 bits are text. */
export type Row = Record<string, unknown>;

/** Runs an SQL statement. Rejects with DuckDB's error. */
export type Query = (sql: string) => Promise<Row[]>;

const PACKAGE = '@duckdb/node-api';

function findDuckDb(): string | null {
  const folder = process.env.DUCKDB_FOLDER;
  try {
    return createRequire(folder === undefined ? import.meta.url : resolve(folder, 'any.js')).resolve(PACKAGE);
  } catch {
    return null;
  }
}

/** Declares tests that need DuckDB. Without DuckDB they are skipped; in CI they fail. */
export function describeDuckDb(title: string, tests: (query: Query) => void): void {
  const path = findDuckDb();
  if (path !== null) return void describe(title, () => tests(createQuery(path)));
  const missing = `DuckDB is missing: npm install --no-save --prefix FOLDER ${PACKAGE}, then set DUCKDB_FOLDER=FOLDER`;
  if ((process.env.CI ?? '') !== '')
    return void describe(title, () => test('is installed', () => expect.unreachable(missing)));
  process.stderr.write(`skipped tests of ${title}: ${missing}\n`);
  describe.skip(`${title} (${missing})`, () => tests(createQuery(PACKAGE)));
}

function createQuery(path: string): Query {
  let connection: ReturnType<
    Awaited<ReturnType<DuckDbModule['DuckDBInstance']['create']>>['connect']
  > | null = null;
  const connect = async () => {
    const { DuckDBInstance }: DuckDbModule = createRequire(import.meta.url)(path);
    const instance = await DuckDBInstance.create();
    return instance.connect();
  };
  return async (sql) => {
    connection ??= connect();
    return (await (await connection).runAndReadAll(sql)).getRowObjectsJson();
  };
}

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
