/** The parts of DuckDB that this program uses. The package is too large to be a dependency, so its types are missing. */
declare module '@duckdb/node-api' {
  export class DuckDBInstance {
    static create(path: string, options: Readonly<Record<string, string>>): Promise<DuckDBInstance>;
    connect(): Promise<DuckDBConnection>;
    closeSync(): void;
  }

  interface DuckDBConnection {
    stream(sql: string): Promise<DuckDBResult>;
    closeSync(): void;
  }

  interface DuckDBResult {
    /** Null or a chunk without rows after the last chunk. */
    fetchChunk(): Promise<DuckDBDataChunk | null>;
  }

  interface DuckDBDataChunk {
    readonly rowCount: number;
    getColumnValues(column: number): readonly unknown[];
  }
}
