import type { MeasuredFigures, SeriesFigures } from '../../../domain/fleet/series-figures.ts';
import { compareText } from '../../../domain/lists.ts';
import type { Instant, SeriesIdentity, SessionFacts } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { Finding } from '../../../domain/verdict/finding.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { IDENTITY_COLUMNS } from '../schema.ts';
import { listParameters, type RowValue, toIdentityValues, upsertRows, type WrittenTable } from './tables.ts';

/** The columns of figures. NULL without a sample. */
const MEASURED: Readonly<Record<string, (figures: MeasuredFigures) => RowValue>> = {
  sample_count: ({ sampleCount }) => sampleCount,
  generation_count: ({ generationCount }) => generationCount,
  witnessed_count: ({ witnessedCount }) => witnessedCount,
  first_sample: ({ firstSample }) => firstSample,
  last_sample: ({ lastSample }) => lastSample,
  watched_time: ({ watchedTime }) => watchedTime,
  watched_share: ({ watchedShare }) => watchedShare,
  rotation_interval_min: ({ rotationInterval }) => rotationInterval?.min ?? null,
  rotation_interval_median: ({ rotationInterval }) => rotationInterval?.median ?? null,
  rotation_interval_max: ({ rotationInterval }) => rotationInterval?.max ?? null,
  validity_when_issued_min: ({ validityWhenIssued }) => validityWhenIssued?.min ?? null,
  validity_when_issued_max: ({ validityWhenIssued }) => validityWhenIssued?.max ?? null,
  largest_possible_validity: ({ largestPossibleValidity }) => largestPossibleValidity,
  longest_served_validity: ({ longestServedValidity }) => longestServedValidity,
  sampled_minimum: ({ sampledMinimumSeconds }) => sampledMinimumSeconds,
  worst_case: ({ worstCaseSeconds }) => worstCaseSeconds,
  worst_case_at: ({ worstCaseAt }) => worstCaseAt,
  lag: ({ lag }) => lag,
  usual_gap: ({ usualGap }) => usualGap,
  issued_per_request: ({ isIssuedPerRequest }) => isIssuedPerRequest,
  durations_mixed: ({ areDurationsMixed }) => areDurationsMixed,
  several_endpoints: ({ hasSeveralEndpoints }) => hasSeveralEndpoints,
  shrinking_per_day: ({ leadTimeTrend }) => leadTimeTrend?.shrinkingPerDay ?? null,
  trend_points: ({ leadTimeTrend }) => leadTimeTrend?.points ?? null,
  uses_raw_times: ({ clock }) => clock.usesRawTimes,
  clock_shift_ms: ({ clock }) => clock.shiftMs,
  clock_newest_offset: ({ clock }) => clock.newestOffset,
  corrected_last_sample: ({ clock }) => clock.correctedLastSample,
  issued_in_future_count: ({ clock }) => clock.issuedInFuture?.count ?? null,
  issued_in_future: ({ clock }) => clock.issuedInFuture?.ahead ?? null,
  issued_in_future_decisive: ({ clock }) => clock.issuedInFuture?.isDecisive ?? null,
  evidence_observations: ({ evidence }) => evidence.observations,
  next_rotation_chance: ({ evidence }) => evidence.nextRotationChance,
  recent_records: ({ evidence }) => evidence.recentRecords.records,
  recent_rotations: ({ evidence }) => evidence.recentRecords.rotations,
  watched_days: ({ evidence }) => evidence.watchedDays,
  next_day_chance: ({ evidence }) => evidence.nextDayChance,
  random_start_chance: ({ evidence }) => evidence.randomStartChance,
  overdue_served_for: ({ overdueServedFor }) => overdueServedFor,
  unproven_validity: ({ unprovenValidity }) => unprovenValidity,
  valid_share: ({ validShare }) => validShare,
  newest_expiration: ({ newestExpiration }) => newestExpiration,
  last_rotation_at: ({ lastRotationAt }) => lastRotationAt,
  last_week_rotations: ({ lastWeek }) => lastWeek?.rotationCount ?? null,
  last_week_min_lead_time: ({ lastWeek }) => lastWeek?.minLeadTime ?? null,
  last_week_median_interval: ({ lastWeek }) => lastWeek?.medianInterval ?? null,
  last_week_max_validity: ({ lastWeek }) => lastWeek?.maxValidityWhenIssued ?? null,
  before_rotations: ({ before }) => before?.rotationCount ?? null,
  before_min_lead_time: ({ before }) => before?.minLeadTime ?? null,
  before_median_interval: ({ before }) => before?.medianInterval ?? null,
  before_max_validity: ({ before }) => before?.maxValidityWhenIssued ?? null,
  changes: ({ changes }) => JSON.stringify(changes),
};

const MEASURED_ENTRIES = Object.entries(MEASURED);

const SERIES: WrittenTable = {
  name: 'cred_watch.series',
  columns: [
    ...IDENTITY_COLUMNS,
    ...['revision', 'polled', 'never_configured', 'session_limit', 'token_expires_at'],
    ...MEASURED_ENTRIES.map(([column]) => column),
  ],
  keyLength: IDENTITY_COLUMNS.length,
};

const FINDINGS: WrittenTable = {
  name: 'cred_watch.findings',
  columns: [...IDENTITY_COLUMNS, 'code', 'severity', 'fields'],
  keyLength: null,
};

/** What the database has about a series. */
export interface StoredSeries {
  revision: number;
  isPolled: boolean;
  session: SessionFacts | null;
  /** Of the figures. */
  firstSample: Instant | null;
  lastSample: Instant | null;
}

/** Stands for a row that the database does not have. */
export const NEW_SERIES: StoredSeries = {
  revision: 0,
  isPolled: false,
  session: null,
  firstSample: null,
  lastSample: null,
};

interface SeriesRow {
  host: string;
  source: SeriesIdentity['source'];
  api_version: string;
  role: string;
  revision: number;
  polled: boolean;
  session_limit: SessionFacts['limit'];
  token_expires_at: number | null;
  first_sample: number | null;
  last_sample: number | null;
}

/**
 * Adds the series that are missing, and locks all of them until the end of the transaction, in the order of their key so
 * that two writers cannot wait for each other. A new series has revision 0.
 */
export async function lockSeries(
  statements: Statements,
  identities: readonly SeriesIdentity[],
): Promise<Map<string, StoredSeries>> {
  const sorted = identities.toSorted((a, b) => compareText(getSeriesKey(a), getSeriesKey(b)));
  const columns = [...IDENTITY_COLUMNS, 'revision', 'polled', 'never_configured'];
  await statements.query(
    `INSERT INTO cred_watch.series (${columns.join(', ')}) VALUES ${listParameters(sorted.length, columns.length)}
     ON CONFLICT (${IDENTITY_COLUMNS.join(', ')}) DO NOTHING`,
    sorted.flatMap((each) => [...toIdentityValues(each), 0, false, false]),
  );
  const rows = await statements.query<SeriesRow>(
    `SELECT host, source, api_version, role, revision, polled, session_limit, token_expires_at, first_sample, last_sample
     FROM cred_watch.series WHERE (host, source, api_version, role) IN (${listParameters(sorted.length, IDENTITY_COLUMNS.length)})
     ORDER BY host, source, api_version, role FOR UPDATE`,
    sorted.flatMap(toIdentityValues),
  );
  return new Map(
    rows.map((row) => [
      getSeriesKey({ host: row.host, source: row.source, apiVersion: row.api_version, role: row.role }),
      {
        revision: row.revision,
        isPolled: row.polled,
        session:
          row.session_limit === null && row.token_expires_at === null
            ? null
            : { limit: row.session_limit, tokenExpiresAt: row.token_expires_at },
        firstSample: row.first_sample,
        lastSample: row.last_sample,
      },
    ]),
  );
}

/** A series with its new revision, its figures and its findings. */
export interface WrittenSeries {
  revision: number;
  figures: SeriesFigures;
  findings: readonly Finding[];
}

/** Replaces the figures and findings of locked series. */
export async function writeSeries(statements: Statements, series: readonly WrittenSeries[]): Promise<void> {
  await upsertRows(statements, SERIES, series.map(toSeriesRow));
  const identities = series.map(({ figures }) => figures.identity);
  await statements.query(
    `DELETE FROM cred_watch.findings
     WHERE (host, source, api_version, role) IN (${listParameters(series.length, IDENTITY_COLUMNS.length)})`,
    identities.flatMap(toIdentityValues),
  );
  const findings = series.flatMap(({ figures, findings: ofSeries }) =>
    ofSeries.map(({ code, severity, ...fields }) => [
      ...toIdentityValues(figures.identity),
      code,
      severity,
      JSON.stringify(fields),
    ]),
  );
  if (findings.length > 0) await upsertRows(statements, FINDINGS, findings);
}

const toSeriesRow = ({ revision, figures }: WrittenSeries): RowValue[] => {
  const { identity, isPolled, wasNeverConfigured, session, measured } = figures;
  return [
    ...toIdentityValues(identity),
    ...[revision, isPolled, wasNeverConfigured, session?.limit ?? null, session?.tokenExpiresAt ?? null],
    ...MEASURED_ENTRIES.map(([, read]) => (measured === null ? null : read(measured))),
  ];
};

/** Deletes a series that was known only from failed polls, because the host and source now have samples. */
export const deleteUnsampledSeries = (
  statements: Statements,
  { host, source }: Pick<SeriesIdentity, 'host' | 'source'>,
): Promise<unknown> =>
  statements.query(
    `DELETE FROM cred_watch.series
     WHERE host = $1 AND source = $2 AND api_version = '' AND role = '' AND sample_count IS NULL`,
    [host, source],
  );
