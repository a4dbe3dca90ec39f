import { correctTime } from '../domain/measurement/generations.ts';
import type { Instant, SampleTime, Seconds } from '../domain/model.ts';
import { createDamageError } from './sqlite/consistency.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

/**
 * Counts the rows, because no other table or index depends on them. Rows are never deleted. As an entry of the
 * migrations, this text never changes after a release.
 */
export const HOST_CLOCK_COUNT_MIGRATION = `
  INSERT INTO row_counts SELECT 'host_clocks', count(*) FROM host_clocks;
  CREATE TRIGGER host_clocks_inserted AFTER INSERT ON host_clocks
  BEGIN UPDATE row_counts SET rows = rows + 1 WHERE name = 'host_clocks'; END;
  `;

/** Prepares a function that keeps the newest known clock offset of each host. */
export function prepareClockOffsetUpdate(connection: DatabaseConnection) {
  // The smaller offset breaks ties, so that the order of arrival does not matter.
  const save = connection.prepare(
    `INSERT INTO host_clocks (host, known_at, clock_offset) VALUES (@host, @knownAt, @clockOffset)
     ON CONFLICT DO UPDATE SET known_at = excluded.known_at, clock_offset = excluded.clock_offset
     WHERE excluded.known_at > known_at
       OR (excluded.known_at = known_at AND excluded.clock_offset < clock_offset)`,
  );
  return (host: string, poll: SampleTime): void => {
    const { clockOffset } = poll;
    if (clockOffset !== null) save.run({ host, knownAt: correctTime(poll), clockOffset });
  };
}

interface ClockRow {
  counted: number;
  host: string;
  knownAt: Instant;
  clockOffset: Seconds;
}

/** @throws Error that is reported as a damaged database */
export function readNewestClockOffsets(connection: DatabaseConnection): Map<string, Seconds> {
  // In a damaged database, a row of another table may lack this column. `checkRow` rejects `''`, but not NULL.
  // One statement reads both tables at the same time, also outside of a transaction.
  const rows = connection
    .prepare<[], ClockRow | (Omit<ClockRow, 'host'> & { host: null })>(
      `SELECT rows AS counted, host, known_at AS knownAt, coalesce(clock_offset, '') AS clockOffset
       FROM row_counts LEFT JOIN host_clocks ON true WHERE row_counts.name = 'host_clocks'`,
    )
    .all();
  const clocks = rows.filter((row): row is ClockRow => row.host !== null);
  if (rows[0]?.counted !== clocks.length)
    throw createDamageError(`${clocks.length} of ${rows[0]?.counted} clock offsets were found`);
  return new Map(clocks.map(checkRow).map(({ host, clockOffset }) => [host, clockOffset]));
}
