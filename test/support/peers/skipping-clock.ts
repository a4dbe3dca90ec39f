import { systemClock } from '../../../src/clock.ts';
import type { Seconds } from '../../../src/domain/model.ts';

/** The system clock plus the time that a test has skipped. Sleeping takes real time. */
export function createSkippingClock() {
  let skipped = 0;
  return {
    now: () => systemClock.now() + skipped,
    sleep: systemClock.sleep,
    skip: (seconds: Seconds) => {
      skipped += seconds * 1000;
    },
    /** Milliseconds. */
    skipped: () => skipped,
  };
}
