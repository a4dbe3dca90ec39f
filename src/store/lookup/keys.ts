import type { KeyPattern, KeySeries } from '../contract.ts';
import { prepareGenerationReader } from '../generation-rows.ts';
import { readNewestClockOffsets } from '../host-clocks.ts';
import { findSeries, toIdentity } from '../series-rows.ts';
import { createDamageError } from '../sqlite/consistency.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { checkText } from '../sqlite/row-check.ts';

/**
 * Both queries read only the index of `generations (series_id, key)`, once per series. A key without a key id is two
 * times with a slash, so it has none of the prefixes.
 */
export const FIND_KEY = 'SELECT key FROM generations WHERE series_id = @series AND key = @keyId';
export const FIND_MASKED_KEY = `SELECT key FROM generations
  WHERE series_id = @series AND key >= @prefix AND key < @end AND substr(key, -4) = @suffix`;

/** Yields the series that have keys of these patterns, one after the other, because each may be large. */
export function* findKeySeries(
  connection: DatabaseConnection,
  patterns: readonly KeyPattern[],
): Generator<KeySeries> {
  const find = createFinder(connection);
  const readGenerations = prepareGenerationReader(connection);
  const offsets = readNewestClockOffsets(connection);
  for (const series of findSeries(connection, {})) {
    const keys = patterns.flatMap((each, pattern) =>
      find(series.id, each).map((accessKeyId) => ({ pattern, accessKeyId })),
    );
    if (keys.length === 0) continue;
    const generations = readGenerations(series.id);
    const known = new Set(generations.accessKeyIds);
    if (keys.some(({ accessKeyId }) => !known.has(accessKeyId)))
      throw createDamageError('an index of generations has other keys than the table');
    const identity = toIdentity(series);
    yield { identity, keys, generations, newestClockOffset: offsets.get(series.host) ?? null };
  }
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
