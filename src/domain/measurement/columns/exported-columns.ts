import type { RecordedColumns } from './generation-columns.ts';

type NumberField = Exclude<keyof RecordedColumns, 'count' | 'accessKeyIds'>;

/**
 * The columns of the Parquet export that have a generation as stored, before the clock rules of its series. An analysis of
 * these columns gives the same report as the database. Names are permanent.
 */
export const EXPORTED_COLUMNS = {
  stated_last_updated: 'lastUpdated',
  expiration: 'expiration',
  latest_expiration: 'latestExpiration',
  zoneless: 'zoneless',
  stored_first_seen_at: 'firstSeen',
  stored_last_seen_at: 'lastSeen',
  raw_first_seen_at: 'rawFirstSeen',
  raw_last_seen_at: 'rawLastSeen',
  sample_count: 'samples',
  smallest_clock_offset_seconds: 'smallestClockOffset',
  largest_clock_offset_seconds: 'largestClockOffset',
  corrected_ahead_ms: 'correctedAheadMs',
  raw_ahead_ms: 'rawAheadMs',
  last_updated_varying: 'isLastUpdatedVarying',
  third_later_observed_at: 'thirdLaterObservedAt',
  third_later_clock_offset_seconds: 'thirdLaterClockOffset',
} as const satisfies Readonly<Record<string, NumberField>>;

export type ExportedColumn = keyof typeof EXPORTED_COLUMNS;

/** In all others, an absent value shows that the file is damaged. */
export const NULLABLE_EXPORTED_COLUMNS: ReadonlySet<ExportedColumn> = new Set([
  'stated_last_updated',
  'smallest_clock_offset_seconds',
  'largest_clock_offset_seconds',
  'corrected_ahead_ms',
  'raw_ahead_ms',
  'third_later_observed_at',
  'third_later_clock_offset_seconds',
]);
