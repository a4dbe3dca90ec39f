import { correctTime } from '../domain/measurement/generations.ts';
import type { Instant, SampleTime, Seconds } from '../domain/model.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

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

export function readNewestClockOffsets(connection: DatabaseConnection): Map<string, Seconds> {
  // In a damaged database, a row of another table may lack this column. `checkRow` rejects `''`, but not NULL.
  const rows = connection
    .prepare<[], { host: string; knownAt: Instant; clockOffset: Seconds }>(
      `SELECT host, known_at AS knownAt, coalesce(clock_offset, '') AS clockOffset FROM host_clocks`,
    )
    .all();
  return new Map(rows.map(checkRow).map(({ host, clockOffset }) => [host, clockOffset]));
}
