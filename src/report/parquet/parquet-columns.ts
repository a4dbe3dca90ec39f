import { toNullable, valueAt } from '../../domain/measurement/columns/column.ts';
import { EXPORTED_COLUMNS, type ExportedColumn } from '../../domain/measurement/columns/exported-columns.ts';
import { type ColumnValue, column, MEASURED_COLUMNS, nullable, type ParquetColumn } from './columns.ts';
import type { MeasuredSeries } from './series-rows.ts';

const readStored =
  (name: ExportedColumn) =>
  ({ recorded }: MeasuredSeries, index: number): number | null =>
    toNullable(valueAt(recorded[EXPORTED_COLUMNS[name]], index));

const stored = (name: ExportedColumn, type: 'instant' | 'milliseconds' | 'seconds', description: string) =>
  nullable(name, type, description, readStored(name));

const storedTime = (name: ExportedColumn, description: string) =>
  column(name, 'instant', description, ({ recorded }, index) =>
    valueAt(recorded[EXPORTED_COLUMNS[name]], index),
  );

/** Only the newest generation has these values, so that a new value changes one row. */
const ofNewest = (read: (series: MeasuredSeries) => ColumnValue) => (series: MeasuredSeries, index: number) =>
  index === series.history.generations.count - 1 ? read(series) : null;

/**
 * What an analysis needs in addition: the generation before the clock rules of its series, and facts about the host and
 * the session. `report --db FOLDER` reads these columns.
 */
const STORED_COLUMNS: readonly ParquetColumn[] = [
  column(
    'host_name',
    'string',
    'host, as in reports; the name of the folder can be shortened',
    ({ identity }) => identity.host,
  ),
  stored(
    'stated_last_updated',
    'instant',
    'smallest `LastUpdated` that the source stated, even if not usable',
  ),
  storedTime('stored_first_seen_at', 'first sample, corrected only by the clock offset of this sample'),
  storedTime('stored_last_seen_at', 'last sample, corrected in the same way'),
  storedTime('raw_first_seen_at', "first sample, by the host's clock"),
  storedTime('raw_last_seen_at', "last sample, by the host's clock"),
  stored(
    'corrected_ahead_ms',
    'milliseconds',
    'by how much a corrected sample precedes `LastUpdated`, at most; null without `LastUpdated`',
  ),
  stored('raw_ahead_ms', 'milliseconds', "the same, by the host's clock"),
  column(
    'last_updated_varying',
    'boolean',
    'samples of the generation state different values of `LastUpdated`',
    (series, index) => readStored('last_updated_varying')(series, index) === 1,
  ),
  stored(
    'third_later_observed_at',
    'instant',
    "third sample of the series after the generation, by the host's clock; null before this sample",
  ),
  stored('third_later_clock_offset_seconds', 'seconds', 'clock offset of this sample; null if unknown'),
  nullable(
    'session_limit',
    'string',
    'what limits the session to one hour, as a code of `report -f json`; only in the newest generation',
    ofNewest(({ session }) => session?.limit ?? null),
  ),
  nullable(
    'session_token_expires_at',
    'instant',
    'when the token of IAM Identity Center expires; only in the newest generation',
    ofNewest(({ session }) => session?.tokenExpiresAt ?? null),
  ),
  nullable(
    'host_clock_offset_seconds',
    'seconds',
    'newest known clock offset of the host; only in the newest generation of the host',
    ofNewest(({ hostClockOffset }) => hostClockOffset),
  ),
];

/** All columns of a file. Names are permanent. */
export const PARQUET_COLUMNS: readonly ParquetColumn[] = [...MEASURED_COLUMNS, ...STORED_COLUMNS];
