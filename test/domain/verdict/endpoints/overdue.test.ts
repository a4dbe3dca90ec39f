import { expect, test } from 'vitest';
import type { Sample, SourceName } from '../../../../src/domain/model.ts';
import { analyse } from '../../../../src/domain/verdict/analyse.ts';
import { createHistory } from '../../../support/domain/history.ts';

const HOUR = 60;
const minute = (minutes: number) => Date.UTC(2026, 0, 1) + minutes * 60_000;

interface Case {
  /** In minutes. */
  until: number;
  /** When each of the two endpoints stops to rotate, in minutes (default: never). */
  stops?: readonly [number, number];
  interval?: number;
  isDated?: boolean;
  source?: SourceName;
}

/** Two endpoints answer in turns every five minutes. They rotate every hour, half an hour apart. */
function findOverdue({
  until,
  stops = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  interval = HOUR,
  isDated = true,
  source = 'container',
}: Case) {
  const samples: Sample[] = [];
  for (let at = 0; at <= until; at += 5) {
    const endpoint = (at / 5) % 2 === 0 ? 0 : 1;
    const phase = (endpoint * interval) / 2;
    const issue = Math.floor((Math.min(at, stops[endpoint]) - phase) / interval);
    const issuedAt = phase + issue * interval;
    samples.push({
      accessKeyId: `ASIA-${endpoint}-${issue}`,
      lastUpdated: isDated ? minute(issuedAt) : null,
      expiration: minute(issuedAt + 12 * HOUR),
      zoneless: false,
      observedAt: minute(at),
      clockOffset: 0,
    });
  }
  const identity = { host: 'h', source, apiVersion: '', role: 'loader' };
  const { findings, measurement } = analyse(createHistory(samples, identity), {
    now: minute(until),
    maxAge: null,
  });
  expect(measurement?.severalEndpoints).not.toBeNull();
  return findings.find(({ code }) => code === 'ROTATION_OVERDUE');
}

const NEVER = Number.POSITIVE_INFINITY;

test.each([
  { name: 'the endpoint that answered last', stops: [NEVER, 5 * HOUR], servedForSeconds: 275 * 60 },
  { name: 'the endpoint that did not answer last', stops: [5 * HOUR, NEVER], servedForSeconds: 245 * 60 },
  { name: 'both endpoints', stops: [5 * HOUR, 5 * HOUR], servedForSeconds: 275 * 60 },
] as const)('a rotation of $name can be overdue', ({ stops, servedForSeconds }) => {
  // The longest served credentials are issued at minute 30, last seen at 85, and count as served until the third later sample.
  expect(findOverdue({ until: 9 * HOUR + 5, stops })).toMatchObject({
    servedForSeconds,
    usualSeconds: 70 * 60,
    learned: true,
  });
});

test('a rotation of one of several endpoints is overdue after 1.5 times the longest time', () => {
  // The credentials of minute 300 are overdue after 105 minutes.
  expect(findOverdue({ until: 405, stops: [300, NEVER] })).toBeUndefined();
  expect(findOverdue({ until: 410, stops: [300, NEVER] })).toBeDefined();
});

test('a rotation of undated credentials of one of several endpoints can be overdue', () => {
  expect(findOverdue({ until: 9 * HOUR, isDated: false })).toBeUndefined();
  expect(findOverdue({ until: 9 * HOUR, isDated: false, stops: [5 * HOUR, NEVER] })).toMatchObject({
    learned: true,
  });
});

test('undated credentials of the first sample do not say how long credentials are served', () => {
  expect(findOverdue({ until: 100, isDated: false })).toBeUndefined();
});

test('several endpoints of IMDS may rotate less often than every two hours', () => {
  // The newest credentials are from minute 1200, and answer last.
  expect(findOverdue({ until: 1340, interval: 5 * HOUR, source: 'imds' })).toBeUndefined();
});

test('the limit for IMDS applies before the first rotation of several endpoints', () => {
  expect(findOverdue({ until: 4 * HOUR, interval: 9 * HOUR, source: 'imds' })).toMatchObject({
    usualSeconds: 2 * 3600,
    learned: false,
  });
  expect(findOverdue({ until: 4 * HOUR, interval: 9 * HOUR })).toBeUndefined();
});
