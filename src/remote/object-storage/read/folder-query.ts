import { join } from 'node:path';
import {
  EXPORTED_COLUMNS,
  type ExportedColumn,
} from '../../../domain/measurement/columns/exported-columns.ts';
import type { Instant, SeriesPart, SourceName } from '../../../domain/model.ts';
import { escapeGlob, sqlText } from './open-duckdb.ts';

/** The selected rows of a folder. `since` and `until` select whole generations that were seen between them. */
export interface RowSelection {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
  since?: Instant | undefined;
  until?: Instant | undefined;
}

export const EXPORTED_NAMES = Object.keys(EXPORTED_COLUMNS) as ExportedColumn[];

const INSTANTS: ReadonlySet<string> = new Set<ExportedColumn>([
  'stated_last_updated',
  'expiration',
  'latest_expiration',
  'stored_first_seen_at',
  'stored_last_seen_at',
  'raw_first_seen_at',
  'raw_last_seen_at',
  'third_later_observed_at',
]);

/** A number of JavaScript, because DuckDB returns integers as BigInt. All values are exact below 2^53. */
const toNumber = (name: string): string =>
  INSTANTS.has(name) ? `epoch_ms(${name})::DOUBLE` : `${name}::BIGINT::DOUBLE`;

const SERIES = 'host_name, source, api_version, role';

/** The number of columns before those of `EXPORTED_NAMES`. */
export const LEADING_COLUMNS = 10;

/** The number of columns of `readOtherRoles` and `readAllTime`. */
export const SPAN_COLUMNS = 7;

/** The statements that read a folder. */
export class FolderQuery {
  readonly #files: string;
  readonly #selection: RowSelection;

  /** @param hostFolder the folder of the selected host; null for all hosts */
  constructor(root: string, hostFolder: string | null, selection: RowSelection) {
    const hosts = hostFolder === null ? 'host=*' : escapeGlob(hostFolder);
    const pattern = join(escapeGlob(root), hosts, 'month=*', '*.parquet');
    // The folders have the host too, but with a shortened name if it is long.
    // Without `union_by_name`, which keeps the metadata of all files in memory.
    this.#files = `read_parquet(${sqlText(pattern)}, hive_partitioning = false)`;
    this.#selection = selection;
  }

  /** The selected generations in the order of their last sample: the values of `LEADING_COLUMNS` and `EXPORTED_NAMES`. */
  readRows(): string {
    const numbers = EXPORTED_NAMES.map(toNumber).join(', ');
    return `SELECT ${SERIES}, access_key_id, polled, newest, session_limit, epoch_ms(session_token_expires_at)::DOUBLE,
        host_clock_offset_seconds::BIGINT::DOUBLE, ${numbers}
      FROM ${this.#files} WHERE ${this.#where()}
      ORDER BY ${SERIES}, stored_last_seen_at, stored_first_seen_at, expiration, access_key_id`;
  }

  /** Whether rows of a selected host are left out, which can have the newest clock offset of the host. */
  get leavesOutRows(): boolean {
    const { host: _, ...others } = this.#selection;
    return Object.values(others).some((value) => value !== undefined);
  }

  /** The newest known clock offset of each host. */
  readClockOffsets(): string {
    const { host } = this.#selection;
    return `SELECT host_name, arg_max(host_clock_offset_seconds, stored_last_seen_at)::BIGINT::DOUBLE FROM ${this.#files}
      WHERE host_clock_offset_seconds IS NOT NULL AND ${compare('host_name', host)} GROUP BY ALL`;
  }

  /** All hosts, the sources of the selected host, or the roles of the selected host and source. */
  readNames(part: SeriesPart): string {
    const { host, source } = this.#selection;
    const column = part === 'host' ? 'host_name' : part;
    const within = [
      part === 'host' ? 'true' : compare('host_name', host),
      part === 'role' ? compare('source', source) : 'true',
    ];
    return `SELECT DISTINCT ${column} FROM ${this.#files} WHERE ${column} <> '' AND ${within.join(' AND ')} ORDER BY 1`;
  }

  /** The series that only their role leaves out, and the time of their samples: `SPAN_COLUMNS` values. */
  readOtherRoles(role: string): string {
    return this.#readSpans(this.#where(`role <> ${sqlText(role)}`));
  }

  /** The selected series, and the time of their samples, also outside the selected period: `SPAN_COLUMNS` values. */
  readAllTime(): string {
    return this.#readSpans(this.#where(compare('role', this.#selection.role), {}));
  }

  #readSpans(where: string): string {
    return `SELECT ${SERIES}, bool_or(polled), epoch_ms(min(stored_first_seen_at))::DOUBLE,
        epoch_ms(max(stored_last_seen_at))::DOUBLE
      FROM ${this.#files} WHERE ${where} GROUP BY ${SERIES}`;
  }

  #where(
    ofRole = compare('role', this.#selection.role),
    { since, until }: Pick<RowSelection, 'since' | 'until'> = this.#selection,
  ): string {
    const { host, source } = this.#selection;
    return [
      compare('host_name', host),
      compare('source', source),
      ofRole,
      since === undefined ? 'true' : `epoch_ms(stored_last_seen_at) >= ${Math.ceil(since)}`,
      until === undefined ? 'true' : `epoch_ms(stored_first_seen_at) <= ${Math.floor(until)}`,
    ].join(' AND ');
  }
}

const compare = (column: string, value: string | undefined): string =>
  value === undefined ? 'true' : `${column} = ${sqlText(value)}`;
