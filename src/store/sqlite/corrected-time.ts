import { MIN_CORRECTED_CLOCK_OFFSET } from '../../domain/measurement/generations.ts';

/** `correctTime` in SQL: the time of a sample, corrected for its `clock_offset`. */
export const correctTimeInSql = (observedAt: string) => `(${observedAt} - CASE
  WHEN abs(clock_offset) > ${MIN_CORRECTED_CLOCK_OFFSET} THEN clock_offset * 1000 ELSE 0 END)`;

/** The corrected time of a row of `samples`. */
export const CORRECTED_TIME_SQL = correctTimeInSql('observed_at');
