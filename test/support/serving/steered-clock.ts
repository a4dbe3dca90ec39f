import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { Seconds } from '../../../src/domain/model.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import type { Environment } from '../peers/child-client.ts';
import { nodeClockEnvironment } from '../peers/shared-clock.ts';

/** The dynamic linker replaces `$LIB` by the folder of the architecture. */
const FAKETIME_LIBRARY = '/usr/$LIB/faketime/libfaketimeMT.so.1';

const realNow = Date.now;

export interface SteeredClock extends Clock {
  /** Moves the clock of all programs ahead. Sleeps that are over then end. */
  skip(seconds: Seconds): void;
  /** For clients in Node. */
  node: Environment;
  /** For other programs that get the time from the C library. Programs in Go do not. */
  faketime: Environment;
}

/**
 * One clock for this process (`Date.now` included), for clients in Node, and for clients under libfaketime. It is the
 * system clock plus the time that the test has skipped. Tests with such a clock must not run concurrently.
 */
export function createSteeredClock(finished: (clean: () => void) => void = onTestFinished): SteeredClock {
  const folder = temporaryFolder(finished);
  const files = { node: join(folder, 'shifted-time'), faketime: join(folder, 'faketime') };
  const sleeps = new Set<{ until: number; end: AbortController }>();
  let skipped: Seconds = 0;
  const write = () => {
    writeFileSync(files.node, String(skipped * 1000));
    writeFileSync(files.faketime, `+${skipped}\n`);
  };
  write();
  const now = () => realNow() + skipped * 1000;
  // The signer of AWS's SDK has no other clock.
  Date.now = now;
  finished(() => {
    Date.now = realNow;
  });
  return {
    now,
    async sleep(milliseconds, signal) {
      const sleep = { until: now() + milliseconds, end: new AbortController() };
      sleeps.add(sleep);
      const ends = [sleep.end.signal, ...(signal === undefined ? [] : [signal])];
      await systemClock.sleep(milliseconds, AbortSignal.any(ends));
      sleeps.delete(sleep);
    },
    skip(seconds) {
      skipped += seconds;
      write();
      for (const { until, end } of sleeps) if (until <= now()) end.abort();
    },
    node: nodeClockEnvironment(files.node),
    faketime: {
      LD_PRELOAD: FAKETIME_LIBRARY,
      FAKETIME_TIMESTAMP_FILE: files.faketime,
      // Read the file at each call.
      FAKETIME_NO_CACHE: '1',
    },
  };
}
