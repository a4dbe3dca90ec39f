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
  /** The clock of the server when `performance.now()` was 0. A change of the clock of the device does not change it. */
  let origin = Date.now() + ahead - performance.now();
  return {
    // The later time counts: a clock that was set back must not extend an answer, and `performance.now()` can stop
    // while a device sleeps.
    now: () => Math.max(Date.now() + ahead, origin + performance.now()),
    correct(date) {
      const at = date === null ? 0 : Date.parse(date);
      // Not true for an invalid date.
      if (!(at > 0)) return;
      // The header has whole seconds.
      ahead = Math.abs(at - Date.now()) < 2000 ? 0 : at - Date.now();
      origin = Date.now() + ahead - performance.now();
    },
  };
}
