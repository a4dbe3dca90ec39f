import { expect, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { assessAnalyses, assessSeries } from '../../../src/domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';
import { renderJson } from '../../../src/report/json.ts';
import { context, HOUR, hourly, identity, job, NOW } from '../../support/report/assessments.ts';

const COUNT = 3000;
const RULES = { now: NOW, confidence: null, minWatched: null, judgeRetired: false };
const rules = (...jobs: ReturnType<typeof job>[]) => ({ ...RULES, jobs });

const [template] = [identity()].map((each) => analyse(hourly(each), { now: NOW, maxAge: 'default' }));

/** A series that another one has replaced, except for the last one. */
function createSeries(number: number, onIdentity: () => void): SeriesAnalysis {
  const measurement = template?.measurement ?? null;
  if (template === undefined || measurement === null) throw new Error('the template has no samples');
  const at = number * 100 * HOUR * 1000;
  const firstSample = measurement.firstSample + at;
  const lastSample = measurement.lastSample + at;
  const role: SeriesIdentity = identity({ role: `task-${number}` });
  return {
    ...template,
    measurement: { ...measurement, firstSample, lastSample },
    get identity() {
      onIdentity();
      return role;
    },
  };
}

test('the steps for an assessment grow with the number of series, not with its square', () => {
  let reads = 0;
  const analyses = Array.from({ length: COUNT }, (_, index) => createSeries(index, () => reads++));
  const { series, verdict } = assessAnalyses(analyses, rules(job(HOUR), job(2 * HOUR)));
  expect(series.filter(({ isRetired }) => isRetired)).toHaveLength(COUNT - 1);
  expect(verdict).toBe('safe');
  expect(reads).toBeLessThan(20 * COUNT);
});

test('an assessment analyses each series once, and JSON once more, in small pieces', () => {
  const counts = new Map<number, number>();
  const readers = Array.from({ length: 100 }, (_, index) => () => {
    counts.set(index, (counts.get(index) ?? 0) + 1);
    return createSeries(index, () => undefined);
  });
  const assessment = assessSeries(readers, rules(job(HOUR)));
  expect(new Set(counts.values())).toEqual(new Set([1]));
  const pieces = [...renderJson(assessment, context(assessment))];
  expect(new Set(counts.values())).toEqual(new Set([2]));
  expect(pieces.length).toBeGreaterThan(1);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
  expect(JSON.parse(pieces.join('')).series).toHaveLength(100);
});
