import { between } from '../random.ts';

/** The errors of the clocks that a sample records, in seconds. A positive error is a fast clock. */
export interface SimulatedClocks {
  hostErrorAt(second: number): number;
  /** The error of the `Date` header. Null if the response has no `Date` header. */
  dateErrorAt(second: number): number | null;
}

export const RIGHT_CLOCKS: SimulatedClocks = { hostErrorAt: () => 0, dateErrorAt: () => 0 };
export const NO_DATE: SimulatedClocks = { hostErrorAt: () => 0, dateErrorAt: () => null };

/** From three minutes to an hour and a quarter, more often small than large. */
const drawError = (random: () => number) => Math.round(180 * 25 ** random());

export type Direction = 'slow' | 'fast';
const SIGN = { slow: -1, fast: 1 };

/** The host's clock is right. In half of the histories, some responses have no `Date` header. */
export function createWrongDate(direction: Direction, random: () => number): SimulatedClocks {
  const error = SIGN[direction] * drawError(random);
  const missingShare = random() < 0.5 ? 0.3 * random() : 0;
  return { hostErrorAt: () => 0, dateErrorAt: () => (random() < missingShare ? null : error) };
}

/** Which responses have a `Date` header. */
export type DatePresence = 'always' | 'sometimes' | 'never';

export function createWrongHost(
  direction: Direction,
  presence: DatePresence,
  random: () => number,
): SimulatedClocks {
  const error = SIGN[direction] * drawError(random);
  const missingShare = presence === 'sometimes' ? 0.05 + 0.25 * random() : presence === 'never' ? 1 : 0;
  return {
    hostErrorAt: () => error,
    dateErrorAt: () => (missingShare > 0 && random() < missingShare ? null : 0),
  };
}

/** The host's clock is set right in the middle of the history. */
export function createRepairedHost(
  direction: Direction,
  hasDate: boolean,
  end: number,
  random: () => number,
): SimulatedClocks {
  const error = SIGN[direction] * drawError(random);
  const repairedAt = between(Math.round(end * 0.2), Math.round(end * 0.8), random);
  return {
    hostErrorAt: (second) => (second < repairedAt ? error : 0),
    dateErrorAt: () => (hasDate ? 0 : null),
  };
}
