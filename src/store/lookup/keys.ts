import {
  type RecordedColumns,
  toRecordedColumns,
} from '../../domain/measurement/columns/generation-columns.ts';
import type { Instant, Span } from '../../domain/model.ts';
import type { KeyPattern, KeySeries } from '../contract.ts';
import { GENERATION_COLUMNS, type StoredGenerationRow, toStoredGeneration } from '../generation-rows.ts';
import { readNewestClockOffsets } from '../host-clocks.ts';
import { findSeries, toIdentity } from '../series-rows.ts';
import { createDamageError } from '../sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { checkText } from '../sqlite/row-check.ts';

/**
 * Both queries read only the index of `generations (series_id, key)`, once per series. A key without a key id is two
 * times with a slash, so it has none of the prefixes.
 */
export const FIND_KEY = 'SELECT key FROM generations WHERE series_id = @series AND key = @keyId';
export const FIND_MASKED_KEY = `SELECT key FROM generations
  WHERE series_id = @series AND key >= @prefix AND key < @end AND substr(key, -4) = @suffix`;

/** Yields the series that have keys of these patterns, one after the other, because each may be large. */
function* findKeySeries(
  connection: DatabaseConnection,
  patterns: readonly KeyPattern[],
): Generator<KeySeries> {
  const find = createFinder(connection);
  const listParts = createPartLister(connection);
  const readGenerations = preparePartReader(connection);
  const offsets = readNewestClockOffsets(connection);
  for (const series of findSeries(connection, {})) {
    const keys = patterns.flatMap((each, pattern) =>
      find(series.id, each).map((accessKeyId) => ({ pattern, accessKeyId })),
    );
    if (keys.length === 0) continue;
    const identity = toIdentity(series);
    const newestClockOffset = offsets.get(series.host) ?? null;
    for (const part of listParts(series.id, keys)) {
      const generations = readGenerations(series.id, part.period);
      const known = new Set(generations.accessKeyIds);
      if (part.keys.some(({ accessKeyId }) => !known.has(accessKeyId)))
        throw createDamageError('an index of generations has other keys than the table');
      yield { identity, keys: part.keys, generations, newestClockOffset };
    }
  }
}

/** Reads the generations whose last sample is in a period. */
function preparePartReader(connection: DatabaseConnection) {
  const select = connection.prepare<[number, Instant, Instant], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ? AND last_seen BETWEEN ? AND ?
     ORDER BY last_seen, first_seen`,
  );
  return (seriesId: number, { from, to }: Span): RecordedColumns =>
    toRecordedColumns(select.all(seriesId, from, to).map((row) => toStoredGeneration(row).generation));
}

type FoundKey = KeySeries['keys'][number];

/**
 * The number of generations before and after a key. A year of hourly rotations on each side is measured, so the whole
 * history of nearly every series. A measurement of millions of generations would take a minute.
 */
const NEIGHBOUR_COUNT = 8760;

/** Divides the keys of a series by time, so that one part of the generations answers all keys of a division. */
function createPartLister(connection: DatabaseConnection) {
  const prepare = (sql: string) => connection.prepare<unknown[], Instant>(sql).pluck();
  const findLastSeen = prepare('SELECT last_seen FROM generations WHERE series_id = ? AND key = ?');
  const findEnd = (comparison: string, order: string) =>
    prepare(
      `SELECT last_seen FROM generations WHERE series_id = ? AND last_seen ${comparison} ?
       ORDER BY last_seen ${order} LIMIT 1 OFFSET ${NEIGHBOUR_COUNT}`,
    );
  const [before, after] = [findEnd('<=', 'DESC'), findEnd('>=', 'ASC')];
  return (series: number, keys: readonly FoundKey[]): { period: Span; keys: FoundKey[] }[] => {
    const parts: { period: Span; keys: FoundKey[]; lastCovered: Instant }[] = [];
    const times = keys.map((key) => ({ key, at: requireRow(findLastSeen.get(series, key.accessKeyId)) }));
    for (const { key, at } of times.toSorted((a, b) => a.at - b.at)) {
      const newest = parts.at(-1);
      if (newest !== undefined && at <= newest.lastCovered) {
        newest.keys.push(key);
        continue;
      }
      const from = before.get(series, at) ?? Number.MIN_SAFE_INTEGER;
      const to = after.get(series, at) ?? Number.MAX_SAFE_INTEGER;
      // Later keys in the first half of the time after this key still have many neighbours.
      parts.push({ period: { from, to }, keys: [key], lastCovered: at + Math.floor((to - at) / 2) });
    }
    return parts;
  };
}

function createFinder(connection: DatabaseConnection) {
  const exact = connection.prepare<[object], unknown>(FIND_KEY).pluck();
  const masked = connection.prepare<[object], unknown>(FIND_MASKED_KEY).pluck();
  return (series: number, pattern: KeyPattern): string[] => {
    const rows =
      'keyId' in pattern
        ? exact.all({ series, keyId: pattern.keyId })
        : masked.all({ series, ...pattern, end: `${pattern.prefix}[` });
    return rows.map((key) => checkText('accessKeyId', key));
  };
}

/** Passes each series that has some of the keys to `visit`. */
export function visitKeySeries(
  connection: DatabaseConnection,
  patterns: readonly KeyPattern[],
  visit: (series: KeySeries) => void,
): void {
  for (const series of findKeySeries(connection, patterns)) visit(series);
}
