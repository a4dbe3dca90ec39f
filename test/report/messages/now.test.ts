import { expect, test } from 'vitest';
import type { SourceName } from '../../../src/domain/model.ts';
import { judgeNow } from '../../../src/domain/verdict/endpoints/judge-now.ts';
import { buildNowAdvice } from '../../../src/report/messages/now.ts';
import { describeForecast } from '../../../src/report/messages/start-check/times.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

test.each([
  [-60, 'between now and 12:10:00Z'],
  [60, 'between 12:01:00Z and 12:10:00Z'],
])('a forecast whose earliest time is %d s from now says %s', (seconds, text) => {
  const forecast = {
    expected: NOW + 120_000,
    earliest: NOW + seconds * 1000,
    latest: NOW + 600_000,
    interval: 600,
    shortestRemaining: 5400,
    tolerance: 0,
  };
  expect(describeForecast(forecast, NOW)).toBe(`expected 12:02:00Z (in 2m), ${text}`);
});

/** What to do without a history, if 1h is left for a job of 4h. */
function advise(source: SourceName, hasWaited = false): string {
  const identity = { host: 'h', source, apiVersion: '2', role: 'loader' } as const;
  const credentials = {
    accessKeyId: 'ASIAFALSEFALSE000001',
    lastUpdated: null,
    expiration: NOW + 3_600_000,
    zoneless: false,
    observedAt: NOW,
    clockOffset: 0,
  };
  const job = { duration: 4 * 3600, margin: 300 };
  return buildNowAdvice(judgeNow({ identity, credentials }, { job, at: NOW, analysis: null }), { hasWaited });
}

test('in a container without a history, the first advice is to wait or to refresh', () => {
  expect(advise('container')).toMatch(/^wait for new credentials: --wait 2h; or let the job refresh /);
  expect(advise('container', true)).toMatch(/^let the job refresh /);
  expect(advise('imds')).toMatch(
    /^collect a history, because nothing polls these credentials yet: set up polling with `cred-watch init`, or run `cred-watch poll --interval 5m`; or /,
  );
});
