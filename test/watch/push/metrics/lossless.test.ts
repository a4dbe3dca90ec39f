import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushInterrupted } from '../../../../src/watch/push/destination.ts';
import { type ImportFailure, startImportServer } from '../../../support/push/import-server.ts';
import { pushMetrics } from '../../../support/push/push-metrics.ts';
import { IMDS, recordFailures, recordSamples, START } from '../../../support/report/rich-store.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';
import { isThorough } from '../../../support/thorough.ts';

const MINUTE = 60_000;

/** Polls, then a push whose first requests fail in these ways. */
const steps = fc.array(
  fc.record({
    polls: fc.integer({ min: 0, max: 30 }),
    failedPolls: fc.integer({ min: 0, max: 2 }),
    failures: fc.array(
      fc.constantFrom<ImportFailure>({ status: 503 }, { status: 429 }, 'reset', 'lose-response'),
      { maxLength: 2 },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

const TIMES = /^cred_watch_poll_last_attempt_timestamp_seconds\{.*\} \S+ (\d+)$/;

test('after any failures, the destination has every poll, and repeats only what a lost response has repeated', async () => {
  const server = await startImportServer();
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const store = temporaryStore();
      server.accepted.length = 0;
      let now = START;
      await pushMetrics(server.url, store, { now });
      now += 1000;
      const expected: number[] = [];
      for (const { polls, failedPolls, failures } of all) {
        if (polls > 0)
          recordSamples(store, IMDS, { from: now, hours: (polls - 1) / 60, every: 1, rotateEvery: 7 });
        expected.push(...Array.from({ length: polls }, (_, index) => now + index * MINUTE + 7321));
        now += polls * MINUTE;
        recordFailures(store, IMDS, now, Array(failedPolls).fill('timeout'));
        expected.push(...Array.from({ length: failedPolls }, (_, index) => now + index * MINUTE));
        now += failedPolls * MINUTE + 30_000;
        server.failures.push(...failures);
        // Without a time for more attempts, each failure interrupts a push.
        const error = await pushMetrics(server.url, store, { now, timeoutMs: 0 }).catch(
          (each: unknown) => each,
        );
        if (failures.length > 0) expect(error).toBeInstanceOf(PushInterrupted);
        server.failures.length = 0;
        now += 1000;
      }
      now += MINUTE;
      await pushMetrics(server.url, store, { now });
      const times = server.accepted.flatMap((line) => TIMES.exec(line)?.[1] ?? []).map(Number);
      expect(expected.filter((at) => !times.includes(at))).toEqual([]);
      const lost = all.some(({ failures }) => failures[0] === 'lose-response');
      if (!lost) expect(new Set(times).size).toBe(times.length);
    }),
    { numRuns: isThorough ? 50 : 6 },
  );
});
