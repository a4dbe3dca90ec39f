/** A page that a server rendered longer ago has wrong values, whatever the clock of this device is. */
const MAX_RENDERED_AGE_MS = 10 * 60_000;

/** The clock of the server. The clock of this device can be wrong. */
export interface ServerClock {
  now(): number;
  /** Corrects the clock by the `Date` header of a response. */
  correct(date: string | null): void;
}

/** @param renderedAt when the server rendered the page */
export function createServerClock(renderedAt: number): ServerClock {
  const age = Date.now() - renderedAt;
  // The server may have rendered the page some minutes ago, so a small difference says nothing about the clocks.
  let ahead = age >= 0 && age <= MAX_RENDERED_AGE_MS ? 0 : -age;
  return {
    now: () => Date.now() + ahead,
    correct(date) {
      const at = date === null ? 0 : Date.parse(date);
      // Not true for an invalid date. The header has whole seconds.
      if (at > 0) ahead = Math.abs(at - Date.now()) < 2000 ? 0 : at - Date.now();
    },
  };
}
