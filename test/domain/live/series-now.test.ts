import { expect, test } from 'vitest';
import { findSeriesNow } from '../../../src/domain/live/series-now.ts';
import type { FailedPollCount, SeriesHistory } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import type { Job } from '../../../src/domain/verdict/job-verdict.ts';
import { measured, START } from '../../support/report/measured-series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The newest generation expires at 17:17, and its last sample is from 11:58. */
const NOW = START + 12 * HOUR;

const JOB = { name: null, duration: 5 * 3600, margin: 300 };

const find = (history: SeriesHistory, now = NOW) =>
  findSeriesNow(analyse(history, { now, maxAge: 'default' }), [JOB], now);

const failure = (lastAt: number): FailedPollCount => ({
  reason: 'unreachable',
  count: 1,
  firstAt: lastAt,
  lastAt,
  lastDetail: '',
});

test('a job may start until its remaining validity is used up', () => {
  const { starts, expiresAt, lastSampleAt, failure: failed } = find(measured());
  expect(starts).toEqual([{ job: JOB, answer: 'yes', until: NOW + 12 * MINUTE }]);
  expect({ expiresAt, lastSampleAt, failed }).toEqual({
    expiresAt: START + 17 * HOUR + 17 * MINUTE,
    lastSampleAt: NOW - 2 * MINUTE,
    failed: null,
  });
});

test('the end of safe starts does not depend on the fraction of a second', () => {
  const { starts } = find(measured(), NOW + 300);
  expect(starts).toEqual([{ job: JOB, answer: 'yes', until: NOW + 12 * MINUTE }]);
});

test('a job that is too long gets its shortfall', () => {
  expect(find(measured(), NOW + 13 * MINUTE - 1000).starts).toEqual([
    { job: JOB, answer: 'no', shortfall: 59, outlook: 'after-rotation' },
  ]);
});

test('the answer is unknown after a failed poll, even if the credentials are still valid', () => {
  const failing = find(measured({ failedPolls: [failure(NOW - MINUTE)] }));
  expect(failing.starts).toEqual([{ job: JOB, answer: 'unknown', reason: 'POLL_FAILED' }]);
  expect(failing.failure?.reason).toBe('unreachable');
  const before = find(measured({ failedPolls: [failure(NOW - HOUR)] }));
  expect(before.starts[0]?.answer).toBe('yes');
});

test('the answer is unknown if the last sample is too old', () => {
  const { staleAt } = find(measured());
  expect(staleAt).toBe(NOW + 13 * MINUTE);
  expect(find(measured(), NOW + 13 * MINUTE).starts).toEqual([
    { job: JOB, answer: 'unknown', reason: 'STALE_SAMPLES' },
  ]);
});

test('if several endpoints answer, the credentials that expire first are judged', () => {
  const seenUntil = (lastSeen: (own: number) => number) => {
    const history = measured();
    const generations = history.generations.map((each) => {
      const seen = lastSeen(each.lastSeen);
      const third = seen + 3 * MINUTE;
      const thirdLaterSample = third > NOW ? null : { observedAt: third, clockOffset: null };
      return { ...each, lastSeen: seen, rawLastSeen: seen, thirdLaterSample };
    });
    return (job: Job) =>
      findSeriesNow(analyse({ ...history, generations }, { now: NOW, maxAge: 'default' }), [job], NOW).starts;
  };
  // The previous generation is seen as long as the newest one, which would last for 5h.
  const both = seenUntil((own) => Math.min(own + HOUR, NOW - 2 * MINUTE));
  expect(both(JOB)).toEqual([{ job: JOB, answer: 'no', shortfall: 55 * 60, outlook: 'unknown' }]);
  const short = { ...JOB, duration: 4 * 3600 };
  expect(both(short)).toEqual([{ job: short, answer: 'yes', until: NOW + 5 * MINUTE }]);
  // For half an hour, only one endpoint has answered.
  const one = seenUntil((own) => Math.min(own + 30 * MINUTE, NOW - 2 * MINUTE));
  expect(one(short)).toEqual([{ job: short, answer: 'unknown', reason: 'SEVERAL_ENDPOINTS' }]);
});

test('a clock that is behind AWS does not make credentials last longer', () => {
  const offset = -3600;
  const history = measured();
  const generations = history.generations.map((each) => ({
    ...each,
    rawFirstSeen: each.rawFirstSeen - HOUR,
    rawLastSeen: each.rawLastSeen - HOUR,
    smallestClockOffset: offset,
    largestClockOffset: offset,
  }));
  const behind = find({ ...history, generations, newestClockOffset: offset }, NOW - HOUR);
  // By the host's clock, the credentials end an hour earlier than they state.
  expect(behind.expiresAt).toBe(START + 16 * HOUR + 17 * MINUTE);
  expect(behind.starts).toEqual([{ job: JOB, answer: 'yes', until: NOW - HOUR + 12 * MINUTE }]);
});

test('a series without samples has no answer', () => {
  const empty = { ...measured(), generations: [] };
  expect(find(empty)).toMatchObject({
    expiresAt: null,
    starts: [{ answer: 'unknown', reason: 'NO_SAMPLES' }],
  });
  expect(find({ ...empty, failedPolls: [failure(NOW)] })).toMatchObject({
    starts: [{ answer: 'unknown', reason: 'POLL_FAILED' }],
  });
});
