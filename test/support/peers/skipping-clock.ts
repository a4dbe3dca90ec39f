import { systemClock } from '../../../src/clock.ts';
import type { Seconds } from '../../../src/domain/model.ts';

/** The real hour, which clients live by, and whatever a test has skipped. Pauses take as long as they take. */
export function skippingClock() {
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
