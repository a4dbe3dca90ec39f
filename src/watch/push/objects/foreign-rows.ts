import {
  EXPORTED_COLUMNS,
  type ExportedColumn,
  NULLABLE_EXPORTED_COLUMNS,
} from '../../../domain/measurement/columns/exported-columns.ts';
import {
  createRecordedColumns,
  type RecordedColumns,
} from '../../../domain/measurement/columns/generation-columns.ts';
import { type SeriesIdentity, SOURCE_NAMES } from '../../../domain/model.ts';
import { CredWatchError } from '../../../errors.ts';
import type { RowValues } from '../../../report/parquet/rows.ts';

/** The rows of an object, which another process can have written. */
export interface ForeignObject {
  rows: readonly RowValues[];
  version: string;
}

const COLUMN_NAMES = Object.keys(EXPORTED_COLUMNS) as ExportedColumn[];

const toText = (value: RowValues[string] | undefined): string => (typeof value === 'string' ? value : '');

export const toIdentity = ({ host_name, source, api_version, role }: RowValues): SeriesIdentity => ({
  host: toText(host_name),
  source: SOURCE_NAMES.find((name) => name === source) ?? 'imds',
  apiVersion: toText(api_version),
  role: toText(role),
});

/** The generations of rows, as stored. Their key ids are masked. */
export function toRecordedRows(rows: readonly RowValues[]): RecordedColumns {
  const columns = createRecordedColumns(
    rows.length,
    rows.map(({ access_key_id: keyId }) => toText(keyId)),
  );
  for (const name of COLUMN_NAMES) {
    const column = columns[EXPORTED_COLUMNS[name]];
    for (const [index, { [name]: value }] of rows.entries())
      column[index] = value === null || value === undefined ? Number.NaN : Number(value);
  }
  return columns;
}

/** @throws CredWatchError if the rows are not of this host, or if an analysis cannot use them */
export function assertRowsOfHost(rows: readonly RowValues[], host: string, object: string): void {
  for (const row of rows) {
    const { host_name: other, source } = row;
    if (other !== host)
      throw new CredWatchError(
        `${object} has rows of the host ${JSON.stringify(other)}, and not of ${JSON.stringify(host)}`,
        'use a file system that distinguishes upper and lower case, or push these hosts to different folders',
      );
    const isNumber = (name: ExportedColumn) => row[name] !== null || NULLABLE_EXPORTED_COLUMNS.has(name);
    if (SOURCE_NAMES.some((name) => name === source) && COLUMN_NAMES.every(isNumber)) continue;
    throw new CredWatchError(
      `${object} has a row that this version cannot read`,
      'move the object away, or update cred-watch',
    );
  }
}
