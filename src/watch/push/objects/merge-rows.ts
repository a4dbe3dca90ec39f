import { compareText } from '../../../domain/lists.ts';
import {
  listRecordedGenerations,
  toRecordedColumns,
} from '../../../domain/measurement/columns/generation-columns.ts';
import { joinGenerations } from '../../../domain/measurement/generations.ts';
import { measureColumns } from '../../../domain/measurement/measure.ts';
import type { RecordedGeneration } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { ParquetRow, RowValues } from '../../../report/parquet/rows.ts';
import { type MeasuredSeries, prepareSeries } from '../../../report/parquet/series-rows.ts';
import { maskKeyId } from '../../../report/text/format-values.ts';
import { toIdentity, toRecordedRows } from './foreign-rows.ts';
import { groupRows, type HostRows, type RowsByDay, sortSeries } from './host-rows.ts';
import type { Day } from './object-keys.ts';

/**
 * Joins the rows of a host with rows that its objects have. Nothing is lost: the union has the earlier first sample, the
 * later last sample, and the larger number of samples of each generation. To join twice changes nothing.
 *
 * A series is measured again from the union. Rows of a series that the database does not have stay as they are.
 */
export function mergeRows(
  { series, days }: HostRows,
  foreign: ReadonlyMap<Day, readonly RowValues[]>,
): RowsByDay {
  const known = new Map<string, RowValues[]>();
  const unknown = new Map<Day, RowValues[]>();
  for (const [day, rows] of foreign) {
    for (const row of rows) {
      const key = getSeriesKey(toIdentity(row));
      const group = series.has(key) ? known : unknown;
      const name = group === known ? key : day;
      group.set(name, [...(group.get(name) ?? []), row]);
    }
  }
  if (known.size + unknown.size === 0) return days;
  const united = [...series].map(([key, each]) => uniteSeries(each, known.get(key) ?? []));
  const merged = groupRows(sortSeries(united).values());
  for (const [day, rows] of unknown)
    merged.set(day, sortRows([...(merged.get(day) ?? []), ...rows.map((values) => ({ values }))]));
  return merged;
}

/** By series. The sort is stable, so the rows of a series stay in their order. */
function sortRows(rows: readonly ParquetRow[]): ParquetRow[] {
  const getKey = (row: ParquetRow) =>
    getSeriesKey('values' in row ? toIdentity(row.values) : row.series.identity);
  return rows
    .map((row) => ({ row, key: getKey(row) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ row }) => row);
}

function uniteSeries(series: MeasuredSeries, rows: readonly RowValues[]): MeasuredSeries {
  if (rows.length === 0) return series;
  const { identity, isRetired, session, hostClockOffset, measurement, recorded } = series;
  const generations = toRecordedColumns(
    joinLists(listRecordedGenerations(recorded), listRecordedGenerations(toRecordedRows(rows))),
  );
  return prepareSeries({
    identity,
    isPolled: series.isPolled || rows.some(({ polled }) => polled === true),
    isRetired,
    session,
    hostClockOffset,
    measurement: measureColumns(generations, measurement.clock.newestOffset, identity.source),
    generations,
  });
}

/** The union of two lists of generations. Each generation of a list is joined with at most one of the other. */
function joinLists(
  own: readonly RecordedGeneration[],
  foreign: readonly RecordedGeneration[],
): RecordedGeneration[] {
  const joined = [...own];
  const candidates = new Map<string, number[]>();
  for (const [index, each] of own.entries())
    for (const name of listNames(each)) candidates.set(name, [...(candidates.get(name) ?? []), index]);
  const used = new Set<number>();
  const find = (generation: RecordedGeneration, isSame: typeof areEqual): number | undefined =>
    listNames(generation)
      .flatMap((name) => candidates.get(name) ?? [])
      .find((index) => {
        const other = own[index];
        return !used.has(index) && other !== undefined && isSame(other, generation);
      });
  const rest: RecordedGeneration[] = [];
  for (const each of foreign) if (!join(each, areEqual)) rest.push(each);
  for (const each of rest) if (!join(each, areSimilar)) joined.push(each);
  return joined;

  function join(generation: RecordedGeneration, isSame: typeof areEqual): boolean {
    const index = find(generation, isSame);
    const other = index === undefined ? undefined : own[index];
    if (index === undefined || other === undefined) return false;
    used.add(index);
    joined[index] = {
      ...joinGenerations(other, generation),
      accessKeyId: other.accessKeyId || generation.accessKeyId,
    };
    return true;
  }
}

/** The masked key id, and the times of issue that also identify a generation without a key id. */
const listNames = ({ accessKeyId, lastUpdated, expiration }: RecordedGeneration): string[] => [
  ...(accessKeyId === '' ? [] : [maskKeyId(accessKeyId)]),
  `${lastUpdated}/${expiration}`,
];

const areEqual = (a: RecordedGeneration, b: RecordedGeneration): boolean =>
  haveSameKey(a, b) &&
  a.expiration === b.expiration &&
  a.lastUpdated === b.lastUpdated &&
  a.rawFirstSeen === b.rawFirstSeen;

/**
 * Objects have masked key ids. Two keys of a series rarely have the same mask, and not with the same time of issue or
 * expiration, which AWS states to the second.
 */
const areSimilar = (a: RecordedGeneration, b: RecordedGeneration): boolean =>
  haveSameKey(a, b) &&
  ((a.lastUpdated !== null && a.lastUpdated === b.lastUpdated) ||
    (a.expiration <= b.latestExpiration && b.expiration <= a.latestExpiration));

/** A missing key id is compatible with any, if both have the same times of issue. */
function haveSameKey(a: RecordedGeneration, b: RecordedGeneration): boolean {
  if (a.accessKeyId !== '' && b.accessKeyId !== '')
    return maskKeyId(a.accessKeyId) === maskKeyId(b.accessKeyId);
  return a.lastUpdated === b.lastUpdated && a.expiration === b.expiration;
}
