import { type Column, toNullable, valueAt } from '../../domain/measurement/columns/column.ts';
import type { HistoryColumns } from '../../domain/measurement/columns/history-lists.ts';
import { computeMaxLeadTimeAt } from '../../domain/measurement/rotations.ts';
import { getRemainingWhenServedLast } from '../../domain/measurement/validity.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { maskKeyId } from '../text/format-values.ts';
import type { MeasuredSeries } from './series-rows.ts';

/** All except text and flags are 64-bit integers in the file. An instant is in milliseconds. */
export type ColumnType = 'string' | 'boolean' | 'seconds' | 'milliseconds' | 'count' | 'instant';

/** Null if unknown. An instant is a number of milliseconds. */
export type ColumnValue = string | boolean | number | null;

export interface ParquetColumn {
  name: string;
  type: ColumnType;
  /** The value may be null. */
  isNullable: boolean;
  /** For the documents: a phrase without a full stop. */
  description: string;
  /** @param index of the generation */
  read(series: MeasuredSeries, index: number): ColumnValue;
}

export type Read<T> = (series: MeasuredSeries, index: number) => T;

/** Reads a value that every generation has. */
export const column = (
  name: string,
  type: ColumnType,
  description: string,
  read: Read<string | boolean | number>,
): ParquetColumn => ({ name, type, isNullable: false, description, read });

export const nullable = (
  name: string,
  type: ColumnType,
  description: string,
  read: Read<ColumnValue>,
): ParquetColumn => ({ name, type, isNullable: true, description, read });

/** Reads a number of the generation. */
const fromGeneration =
  (key: Exclude<keyof HistoryColumns['generations'], 'count' | 'accessKeyIds'>): Read<number> =>
  ({ history }, index) =>
    valueAt(history.generations[key], index);

/** Reads a value of the rotation that ended the generation. Null if no rotation ended it. */
const atRotation =
  (read: (history: HistoryColumns, rotation: number) => ColumnValue): Read<ColumnValue> =>
  ({ history, endings }, index) => {
    const rotation = toNullable(valueAt(endings, index));
    return rotation === null ? null : read(history, rotation);
  };

/** As {@link atRotation}. Null also if another rotation can be hidden next to this one. */
const ifWitnessed = (read: (history: HistoryColumns, rotation: number) => ColumnValue): Read<ColumnValue> =>
  atRotation((history, rotation) =>
    isTrue(history.rotations.isWitnessed, rotation) ? read(history, rotation) : null,
  );

const isTrue = (flags: Column, index: number): boolean => flags[index] === 1;

const optional =
  (read: Read<number>): Read<number | null> =>
  (series, index) =>
    toNullable(read(series, index));

/** What a report shows of a generation. Names are permanent. `host` and `month` are in the path of the file. */
export const MEASURED_COLUMNS: readonly ParquetColumn[] = [
  column('source', 'string', 'source, as in reports', ({ identity }) => identity.source),
  column(
    'api_version',
    'string',
    'API version; empty if the source has none',
    ({ identity }) => identity.apiVersion,
  ),
  column('role', 'string', 'role; empty if the source gives none', ({ identity }) => identity.role),
  column('polled', 'boolean', 'samples were polled; false if all were imported', ({ isPolled }) => isPolled),
  column('retired', 'boolean', 'another series has replaced this one', ({ isRetired }) => isRetired),
  column(
    'several_endpoints',
    'boolean',
    'several endpoints serve credentials alternately',
    ({ measurement }) => measurement.severalEndpoints !== null,
  ),
  column(
    'issued_per_request',
    'boolean',
    'each request gets new credentials, so the series has no rotations',
    ({ measurement }) => measurement.isIssuedPerRequest,
  ),
  nullable('access_key_id', 'string', 'masked key id; null in logs without key ids', ({ history }, index) => {
    const keyId = history.generations.accessKeyIds.at(index) ?? '';
    return keyId === '' ? null : maskKeyId(keyId);
  }),
  column(
    'newest',
    'boolean',
    'newest generation of the series',
    ({ history }, index) => index === history.generations.count - 1,
  ),
  column('first_seen_at', 'instant', 'first sample, by the corrected clock', fromGeneration('firstSeen')),
  column('last_seen_at', 'instant', 'last sample, by the corrected clock', fromGeneration('lastSeen')),
  column('sample_count', 'count', 'samples of the generation', fromGeneration('samples')),
  nullable(
    'last_updated',
    'instant',
    '`LastUpdated`; null if the source does not state it or if it is not usable',
    optional(fromGeneration('lastUpdated')),
  ),
  column('expiration', 'instant', 'smallest expiration ever stated', fromGeneration('expiration')),
  column(
    'latest_expiration',
    'instant',
    'largest expiration ever stated',
    fromGeneration('latestExpiration'),
  ),
  column(
    'zoneless',
    'boolean',
    'a time had no time zone and was read as UTC',
    (series, index) => fromGeneration('zoneless')(series, index) === 1,
  ),
  nullable(
    'smallest_clock_offset_seconds',
    'seconds',
    "smallest offset of the host's clock from the `Date` header; null if unknown",
    optional(fromGeneration('smallestClockOffset')),
  ),
  nullable(
    'largest_clock_offset_seconds',
    'seconds',
    'largest offset',
    optional(fromGeneration('largestClockOffset')),
  ),
  column(
    'served_from',
    'instant',
    'from this time the generation is known to have been served',
    ({ history }, index) => valueAt(history.served.from, index),
  ),
  column('served_to', 'instant', 'until this time it is known to have been served', ({ history }, index) =>
    valueAt(history.served.to, index),
  ),
  nullable(
    'validity_when_issued_seconds',
    'seconds',
    'remaining validity when the generation appeared; null if this time is unknown',
    ({ validityWhenIssued }, index) => toNullable(valueAt(validityWhenIssued, index)),
  ),
  column(
    'remaining_when_last_seen_seconds',
    'seconds',
    'remaining validity at the last sample; the smallest one is the sampled minimum',
    ({ history: { generations } }, index) =>
      secondsBetween(valueAt(generations.lastSeen, index), valueAt(generations.expiration, index)),
  ),
  column(
    'least_remaining_seconds',
    'seconds',
    'remaining validity at `served_to`; the smallest one is the worst case',
    ({ history }, index) => getRemainingWhenServedLast(history, index),
  ),
  nullable(
    'witnessed',
    'boolean',
    'no other rotation can be hidden next to this one; null if no rotation ended the generation',
    atRotation(({ rotations }, rotation) => isTrue(rotations.isWitnessed, rotation)),
  ),
  nullable(
    'lead_time_seconds',
    'seconds',
    'lead time of the rotation; null unless it was witnessed',
    ifWitnessed(({ rotations }, rotation) => valueAt(rotations.leadTime, rotation)),
  ),
  nullable(
    'max_lead_time_seconds',
    'seconds',
    'lead time if the rotation came at the earliest possible time',
    ifWitnessed(({ generations, rotations }, rotation) =>
      computeMaxLeadTimeAt(generations, rotations, rotation),
    ),
  ),
  nullable(
    'lead_time_at_most',
    'boolean',
    'the credentials may have expired before the rotation: the lead time counts as 0, and reports show "at most" and the maximum',
    ifWitnessed(
      ({ generations, rotations }, rotation) =>
        valueAt(rotations.leadTime, rotation) === 0 &&
        computeMaxLeadTimeAt(generations, rotations, rotation) > 0,
    ),
  ),
  nullable(
    'rotation_dated',
    'boolean',
    '`LastUpdated` of the next generation dates the rotation; else only the window is known',
    atRotation(({ rotations }, rotation) => isTrue(rotations.isDated, rotation)),
  ),
  nullable(
    'rotated_at',
    'instant',
    'time of the rotation; if it is not dated, the end of its window',
    atRotation(({ rotations }, rotation) => valueAt(rotations.at, rotation)),
  ),
  nullable(
    'rotation_window_from',
    'instant',
    'start of the window of the rotation',
    atRotation(({ rotations }, rotation) => valueAt(rotations.windowFrom, rotation)),
  ),
  nullable(
    'rotation_window_to',
    'instant',
    'end of the window',
    atRotation(({ rotations }, rotation) => valueAt(rotations.windowTo, rotation)),
  ),
  nullable(
    'rotation_interval_seconds',
    'seconds',
    'for how long the generation was the current one; null if unknown',
    atRotation(({ rotations }, rotation) => toNullable(valueAt(rotations.interval, rotation))),
  ),
  nullable(
    'blind_time_seconds',
    'seconds',
    'time at the rotation in which another generation could have been served unseen',
    atRotation(({ rotations }, rotation) => valueAt(rotations.blindTime, rotation)),
  ),
];
