import {
  type BehaviourChange,
  CHANGE_DIRECTIONS,
  CHANGED_FIGURES,
} from '../../../../domain/fleet/behaviour-change.ts';
import type {
  MeasuredFigures,
  PeriodFigures,
  SeriesFigures,
} from '../../../../domain/fleet/series-figures.ts';
import type { Extremes, SampleClock, ValidityRange } from '../../../../domain/measurement/measurement.ts';
import type { Seconds } from '../../../../domain/model.ts';
import type { Evidence } from '../../../../domain/verdict/evidence.ts';
import type { CheckedTable, Row } from '../checked-values.ts';
import { readIdentity, readSession } from '../series-rows.ts';

/** The figures of a row of `series`, without a failure of the newest poll. */
export function toSeriesFigures(table: CheckedTable, row: Row): SeriesFigures {
  return {
    identity: readIdentity(table, row),
    isPolled: table.flag(row, 'polled'),
    session: readSession(table, row),
    wasNeverConfigured: table.flag(row, 'never_configured'),
    failure: null,
    measured: row.sample_count === null ? null : readMeasured(table, row),
  };
}

const readMeasured = (table: CheckedTable, row: Row): MeasuredFigures => ({
  sampleCount: table.count(row, 'sample_count'),
  generationCount: table.count(row, 'generation_count'),
  witnessedCount: table.count(row, 'witnessed_count'),
  firstSample: table.number(row, 'first_sample'),
  lastSample: table.number(row, 'last_sample'),
  watchedTime: table.count(row, 'watched_time'),
  watchedShare: table.fraction(row, 'watched_share'),
  rotationInterval: readExtremes(table, row),
  validityWhenIssued: readValidity(table, row),
  largestPossibleValidity: table.nullable(row, 'largest_possible_validity'),
  longestServedValidity: table.number(row, 'longest_served_validity'),
  sampledMinimumSeconds: table.number(row, 'sampled_minimum'),
  worstCaseSeconds: table.number(row, 'worst_case'),
  worstCaseAt: table.number(row, 'worst_case_at'),
  lag: table.number(row, 'lag'),
  usualGap: table.nullable(row, 'usual_gap'),
  isIssuedPerRequest: table.flag(row, 'issued_per_request'),
  areDurationsMixed: table.flag(row, 'durations_mixed'),
  hasSeveralEndpoints: table.flag(row, 'several_endpoints'),
  leadTimeTrend: readTrend(table, row),
  clock: readClock(table, row),
  evidence: readEvidence(table, row),
  overdueServedFor: table.nullable(row, 'overdue_served_for'),
  unprovenValidity: table.nullable(row, 'unproven_validity'),
  validShare: table.fraction(row, 'valid_share'),
  newestExpiration: table.number(row, 'newest_expiration'),
  lastRotationAt: table.nullable(row, 'last_rotation_at'),
  lastWeek: readPeriod(table, row, 'last_week'),
  before: readPeriod(table, row, 'before'),
  changes: readChanges(table, row),
});

function readExtremes(table: CheckedTable, row: Row): Extremes | null {
  const median = table.nullable(row, 'rotation_interval_median');
  if (median === null) return null;
  return {
    min: table.number(row, 'rotation_interval_min'),
    median,
    max: table.number(row, 'rotation_interval_max'),
  };
}

function readValidity(table: CheckedTable, row: Row): ValidityRange | null {
  const min = table.nullable(row, 'validity_when_issued_min');
  return min === null ? null : { min, max: table.number(row, 'validity_when_issued_max') };
}

function readTrend(table: CheckedTable, row: Row): MeasuredFigures['leadTimeTrend'] {
  const shrinkingPerDay: Seconds | null = table.fraction(row, 'shrinking_per_day');
  return shrinkingPerDay === null ? null : { shrinkingPerDay, points: table.count(row, 'trend_points') };
}

function readClock(table: CheckedTable, row: Row): SampleClock {
  const count = table.nullable(row, 'issued_in_future_count');
  return {
    usesRawTimes: table.flag(row, 'uses_raw_times'),
    shiftMs: table.number(row, 'clock_shift_ms'),
    newestOffset: table.nullable(row, 'clock_newest_offset'),
    // The database belongs to all hosts.
    isReadElsewhere: true,
    correctedLastSample: table.number(row, 'corrected_last_sample'),
    issuedInFuture:
      count === null
        ? null
        : {
            count,
            ahead: table.number(row, 'issued_in_future'),
            isDecisive: table.flag(row, 'issued_in_future_decisive'),
          },
  };
}

const readEvidence = (table: CheckedTable, row: Row): Evidence => ({
  observations: table.count(row, 'evidence_observations'),
  nextRotationChance: table.fraction(row, 'next_rotation_chance'),
  recentRecords: {
    records: table.count(row, 'recent_records'),
    rotations: table.count(row, 'recent_rotations'),
  },
  watchedDays: table.count(row, 'watched_days'),
  nextDayChance: table.fraction(row, 'next_day_chance'),
  randomStartChance: table.fraction(row, 'random_start_chance'),
});

function readPeriod(table: CheckedTable, row: Row, period: 'last_week' | 'before'): PeriodFigures | null {
  const rotationCount = table.nullable(row, `${period}_rotations`);
  if (rotationCount === null) return null;
  return {
    rotationCount,
    minLeadTime: table.number(row, `${period}_min_lead_time`),
    medianInterval: table.nullable(row, `${period}_median_interval`),
    maxValidityWhenIssued: table.nullable(row, `${period}_max_validity`),
  };
}

function readChanges(table: CheckedTable, row: Row): readonly BehaviourChange[] {
  if (row.changes === null) return NO_CHANGES;
  try {
    const changes: unknown = JSON.parse(table.text(row, 'changes'));
    if (Array.isArray(changes) && changes.every(isChange)) return changes;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw table.createError('changes');
}

const NO_CHANGES: readonly BehaviourChange[] = [];

function isChange(value: unknown): value is BehaviourChange {
  if (typeof value !== 'object' || value === null) return false;
  const { figure, direction, ...numbers } = value as Record<string, unknown>;
  return (
    CHANGED_FIGURES.some((each) => each === figure) &&
    CHANGE_DIRECTIONS.some((each) => each === direction) &&
    ['changedCount', 'weekCount', 'usual', 'changed'].every((name) => Number.isSafeInteger(numbers[name]))
  );
}
