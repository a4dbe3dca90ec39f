import { toNullable, valueAt } from '../../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../../domain/measurement/columns/column-measurement.ts';
import { findEndingRotations, findValidityWhenIssued } from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { floorToSecond } from '../../../domain/time/instant.ts';
import { describeLeadTime } from '../../messages/measurements.ts';
import { describeGenerationFlags, GENERATION_FLAGS } from '../../messages/page.ts';
import { formatNumber } from '../../text/format-values.ts';
import type { TimeFormat } from '../../text/time-format.ts';

/** A generation on the page. Instants are rounded down to whole seconds. It never contains the key id. */
export interface GenerationRow {
  servedFrom: Instant;
  servedTo: Instant;
  firstSeen: Instant;
  lastSeen: Instant;
  issuedAt: Instant | null;
  expiration: Instant;
  validityWhenIssued: Seconds | null;
  /** Null if the generation was not replaced by a witnessed rotation. */
  leadTime: Seconds | null;
  interval: Seconds | null;
  sampleCount: number;
  /** Bits of {@link GENERATION_FLAGS}. */
  flags: number;
}

/** A list, or rows that are computed when they are read. Many rows as objects take more time than the rest of a page. */
export type GenerationRows = Pick<readonly GenerationRow[], 'length' | 'at'>;

/** In the order in which the generations were issued. */
export function listGenerationRows(measurement: Measurement): GenerationRows {
  const history = getHistoryColumns(measurement);
  const { generations, served, rotations } = history;
  const validityWhenIssued = findValidityWhenIssued(history);
  const endings = findEndingRotations(history);
  const isServedInTurns = measurement.severalEndpoints !== null;
  const computeRow = (index: number): GenerationRow => {
    // Outside of the columns without a rotation, so all of its values are NaN.
    const rotation = valueAt(endings, index);
    const isWitnessed = valueAt(rotations.isWitnessed, rotation);
    const expiration = valueAt(generations.expiration, index);
    const lastSeen = valueAt(generations.lastSeen, index);
    let flags = index === generations.count - 1 ? GENERATION_FLAGS.newest : 0;
    if (isServedInTurns) flags |= GENERATION_FLAGS.overlapping;
    else if (isWitnessed === 0) flags |= GENERATION_FLAGS.unwitnessed;
    else if (valueAt(rotations.isDated, rotation) === 0) flags |= GENERATION_FLAGS.window;
    if (valueAt(generations.latestExpiration, index) > expiration) flags |= GENERATION_FLAGS.extended;
    if (lastSeen > expiration) flags |= GENERATION_FLAGS.servedExpired;
    return {
      servedFrom: floorToSecond(valueAt(served.from, index)),
      servedTo: floorToSecond(valueAt(served.to, index)),
      firstSeen: floorToSecond(valueAt(generations.firstSeen, index)),
      lastSeen: floorToSecond(lastSeen),
      issuedAt: toNullable(floorToSecond(valueAt(generations.lastUpdated, index))),
      expiration: floorToSecond(expiration),
      validityWhenIssued: toNullable(valueAt(validityWhenIssued, index)),
      leadTime: isWitnessed === 1 ? valueAt(rotations.leadTime, rotation) : null,
      interval: toNullable(valueAt(rotations.interval, rotation)),
      sampleCount: valueAt(generations.samples, index),
      flags,
    };
  };
  const { length } = served.to;
  return { length, at: (index) => (index >= 0 && index < length ? computeRow(index) : undefined) };
}

/** An empty cell looks like an error. */
export const NO_VALUE = '–';

type TableColumns = readonly [
  label: string,
  format: (row: GenerationRow, times: TimeFormat) => string,
  /** A class of the style sheet. */
  className?: 'number' | 'remark',
][];

const LEAD_TIME: TableColumns[number] = ['lead time', formatLeadTime, 'number'];
const VALIDITY: TableColumns[number] = [
  'validity when issued',
  (row) => formatNullableDuration(row.validityWhenIssued),
  'number',
];
const INTERVAL: TableColumns[number] = ['interval', (row) => formatNullableDuration(row.interval), 'number'];
const SAMPLES: TableColumns[number] = ['samples', (row) => formatNumber(row.sampleCount)];
const NOTES: TableColumns[number] = [
  'notes',
  (row) => describeGenerationFlags(row.flags, (row.servedTo - row.lastSeen) / 1000).join('; ') || NO_VALUE,
  'remark',
];

/** The columns of the table of generations, for the static page and for its script. */
export const GENERATION_TABLE_COLUMNS: TableColumns = [
  ['first seen', (row, times) => times.timestamp(row.firstSeen)],
  ['last seen', (row, times) => times.timestamp(row.lastSeen)],
  ['issued', (row, times) => (row.issuedAt === null ? NO_VALUE : times.timestamp(row.issuedAt))],
  ['expires', (row, times) => times.timestamp(row.expiration)],
  VALIDITY,
  LEAD_TIME,
  INTERVAL,
  SAMPLES,
  NOTES,
];

/** The most useful columns first, because a phone may not show all of them. */
export const WORST_ROTATION_COLUMNS: TableColumns = [
  LEAD_TIME,
  ['rotated at', (row, times) => times.timestamp(row.servedTo)],
  VALIDITY,
  INTERVAL,
  NOTES,
];

function formatLeadTime({ leadTime, flags, expiration, lastSeen }: GenerationRow): string {
  const isWindow = (flags & (GENERATION_FLAGS.window | GENERATION_FLAGS.overlapping)) !== 0;
  if (leadTime === null || !isWindow) return formatNullableDuration(leadTime);
  return describeLeadTime(leadTime, Math.floor((expiration - lastSeen) / 1000));
}

const formatNullableDuration = (seconds: Seconds | null) =>
  seconds === null ? NO_VALUE : formatDuration(seconds);
