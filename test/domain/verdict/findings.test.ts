import { expect, test } from 'vitest';
import type { FailedPollCount, Sample, SourceName } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import type { FindingCode } from '../../../src/domain/verdict/finding.ts';
import { createHistory } from '../../support/domain/history.ts';

const START = Date.UTC(2026, 2, 1);
const minute = (minutes: number) => START + minutes * 60_000;

/** Samples at the given minutes of one generation: issued at minute 0, valid for six hours. */
const seen = (minutes: readonly number[], changes: Partial<Sample> = {}): Sample[] =>
  minutes.map((at) => ({
    accessKeyId: 'A',
    lastUpdated: START,
    expiration: minute(360),
    zoneless: false,
    observedAt: minute(at),
    clockOffset: 0,
    ...changes,
  }));

const issuedAt = (key: string, minutes: number): Partial<Sample> => ({
  accessKeyId: key,
  lastUpdated: minute(minutes),
  expiration: minute(minutes + 360),
});

function findFindings(
  samples: readonly Sample[],
  source: SourceName = 'imds',
  failedPolls: FailedPollCount[] = [],
) {
  const identity = { host: 'web-1', source, apiVersion: '2', role: 'app' };
  return analyse(createHistory(samples, identity, { failedPolls }), { now: START, maxAge: null }).findings;
}

const codes = (...args: Parameters<typeof findFindings>) => findFindings(...args).map(({ code }) => code);

/** The fields of a finding without its code and severity. Null if the finding is missing. */
function findFields(code: FindingCode, samples: readonly Sample[]): object | null {
  const found = findFindings(samples).find((each) => each.code === code);
  if (found === undefined) return null;
  const { code: _, severity: __, ...fields } = found;
  return fields;
}

test('only IMDS has a known rotation interval before the first rotation', () => {
  const day = seen([10, 120, 240, 350]);
  expect(codes(day)).toEqual(['ROTATION_OVERDUE']);
  expect(codes(day, 'container')).toEqual([]);
});

test('a rotation is overdue after 1.5 times the longest interval', () => {
  const hourly = [...seen([10, 30, 50]), ...seen([70, 90, 110, 130, 149], issuedAt('B', 60))];
  expect(codes([...hourly, ...seen([150], issuedAt('B', 60))])).toEqual([]);
  expect(codes([...hourly, ...seen([151], issuedAt('B', 60))])).toEqual(['ROTATION_OVERDUE']);
});

test('credentials sampled in the second of their expiration are not reported as expired', () => {
  expect(codes(seen([350, 360]), 'container')).toEqual([]);
  expect(codes(seen([350, 360 + 1 / 60]), 'container')).toEqual(['SERVED_EXPIRED']);
});

/** The first sample of credentials with this validity in seconds. */
const valid = (seconds: number, changes: Partial<Sample> = {}) =>
  seen([360 - seconds / 60], { lastUpdated: null, clockOffset: null, ...changes });

test('credentials of an endpoint that are valid for longer than any known ones are reported', () => {
  // 6h 33m 34s was published, and a clock may be slow by five minutes.
  const longest = 23_614 + 300;
  expect(findFields('VALIDITY_TOO_LONG', valid(longest))).toBeNull();
  expect(findFields('VALIDITY_TOO_LONG', valid(longest + 1))).toEqual({
    count: 1,
    longestSeconds: longest + 1,
    knownSeconds: 23_614,
  });
  expect(codes(valid(43_200), 'container')).toContain('VALIDITY_TOO_LONG');
});

test.each<[string, readonly Sample[], SourceName]>([
  ['LastUpdated shows when they were issued', valid(43_200, { lastUpdated: START - 300 * 60_000 }), 'imds'],
  ['a Date header shows the time of the sample', valid(43_200, { clockOffset: 0 }), 'imds'],
  ['a role can be valid for 12 hours', valid(43_200), 'role'],
])('a long validity is not reported if %s', (_, samples, source) => {
  expect(codes(samples, source)).not.toContain('VALIDITY_TOO_LONG');
});

test.each([
  [60, null],
  [61, 61],
  [-60, null],
  [-61, -61],
])('a clock offset of %d s gives the finding %j', (clockOffset, offsetSeconds) => {
  expect(findFields('CLOCK_SKEW', seen([10], { clockOffset }))).toEqual(
    offsetSeconds === null ? null : { offsetSeconds, corrected: true },
  );
});

test('the clock offset with the largest absolute value is reported', () => {
  const samples = [70, -200, 90].flatMap((clockOffset, index) => seen([10 * index], { clockOffset }));
  expect(findFields('CLOCK_SKEW', samples)).toEqual({ offsetSeconds: -200, corrected: false });
});

test('a LastUpdated one minute after the sample is not reported', () => {
  expect(codes(seen([0], { lastUpdated: minute(1) }))).toEqual([]);
  expect(findFields('ISSUED_IN_FUTURE', seen([0], { lastUpdated: minute(1) + 1000 }))).toEqual({
    count: 1,
    aheadSeconds: 61,
    shiftedBySeconds: 61,
  });
});

test('CLOCK_UNKNOWN reports the number of generations with an unknown clock offset', () => {
  const first = seen([10, 30], { clockOffset: null });
  expect(findFields('CLOCK_UNKNOWN', first)).toEqual({ count: 1, generationCount: 1 });
  expect(findFields('CLOCK_UNKNOWN', [...first, ...seen([70], issuedAt('B', 60))])).toEqual({
    count: 1,
    generationCount: 2,
  });
});

test('late rotations are uncertain if one of them may have been in time', () => {
  const samples = [
    ...seen([10, 30, 50], { expiration: minute(63) }),
    ...seen([70, 90, 110], { ...issuedAt('B', 60), expiration: minute(120) }),
    ...seen([130, 150], { ...issuedAt('C', 120), lastUpdated: null }),
  ];
  expect(findFields('ROTATION_TOO_LATE', samples)).toEqual({
    count: 2,
    leadTimeSeconds: 0,
    maxLeadTimeSeconds: 600,
    at: minute(130),
    certain: false,
  });
});

test('two polls on both sides of a rotation do not make a per-request source', () => {
  const samples = [
    ...seen([10], { lastUpdated: minute(5) }),
    ...seen([10.5], { ...issuedAt('B', 10.4), lastUpdated: minute(10.4) }),
  ];
  expect(findFindings(samples).map(({ code }) => code)).not.toContain('ISSUED_PER_REQUEST');
});

test('generations of `cred-watch simulate` are counted', () => {
  const real = seen([10, 20, 30]);
  const simulated = seen([70, 80, 90], issuedAt('ASIAFALSE00000000001', 60));
  expect(findFields('SIMULATED_CREDENTIALS', [...real, ...simulated])).toEqual({
    count: 1,
    generationCount: 2,
  });
  expect(findFields('SIMULATED_CREDENTIALS', simulated)).toEqual({ count: 1, generationCount: 1 });
  expect(findFields('SIMULATED_CREDENTIALS', real)).toBeNull();
});

test('polling gaps are reported with their number, their sum and the longest gap', () => {
  const samples = [
    ...seen([10, 20, 30]),
    ...seen([500, 510, 520], issuedAt('B', 490)),
    ...seen([900, 910, 920], issuedAt('C', 890)),
  ];
  expect(findFields('POLLING_GAP', samples)).toEqual({
    count: 2,
    totalSeconds: (470 + 380) * 60,
    longestSeconds: 470 * 60,
    longestStartedAt: minute(30),
  });
});

/** The finding about samples every five minutes until minute 60, if the last sample of `poll` was at this minute. */
function findStopped(polledAtMinute: number | null, clockOffset = 0) {
  const minutes = Array.from({ length: 13 }, (_, index) => 5 * index);
  const samples = seen(minutes, { clockOffset });
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
  const polledAt = polledAtMinute === null ? {} : { polledAt: minute(polledAtMinute) };
  const history = { ...createHistory(samples, identity), ...polledAt };
  return analyse(history, { now: minute(60), maxAge: null }).findings.find(
    ({ code }) => code === 'POLLS_STOPPED',
  );
}

test('POLLS_STOPPED reports that the newest samples are not those of the command poll', () => {
  expect(findStopped(null)).toBeUndefined();
  expect(findStopped(60)).toBeUndefined();
  expect(findStopped(45)).toBeUndefined();
  expect(findStopped(44)).toEqual({
    code: 'POLLS_STOPPED',
    severity: 'problem',
    lastPollAt: minute(44),
    lastSampleAt: minute(60),
    silentSeconds: 960,
  });
  // Both times are by the same clock.
  expect(findStopped(60, -1800)).toBeUndefined();
  expect(findStopped(44, -1800)).toMatchObject({ lastPollAt: minute(74), silentSeconds: 960 });
});

test('failed polls of all reasons are summed up, and the latest reason is reported', () => {
  const failedPolls: FailedPollCount[] = [
    { reason: 'timeout', count: 5, firstAt: minute(1), lastAt: minute(9), lastDetail: '' },
    { reason: 'throttled', count: 1, firstAt: minute(11), lastAt: minute(11), lastDetail: '' },
  ];
  expect(findFindings([], 'imds', failedPolls)).toEqual([
    {
      code: 'POLLS_FAILED',
      severity: 'problem',
      count: 6,
      lastReason: 'throttled',
      lastAt: minute(11),
    },
  ]);
});

test('findings that endanger a job come first', () => {
  const samples = [
    ...seen([340, 350, 363], { clockOffset: 90, zoneless: true }),
    ...seen([371], { ...issuedAt('B', 362), clockOffset: null }),
  ];
  expect(codes(samples)).toEqual([
    'SERVED_EXPIRED',
    'ROTATION_TOO_LATE',
    'CLOCK_SKEW',
    'CLOCK_UNKNOWN',
    'ZONELESS_TIME',
  ]);
});
