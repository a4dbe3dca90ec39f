import { describe, expect, test } from 'vitest';
import type { AssessedSeries, Assessment } from '../../../src/domain/verdict/assessment.ts';
import { toSafety } from '../../../src/domain/verdict/figures/severity.ts';
import { VERDICTS } from '../../../src/domain/verdict/job-verdict.ts';
import {
  findCurrentFailure,
  findDecisiveSeries,
  findNewestCredentials,
  listSeriesJudgements,
  rankDecisiveSeries,
} from '../../../src/domain/verdict/judgements.ts';
import { failing, HOUR, hourly, identity, job, judge, mixed, NOW } from '../../support/report/assessments.ts';

const findHost = (assessment: Assessment) => findDecisiveSeries(assessment)?.analysis.identity.host ?? null;
const hours = (...counts: number[]) => counts.map((count) => count * HOUR);

/** Worst cases: 5 h, 2.5 h and 2 h. */
const long = hourly(identity({ host: 'long' }));
const short = hourly(identity({ host: 'short' }), { lifetimes: hours(4, 4, 3.5, 4) });
const shortest = hourly(identity({ host: 'shortest' }), { lifetimes: hours(4, 4, 3, 4) });
const down = failing(identity({ host: 'down' }));

test('toSafety maps each verdict to safe, not-safe or unknown', () => {
  expect(VERDICTS.map(toSafety)).toEqual(['safe', 'not-safe', 'not-safe', 'not-safe', 'unknown']);
});

test('every job has a judgement by each series, or a reason why it is not judged', () => {
  const assessment = mixed();
  const results = assessment.series.map((each) =>
    listSeriesJudgements(each, assessment).map(
      ({ judgement, notJudgedReason }) => judgement?.verdict ?? notJudgedReason,
    ),
  );
  expect(results).toEqual([
    ['safe', 'safe', 'DURATION_UNKNOWN'],
    ['RETIRED', 'RETIRED', 'RETIRED'],
    ['start-after-rotation', 'start-after-rotation', 'DURATION_UNKNOWN'],
    ['safe', 'NOT_USED_BY_JOB', 'DURATION_UNKNOWN'],
    ['unknown', 'NOT_USED_BY_JOB', 'DURATION_UNKNOWN'],
  ]);
});

describe('findDecisiveSeries', () => {
  test('the decisive series has the worst verdict, and the least spare validity among equal verdicts', () => {
    expect(findHost(judge([long, short, shortest], [job(3 * HOUR)]))).toBe('shortest');
    expect(findHost(judge([long, short, shortest], [job(HOUR)]))).toBe('shortest');
    expect(findHost(judge([shortest, long], [job(HOUR), job(6 * HOUR)]))).toBe('shortest');
    // `unknown` is worse than `safe`.
    expect(findHost(judge([long, down], [job(HOUR)]))).toBe('down');
  });

  test('the decisive series has the smallest worst case if no job was judged, and is not retired', () => {
    expect(findHost(judge([long, short, down], []))).toBe('short');
    expect(findHost(judge([long, short], [job(null, { name: 'new' })]))).toBe('short');
    const old = hourly(identity({ host: 'long', role: 'old' }), { began: 20, lifetimes: hours(2, 2) });
    expect(findDecisiveSeries(judge([old, long], []))?.analysis.identity.role).toBe('app');
    expect(findHost(judge([down], []))).toBeNull();
    expect(findHost(judge([], [job(HOUR)]))).toBeNull();
  });
});

test('remaining validity of the newest credentials is computed by the clock of AWS', () => {
  const [known, unknown] = judge([long, down], []).series;
  expect(findNewestCredentials(known!.analysis, NOW)).toEqual({
    expiration: NOW + 5 * HOUR * 1000,
    remaining: 5 * HOUR,
  });
  expect(findNewestCredentials(known!.analysis, NOW + 6 * HOUR * 1000)?.remaining).toBe(-HOUR);
  expect(findNewestCredentials(unknown!.analysis, NOW)).toBeNull();
  // The clock of this host is one hour ahead, and so is `now`.
  const generations = long.generations.map((each) => ({
    ...each,
    rawFirstSeen: each.firstSeen + HOUR * 1000,
    rawLastSeen: each.lastSeen + HOUR * 1000,
    rawAheadMs: each.rawAheadMs === null ? null : each.rawAheadMs - HOUR * 1000,
    smallestClockOffset: HOUR,
    largestClockOffset: HOUR,
  }));
  const [ahead] = judge([{ ...long, generations }], []).series;
  expect(findNewestCredentials(ahead!.analysis, NOW)?.remaining).toBe(6 * HOUR);
});

test('all series that are as unsafe as the verdict of the job are ranked, worst first', () => {
  const judged = judge([long, short, shortest, down], [job(3 * HOUR)]);
  expect(
    rankDecisiveSeries(judged.jobs[0]!, judged).map(({ series }) => series.analysis.identity.host),
  ).toEqual(['shortest', 'short']);
  const never = judge([short, long], [job(4.5 * HOUR)]);
  const ranked = rankDecisiveSeries(never.jobs[0]!, never);
  expect(ranked.map(({ series, judgement }) => [series.analysis.identity.host, judgement.verdict])).toEqual([
    ['short', 'never'],
  ]);
});

test('the series with the least spare decides the verdict, whatever kind of not safe it has', () => {
  const never = hourly(identity({ host: 'never' }), { lifetimes: hours(4, 4, 4) });
  const assessment = judge([never, shortest], [job(4.5 * HOUR)]);
  // Both have the verdict never. A history with one long validity does not.
  const mixedLengths = hourly(identity({ host: 'mixed' }), { lifetimes: hours(6, 3, 6) });
  const judged = judge([never, mixedLengths], [job(4.5 * HOUR)]);
  const ranked = rankDecisiveSeries(judged.jobs[0]!, judged);
  expect(ranked.map(({ series, judgement }) => [series.identity.host, judgement.verdict])).toEqual([
    ['mixed', 'sometimes'],
    ['never', 'never'],
  ]);
  expect([judged.verdict, judged.jobs[0]?.verdict, judged.jobs[0]?.spare]).toEqual([
    'sometimes',
    'sometimes',
    ranked[0]?.judgement.spare,
  ]);
  expect(findHost(judged)).toBe('mixed');
  expect(findHost(assessment)).toBe('shortest');
});

test('a failed poll is current if no sample was taken after it, by the clock of AWS', () => {
  const [{ analysis }] = judge([long], []).series as [AssessedSeries];
  const { lastSample } = analysis.measurement!;
  const failedAt = (lastAt: number, clockOffset = 0) => {
    const clock = { ...analysis.measurement!.clock, newestOffset: clockOffset };
    const measurement = { ...analysis.measurement!, clock };
    const failure = { reason: 'timeout', count: 1, firstAt: lastAt, lastAt, lastDetail: '' } as const;
    return findCurrentFailure({ ...analysis, measurement, failedPolls: [failure] })?.lastAt ?? null;
  };
  expect(failedAt(lastSample - 1)).toBeNull();
  expect(failedAt(lastSample + 1)).toBe(lastSample + 1);
  // If the host's clock is ahead, a failure before the last sample has a later time. If it is behind, the
  // reverse.
  expect(failedAt(lastSample + 299_000, 300)).toBeNull();
  expect(failedAt(lastSample - 299_000, -300)).toBe(lastSample - 299_000);
  expect(findCurrentFailure({ ...analysis, failedPolls: [] })).toBeNull();
});
