import type { GenerationFigures } from '../../../domain/fleet/generation-figures.ts';
import { getGenerationKey, getKeyIdOfGeneration } from '../../../domain/measurement/generations.ts';
import type { RecordedGeneration, SeriesIdentity } from '../../../domain/model.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { formatMonthStart } from '../migrate/partitions.ts';
import { IDENTITY_COLUMNS } from '../schema.ts';
import type { RowValue, WrittenTable } from './tables.ts';

interface StoredValues extends RecordedGeneration, GenerationFigures {}

const VALUES: Readonly<Record<string, (generation: StoredValues) => RowValue>> = {
  month: ({ firstSeen }) => formatMonthStart(firstSeen),
  generation_key: getGenerationKey,
  last_updated: ({ lastUpdated }) => lastUpdated,
  expiration: ({ expiration }) => expiration,
  latest_expiration: ({ latestExpiration }) => latestExpiration,
  zoneless: ({ zoneless }) => zoneless,
  first_seen: ({ firstSeen }) => firstSeen,
  last_seen: ({ lastSeen }) => lastSeen,
  raw_first_seen: ({ rawFirstSeen }) => rawFirstSeen,
  raw_last_seen: ({ rawLastSeen }) => rawLastSeen,
  samples: ({ samples }) => samples,
  smallest_clock_offset: ({ smallestClockOffset }) => smallestClockOffset,
  largest_clock_offset: ({ largestClockOffset }) => largestClockOffset,
  corrected_ahead_ms: ({ correctedAheadMs }) => correctedAheadMs,
  raw_ahead_ms: ({ rawAheadMs }) => rawAheadMs,
  last_updated_varying: ({ isLastUpdatedVarying }) => isLastUpdatedVarying,
  third_later_observed_at: ({ thirdLaterSample }) => thirdLaterSample?.observedAt ?? null,
  third_later_clock_offset: ({ thirdLaterSample }) => thirdLaterSample?.clockOffset ?? null,
  validity_when_issued: ({ validityWhenIssued }) => validityWhenIssued,
  rotated_at: ({ rotatedAt }) => rotatedAt,
  lead_time: ({ leadTime }) => leadTime,
  rotation_interval: ({ interval }) => interval,
  dated: ({ isDated }) => isDated,
  witnessed: ({ isWitnessed }) => isWitnessed,
  remaining_when_served_last: ({ remainingWhenServedLast }) => remainingWhenServedLast,
};

const VALUE_ENTRIES = Object.entries(VALUES);
export const GENERATIONS: WrittenTable = {
  name: 'cred_watch.generations',
  columns: [...IDENTITY_COLUMNS, ...VALUE_ENTRIES.map(([column]) => column)],
  keyLength: IDENTITY_COLUMNS.length + 2,
};

/** The values of a row after the identity of the series: the month, the key, and so on. */
export const toGenerationValues = (
  generation: RecordedGeneration,
  figures: GenerationFigures,
): RowValue[] => {
  const values = { ...generation, ...figures };
  return VALUE_ENTRIES.map(([, read]) => read(values));
};

/** A row as the driver returns it. */
export interface GenerationRow {
  generation: RecordedGeneration;
  /** In the order of {@link toGenerationValues}, for a comparison. */
  values: RowValue[];
}

type ReadRow = Record<string, RowValue>;

/** Reads all generations of a series. The series is locked. */
export async function readGenerationRows(
  statements: Statements,
  { host, source, apiVersion, role }: SeriesIdentity,
): Promise<GenerationRow[]> {
  const rows = await statements.query<ReadRow>(
    `SELECT ${VALUE_ENTRIES.map(([column]) => column).join(', ')} FROM cred_watch.generations
     WHERE host = $1 AND source = $2 AND api_version = $3 AND role = $4`,
    [host, source, apiVersion, role],
  );
  return rows.map((row) => ({
    generation: toGeneration(row),
    values: VALUE_ENTRIES.map(([column]) => row[column] ?? null),
  }));
}

function toGeneration(row: ReadRow): RecordedGeneration {
  const number = (column: string) => Number(row[column]);
  const optional = (column: string) => {
    const value = row[column];
    return value === null || value === undefined ? null : Number(value);
  };
  const thirdLaterAt = optional('third_later_observed_at');
  return {
    accessKeyId: getKeyIdOfGeneration(String(row.generation_key)),
    lastUpdated: optional('last_updated'),
    expiration: number('expiration'),
    latestExpiration: number('latest_expiration'),
    zoneless: row.zoneless === true,
    firstSeen: number('first_seen'),
    lastSeen: number('last_seen'),
    rawFirstSeen: number('raw_first_seen'),
    rawLastSeen: number('raw_last_seen'),
    samples: number('samples'),
    smallestClockOffset: optional('smallest_clock_offset'),
    largestClockOffset: optional('largest_clock_offset'),
    correctedAheadMs: optional('corrected_ahead_ms'),
    rawAheadMs: optional('raw_ahead_ms'),
    isLastUpdatedVarying: row.last_updated_varying === true,
    thirdLaterSample:
      thirdLaterAt === null
        ? null
        : { observedAt: thirdLaterAt, clockOffset: optional('third_later_clock_offset') },
  };
}

/** Deletes the row of a generation in other months, because its first sample is now in `month`. */
export const deleteOtherMonths = (
  statements: Statements,
  { host, source, apiVersion, role }: SeriesIdentity,
  { key, month }: { key: string; month: string },
): Promise<unknown> =>
  statements.query(
    `DELETE FROM cred_watch.generations
     WHERE host = $1 AND source = $2 AND api_version = $3 AND role = $4 AND generation_key = $5 AND month <> $6`,
    [host, source, apiVersion, role, key, month],
  );
