import { CredWatchError } from '../errors.ts';

/** A selection is read into memory, so it must not be too large. */
export interface ReadLimits {
  maxSeries: number;
  maxGenerations: number;
}

/** A series needs a page of a report, and two million generations need a gigabyte of memory. */
export const READ_LIMITS: ReadLimits = { maxSeries: 2000, maxGenerations: 2_000_000 };

export class TooMuchSelectedError extends CredWatchError {
  constructor(database: string, { maxSeries, maxGenerations }: ReadLimits) {
    super(
      `the selection of ${database} has more than ${formatCount(maxSeries)} series or ${formatCount(maxGenerations)} generations`,
      'select less with --host, --role or --since, or show all hosts with --fleet',
    );
  }
}

const formatCount = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
