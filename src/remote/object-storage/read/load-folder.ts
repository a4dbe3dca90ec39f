import {
  EXPORTED_COLUMNS,
  NULLABLE_EXPORTED_COLUMNS,
} from '../../../domain/measurement/columns/exported-columns.ts';
import { createRecordedColumns } from '../../../domain/measurement/columns/generation-columns.ts';
import {
  type Instant,
  SESSION_LIMITS,
  type Seconds,
  type SeriesIdentity,
  type SeriesPart,
  SOURCE_NAMES,
} from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { SeriesSpan } from '../../../domain/verdict/figures/choose-series.ts';
import { CredWatchError } from '../../../errors.ts';
import { LoadedHistories, type LoadedSeries } from '../../loaded-histories.ts';
import { READ_LIMITS, type ReadLimits, TooMuchSelectedError } from '../../read-limits.ts';
import { isStoredNumber, isStoredText } from '../../stored-values.ts';
import {
  EXPORTED_NAMES,
  FolderQuery,
  LEADING_COLUMNS,
  type RowSelection,
  SPAN_COLUMNS,
} from './folder-query.ts';
import { joinRows } from './join-rows.ts';
import { type DuckDb, openDuckDb } from './open-duckdb.ts';

export interface FolderRequest {
  root: string;
  /** The folder of the selected host. Null for all hosts. */
  hostFolder: string | null;
  selection: RowSelection;
  limits?: ReadLimits;
}

/**
 * Reads the selected series of a folder that `export -f parquet` or `push` wrote.
 * @throws CredWatchError if the folder cannot be read, or if the selection is too large
 */
export async function loadFolder(request: FolderRequest): Promise<LoadedHistories> {
  const duckDb = await openDuckDb(request.root);
  try {
    return await readFolder(duckDb, request);
  } finally {
    duckDb.close();
  }
}

async function readFolder(
  duckDb: DuckDb,
  { root, hostFolder, selection, limits = READ_LIMITS }: FolderRequest,
): Promise<LoadedHistories> {
  const check = new CheckedValues(root);
  const query = new FolderQuery(root, hostFolder, selection);
  const { series, clockOffsets } = await readGenerations(duckDb, query, check, limits);
  const readNames = async (part: SeriesPart): Promise<string[]> =>
    // The folder of a host has no other host.
    series.length > 0 || (part === 'host' && hostFolder !== null)
      ? []
      : (await readAll(duckDb, query.readNames(part), 1)).map(([name]) => check.text(name));
  return new LoadedHistories({
    series,
    clockOffsets: query.leavesOutRows ? await readClockOffsets(duckDb, query, check) : clockOffsets,
    // Parquet has only generations.
    failedPolls: [],
    jobRuns: [],
    jobNames: [],
    period: selection,
    spans: await readSpans(duckDb, query, selection, check),
    names: {
      host: await readNames('host'),
      source: await readNames('source'),
      role: await readNames('role'),
    },
  });
}

/** A series whose generations are being read. */
interface SeriesInFolder extends Omit<LoadedSeries, 'generations'> {
  accessKeyIds: string[];
  /** One list for each of `EXPORTED_NAMES`. */
  columns: number[][];
}

interface ReadSeries {
  series: LoadedSeries[];
  clockOffsets: Map<string, Seconds>;
}

/** Reads all rows in one statement, because most of the time is needed to open the files. */
async function readGenerations(
  duckDb: DuckDb,
  query: FolderQuery,
  check: CheckedValues,
  limits: ReadLimits,
): Promise<ReadSeries> {
  const found = new Map<string, SeriesInFolder>();
  const clockOffsets = new Map<string, Seconds>();
  const offsetTimes = new Map<string, Instant>();
  let total = 0;
  for await (const { rowCount, columns } of duckDb.read(
    query.readRows(),
    LEADING_COLUMNS + EXPORTED_NAMES.length,
  )) {
    total += rowCount;
    for (let row = 0; row < rowCount; row += 1) {
      const values = columns.map((column) => column[row]);
      const identity = check.identity(values);
      const key = getSeriesKey(identity);
      const series = found.get(key) ?? createSeries(identity);
      found.set(key, series);
      addRow(series, values, check);
      const offset = values[9];
      const lastSeen = check.number(values[LEADING_COLUMNS + LAST_SEEN]);
      if (offset === null || lastSeen < (offsetTimes.get(identity.host) ?? lastSeen)) continue;
      offsetTimes.set(identity.host, lastSeen);
      clockOffsets.set(identity.host, check.number(offset));
    }
    if (total > limits.maxGenerations || found.size > limits.maxSeries)
      throw new TooMuchSelectedError(check.root, limits);
  }
  return { series: [...found.values()].map(toLoadedSeries), clockOffsets };
}

const LAST_SEEN = EXPORTED_NAMES.indexOf('stored_last_seen_at');

const createSeries = (identity: SeriesIdentity): SeriesInFolder => ({
  identity,
  isPolled: false,
  session: null,
  accessKeyIds: [],
  columns: EXPORTED_NAMES.map(() => []),
});

function addRow(series: SeriesInFolder, values: readonly unknown[], check: CheckedValues): void {
  const [, , , , keyId, isPolled, isNewest, limit, tokenExpiresAt] = values;
  series.accessKeyIds.push(check.keyId(keyId));
  for (const [position, name] of EXPORTED_NAMES.entries()) {
    const value = values[LEADING_COLUMNS + position];
    const number = NULLABLE_EXPORTED_COLUMNS.has(name) ? check.optional(value) : check.number(value);
    series.columns[position]?.push(number);
  }
  series.isPolled ||= isPolled === true;
  if (isNewest === true) series.session = check.session(limit, tokenExpiresAt);
}

function toLoadedSeries({ accessKeyIds, columns, ...series }: SeriesInFolder): LoadedSeries {
  const generations = createRecordedColumns(accessKeyIds.length, accessKeyIds);
  for (const [position, name] of EXPORTED_NAMES.entries())
    generations[EXPORTED_COLUMNS[name]] = Float64Array.from(columns[position] ?? []);
  return { ...series, generations: joinRows(generations) };
}

async function readClockOffsets(
  duckDb: DuckDb,
  query: FolderQuery,
  check: CheckedValues,
): Promise<Map<string, Seconds>> {
  const rows = await readAll(duckDb, query.readClockOffsets(), 2);
  return new Map(rows.map(([host, offset]) => [check.text(host), check.number(offset)]));
}

async function readSpans(
  duckDb: DuckDb,
  query: FolderQuery,
  { role, since }: RowSelection,
  check: CheckedValues,
): Promise<SeriesSpan[]> {
  const rows = [
    ...(role === undefined ? [] : await readAll(duckDb, query.readOtherRoles(role), SPAN_COLUMNS)),
    ...(since === undefined ? [] : await readAll(duckDb, query.readAllTime(), SPAN_COLUMNS)),
  ];
  return rows.map((values) => {
    const [, , , , isPolled, firstSample, lastSample] = values;
    const overview = { firstSample: check.number(firstSample), lastSample: check.number(lastSample) };
    return { identity: check.identity(values), isPolled: isPolled === true, overview };
  });
}

async function readAll(duckDb: DuckDb, sql: string, columnCount: number): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { rowCount, columns } of duckDb.read(sql, columnCount))
    for (let row = 0; row < rowCount; row += 1) rows.push(columns.map((column) => column[row]));
  return rows;
}

/** Masked key ids, and digests of ids of an unknown form. Another text could be a secret. */
const KEY_ID = /^(?:[A-Z\d]{4}\u2026[A-Z\d]{4}|\u2026|sha256:[\da-f]{16})$/;

/** Every value is checked, because other programs can write to the folder. */
class CheckedValues {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  identity([host, source, apiVersion, role]: readonly unknown[]): SeriesIdentity {
    const known = SOURCE_NAMES.find((name) => name === source);
    if (known === undefined) throw this.createError();
    return { host: this.text(host), source: known, apiVersion: this.text(apiVersion), role: this.text(role) };
  }

  text(value: unknown): string {
    if (isStoredText(value)) return value;
    throw this.createError();
  }

  /** NaN for NULL. */
  optional(value: unknown): number {
    return value === null ? Number.NaN : this.number(value);
  }

  number(value: unknown): number {
    if (isStoredNumber(value)) return value;
    throw this.createError();
  }

  /** `''` for NULL. */
  keyId(value: unknown): string {
    if (value === null) return '';
    if (typeof value === 'string' && KEY_ID.test(value)) return value;
    throw this.createError();
  }

  session(limit: unknown, tokenExpiresAt: unknown): LoadedSeries['session'] {
    const known = SESSION_LIMITS.find((name) => name === limit) ?? null;
    if (known === null && limit !== null) throw this.createError();
    if (known === null && tokenExpiresAt === null) return null;
    return { limit: known, tokenExpiresAt: tokenExpiresAt === null ? null : this.number(tokenExpiresAt) };
  }

  createError(): CredWatchError {
    return new CredWatchError(
      `${this.root} has a row with missing or invalid values`,
      'repeat the command if a push is running; else another program or an older version has written a file',
      { code: 'DATABASE_DAMAGED' },
    );
  }
}
