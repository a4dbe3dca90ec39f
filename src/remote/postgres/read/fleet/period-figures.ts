import type { MeasuredFigures, SeriesFigures } from '../../../../domain/fleet/series-figures.ts';
import type { Instant, Seconds, SourceName } from '../../../../domain/model.ts';
import { getSeriesKey } from '../../../../domain/series-key.ts';
import { secondsBetween } from '../../../../domain/time/instant.ts';
import { computeOverdueLimit } from '../../../../domain/verdict/checks/overdue.ts';
import { chooseEarlier } from '../../../../domain/verdict/figures/choose-series.ts';
import type { HistorySelection } from '../../../loaded-histories.ts';
import type { Statements } from '../../connection/postgres-connection.ts';
import { CheckedTable, type Row } from '../checked-values.ts';
import { buildCondition } from '../conditions.ts';
import { readIdentity } from '../series-rows.ts';

/**
 * Replaces the figures of each series by the figures of the selected period. They come from the stored values of the
 * generations, so a few figures are unknown: see `PERIOD_MESSAGE`.
 */
export async function readPeriods(
  statements: Statements,
  selection: HistorySelection,
  figures: readonly SeriesFigures[],
  database: string,
): Promise<readonly SeriesFigures[]> {
  const { since, until, ...series } = selection;
  if (since === undefined && until === undefined) return figures;
  const { sql, values } = buildCondition(series, [
    ['last_seen >= ?', since],
    ['first_seen <= ?', until],
  ]);
  // A generation of the period can have been replaced after the period, which says nothing about the period.
  const witnessed = until === undefined ? 'witnessed' : `witnessed AND rotated_at <= $${values.length + 1}`;
  const rows = await statements.query<Row>(
    `SELECT host, source, api_version, role, count(*) AS generation_count,
       CAST(sum(samples) AS bigint) AS sample_count,
       CAST(sum(CASE WHEN ${witnessed} THEN 1 ELSE 0 END) AS bigint) AS witnessed_count,
       min(first_seen) AS first_seen, max(last_seen) AS last_seen,
       min(raw_first_seen) AS raw_first_seen, max(raw_last_seen) AS raw_last_seen,
       min(remaining_when_served_last) AS worst_case,
       min(validity_when_issued) AS validity_min, max(validity_when_issued) AS validity_max,
       min(rotation_interval) AS interval_min, max(rotation_interval) AS interval_max,
       max(first_seen) AS newest_first_seen, max(last_updated) AS newest_last_updated,
       max(CASE WHEN ${witnessed} THEN rotation_interval END) AS witnessed_interval_max,
       max(expiration) AS expiration, max(CASE WHEN ${witnessed} THEN rotated_at END) AS rotated_at
     FROM cred_watch.generations ${sql} GROUP BY host, source, api_version, role`,
    until === undefined ? values : [...values, until],
  );
  const table = new CheckedTable(database, 'generations');
  const periods = new Map(rows.map((row) => [getSeriesKey(readIdentity(table, row)), row]));
  const ofPeriod = figures.flatMap((each) => {
    const row = periods.get(getSeriesKey(each.identity));
    if (each.measured === null) return each;
    if (row === undefined) return [];
    return {
      ...each,
      session: null,
      measured: limitToPeriod(each.measured, each.identity.source, table, row),
    };
  });
  return [...ofPeriod, ...listEarlier(figures, ofPeriod, since)];
}

/** As in a report from a file. */
function listEarlier(
  figures: readonly SeriesFigures[],
  ofPeriod: readonly SeriesFigures[],
  since: Instant | undefined,
): SeriesFigures[] {
  if (since === undefined || ofPeriod.length === 0) return [];
  const spans = figures.map(({ identity, isPolled, measured }) => ({
    identity,
    isPolled,
    overview: measured,
  }));
  const inPeriod = ofPeriod.filter(({ measured }) => measured !== null);
  return chooseEarlier(spans, inPeriod, since).map((series) => ({
    ...series,
    session: null,
    wasNeverConfigured: false,
    failure: null,
    measured: null,
  }));
}

/** The clock, the trend and the share of valid time are those of the whole history: they make no verdict better. */
function limitToPeriod(
  whole: MeasuredFigures,
  source: SourceName,
  table: CheckedTable,
  row: Row,
): MeasuredFigures {
  const { clock } = whole;
  const correct = (column: string) =>
    table.number(row, clock.usesRawTimes ? `raw_${column}` : column) + clock.shiftMs;
  const witnessedCount = table.count(row, 'witnessed_count');
  const validityMin = table.nullable(row, 'validity_min');
  const intervalMin = table.nullable(row, 'interval_min');
  const worstCaseSeconds = table.number(row, 'worst_case');
  const lastSample = correct('last_seen');
  return {
    ...whole,
    sampleCount: table.count(row, 'sample_count'),
    generationCount: table.count(row, 'generation_count'),
    witnessedCount,
    firstSample: correct('first_seen'),
    lastSample,
    watchedShare: null,
    rotationInterval:
      intervalMin === null
        ? null
        : { min: intervalMin, median: intervalMin, max: table.number(row, 'interval_max') },
    validityWhenIssued:
      validityMin === null ? null : { min: validityMin, max: table.number(row, 'validity_max') },
    largestPossibleValidity: null,
    worstCaseSeconds,
    worstCaseAt: lastSample,
    clock: { ...clock, correctedLastSample: table.number(row, 'last_seen') },
    evidence: { ...whole.evidence, observations: witnessedCount },
    overdueServedFor:
      (lastSample < whole.lastSample ? null : whole.overdueServedFor) ??
      findOverdueInPeriod(whole, source, table, row),
    newestExpiration: table.number(row, 'expiration'),
    lastRotationAt: table.nullable(row, 'rotated_at'),
    lastWeek: null,
    before: null,
    changes: [],
  };
}

/**
 * For how long the newest generation of the period had been served, if its rotation was overdue. This time is at least
 * the one that an analysis of the period finds, so a report never says safe where the analysis says unknown.
 */
function findOverdueInPeriod(
  { isIssuedPerRequest }: MeasuredFigures,
  source: SourceName,
  table: CheckedTable,
  row: Row,
): Seconds | null {
  const interval = table.nullable(row, 'witnessed_interval_max');
  if (isIssuedPerRequest || (interval === null && source !== 'imds')) return null;
  const firstSeen = table.number(row, 'newest_first_seen');
  const servedSince = Math.min(firstSeen, table.nullable(row, 'newest_last_updated') ?? firstSeen);
  const servedFor = secondsBetween(servedSince, table.number(row, 'last_seen'));
  return servedFor > computeOverdueLimit(interval) ? servedFor : null;
}
