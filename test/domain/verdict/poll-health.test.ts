import { expect, test } from 'vitest';
import { checkPollHealth } from '../../../src/domain/verdict/poll-health.ts';
import { describePollHealth } from '../../../src/report/messages/failures/describe-failure.ts';

const NOW = Date.UTC(2026, 0, 1);
const failure = {
  reason: 'timeout',
  detail: 'a\nb',
  misconfiguration: null,
  possibleHopLimit: false,
} as const;
const health = (secondsAgo: number | null, failed = false) =>
  describePollHealth(
    checkPollHealth(
      [
        {
          interval: 300,
          lastOutcome:
            secondsAgo === null
              ? null
              : { endedAt: NOW - secondsAgo * 1000, failure: failed ? failure : null },
        },
      ],
      NOW,
    ),
  );

test.each<[number | null, boolean, string]>([
  [null, false, 'no poll has finished yet'],
  [0, false, 'ok'],
  // Twice the interval plus one minute is allowed.
  [660, false, 'ok'],
  [661, false, 'no poll has finished for 11m 01s; expected one within 11m'],
  [-5, false, 'ok'],
  [10, true, 'the last poll failed: timeout: the source did not respond in time (a\\u{a}b)'],
  [700, true, 'no poll has finished for 11m 40s; expected one within 11m'],
])(
  'a poll every five minutes with the last one %s s ago (failed: %s) is reported as: %s',
  (ago, failed, line) => {
    expect(health(ago, failed)).toBe(line);
  },
);

const ended = (secondsAgo: number, failed: boolean, interval = 60) => ({
  interval,
  lastOutcome: { endedAt: NOW - secondsAgo * 1000, failure: failed ? failure : null },
});

test.each([
  ['one of several sources works', [ended(10, true), ended(10, false), ended(5, true)], 'HEALTHY'],
  ['all of several sources fail', [ended(10, true), ended(5, true)], 'POLL_FAILED'],
  ['some sources were not polled yet', [{ interval: 60, lastOutcome: null }, ended(5, false)], 'HEALTHY'],
  ['a poll of one source is overdue', [ended(10, false), ended(181, false)], 'POLL_OVERDUE'],
  ['a failing source is polled less often', [ended(10, false), ended(600, true)], 'HEALTHY'],
  ['a failing source is overdue', [ended(10, false), ended(661, true)], 'POLL_OVERDUE'],
  ['there is no source', [], 'NO_POLL_YET'],
])('the health of a poller is right if %s', (_, sources, code) => {
  expect(checkPollHealth(sources, NOW).code).toBe(code);
});
