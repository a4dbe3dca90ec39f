import { expect, test } from 'vitest';
import type { AssessedSeries } from '../../../src/domain/verdict/assessment.ts';
import { chooseShownSeries, rankByImportance } from '../../../src/domain/verdict/shown-series.ts';
import { failing, HOUR, hourly, identity, job, judge } from '../../support/report/assessments.ts';

const hours = (...counts: number[]) => counts.map((count) => count * HOUR);
const listNames = (series: readonly AssessedSeries[]) =>
  series.map(({ analysis: { identity: each } }) => `${each.host}/${each.role}`);

/** Worst cases: 5 h, 2.5 h and 2 h. The last series has no samples. */
const long = hourly(identity({ host: 'a-long' }));
const short = hourly(identity({ host: 'b-short' }), { lifetimes: hours(4, 4, 3.5, 4) });
const shortest = hourly(identity({ host: 'c-shortest' }), { lifetimes: hours(4, 4, 3, 4) });
const down = failing(identity({ host: 'd-down' }));
const old = hourly(identity({ host: 'a-long', role: 'old' }), { began: 20, lifetimes: hours(2, 2) });
const older = hourly(identity({ host: 'a-long', role: 'older' }), { began: 40, lifetimes: hours(3, 3) });

test('retired series that judge no job are summed up, and the others stay in their order', () => {
  const assessment = judge([older, short, old, long], [job(HOUR)]);
  const { shown, retired, beyondTop } = chooseShownSeries(assessment, { showRetired: false, top: null });
  expect(listNames(shown)).toEqual(['b-short/app', 'a-long/app']);
  const [{ analysis: oldest }, , { analysis: newest }] = assessment.series as [
    AssessedSeries,
    AssessedSeries,
    AssessedSeries,
  ];
  expect(retired).toEqual({
    count: 2,
    sampleCount: (oldest.measurement?.sampleCount ?? 0) + (newest.measurement?.sampleCount ?? 0),
    firstSample: oldest.measurement?.firstSample,
    lastSample: newest.measurement?.lastSample,
    worstCase: newest.measurement?.worstCase.seconds,
    verdict: null,
  });
  expect(retired?.sampleCount).toBeGreaterThan(0);
  expect(beyondTop).toBeNull();
});

test('retired series are shown if they judge a job or if all series are to be shown', () => {
  const assessment = judge([old, long], [job(HOUR)]);
  expect(chooseShownSeries(assessment, { showRetired: true, top: null })).toEqual({
    shown: assessment.series,
    retired: null,
    beyondTop: null,
  });
  const judged = judge([old, long], [job(HOUR)], { judgeRetired: true });
  expect(chooseShownSeries(judged, { showRetired: false, top: null }).shown).toEqual(judged.series);
});

test('top shows the series with the worst verdict first, then those with the least spare', () => {
  const assessment = judge([long, down, short, shortest, old], [job(2.2 * HOUR)]);
  expect(listNames(rankByImportance(assessment.series))).toEqual([
    'c-shortest/app',
    'd-down/app',
    'b-short/app',
    'a-long/app',
    'a-long/old',
  ]);
  const { shown, retired, beyondTop } = chooseShownSeries(assessment, { showRetired: false, top: 2 });
  expect(listNames(shown)).toEqual(['c-shortest/app', 'd-down/app']);
  expect(beyondTop).toMatchObject({ count: 2, verdict: 'safe' });
  expect(retired?.count).toBe(1);
  expect(chooseShownSeries(assessment, { showRetired: false, top: 4 }).beyondTop).toBeNull();
});

test('top counts the worst of several jobs', () => {
  const assessment = judge([long, short], [job(HOUR), job(4.5 * HOUR)]);
  expect(listNames(rankByImportance(assessment.series))).toEqual(['b-short/app', 'a-long/app']);
});

test('without a job, top shows the smallest worst cases first, and series without samples last', () => {
  const { series } = judge([down, long, short, shortest], []);
  expect(listNames(rankByImportance(series))).toEqual([
    'c-shortest/app',
    'b-short/app',
    'a-long/app',
    'd-down/app',
  ]);
});
