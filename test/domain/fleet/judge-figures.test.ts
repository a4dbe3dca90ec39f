import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectFigures } from '../../../src/domain/fleet/collect-figures.ts';
import { toJudgedFigures } from '../../../src/domain/fleet/judge-series.ts';
import type { SeriesFigures } from '../../../src/domain/fleet/series-figures.ts';
import type { Sample, SeriesHistory, SeriesIdentity } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import type { EvidenceRules } from '../../../src/domain/verdict/confidence.ts';
import { judgeFigures, judgeJob } from '../../../src/domain/verdict/job.ts';
import type { Freshness } from '../../../src/domain/verdict/series-analysis.ts';
import { KINDS } from '../../support/accuracy/kinds.ts';
import { createHistory } from '../../support/domain/history.ts';
import { readHistories, SCENARIO_FOLDER } from '../../support/domain/scenario-histories.ts';
import { seededRandom } from '../../support/random.ts';
import { isThorough, sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);
const IDENTITY: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };
const RULES: EvidenceRules[] = [
  { confidence: null, minWatched: null },
  { confidence: 0.95, minWatched: null },
  { confidence: 0.5, minWatched: 0.8 },
];

/** Durations around each figure that a verdict compares with, and round ones. */
function listDurations({ measured }: SeriesFigures): number[] {
  const round = [0, 1, 60, 3600, 5 * 3600, 7 * 3600, 40 * 3600];
  if (measured === null) return round;
  const { worstCaseSeconds, validityWhenIssued, largestPossibleValidity, longestServedValidity } = measured;
  return [
    worstCaseSeconds,
    validityWhenIssued?.min,
    validityWhenIssued?.max,
    largestPossibleValidity,
    longestServedValidity,
  ]
    .flatMap((limit) => (limit === undefined || limit === null ? [] : [limit - 1, limit, limit + 1]))
    .concat(round)
    .filter((duration) => duration >= 0);
}

function listFreshness(history: SeriesHistory): Freshness[] {
  const last = Math.max(START, ...history.generations.map(({ rawLastSeen }) => rawLastSeen));
  return [
    { now: last + 60_000, maxAge: 'default' },
    { now: last - 3_600_000, maxAge: null },
    { now: last + 2 * 86_400_000, maxAge: 'default' },
    { now: last + 7_200_000, maxAge: 3600 },
  ];
}

/** Judges every job by the history and by its figures, after the figures were stored as JSON. */
function expectSameVerdicts(history: SeriesHistory): void {
  const [{ now }] = listFreshness(history) as [Freshness];
  const stored: SeriesFigures = JSON.parse(
    JSON.stringify(collectFigures(analyse(history, { now, maxAge: 'default' }))),
  );
  const unsafeShares = new Set<number>();
  for (const freshness of listFreshness(history)) {
    const analysis = analyse(history, freshness);
    const figures = toJudgedFigures(stored, freshness);
    expect(figures.age).toBe(analysis.age);
    const [judged, expected]: object[][] = [[], []];
    for (const duration of listDurations(stored)) {
      for (const margin of [0, 300]) {
        const job = { name: null, duration, margin };
        for (const rules of RULES) {
          const { shareOfSafeStarts, ...judgement } = judgeJob(analysis, job, rules);
          if (judgement.verdict === 'safe') unsafeShares.add(shareOfSafeStarts ?? 1);
          judged?.push(judgeFigures(figures, job, rules));
          expected?.push(judgement);
        }
      }
    }
    // `toEqual` takes longer than all judgements, so it only shows a difference.
    if (!isDeepStrictEqual(judged, expected)) expect(judged).toEqual(expected);
  }
  unsafeShares.delete(1);
  expect([...unsafeShares]).toEqual([]);
}

test.each(sampleCases(readdirSync(SCENARIO_FOLDER), 27))(
  'the figures of %s give the same verdicts as the history',
  (name) => {
    for (const polled of [true, false]) {
      for (const history of readHistories(name, polled)) expectSameVerdicts(history);
    }
  },
);

test('the figures of simulated histories give the same verdicts as the histories', () => {
  for (const [index, kind] of sampleCases(KINDS, 9).entries()) {
    for (let run = 0; run < (isThorough ? 2 : 1); run += 1) {
      const { samples } = kind.draw(seededRandom(1000 * run + index), 2 + 10 * (run % 2));
      expectSameVerdicts(createHistory(samples, IDENTITY));
    }
  }
});

/** Any samples, even implausible ones: overlapping, expired, extended, from the future. */
const anySample: fc.Arbitrary<Sample> = fc.record({
  accessKeyId: fc.constantFrom('', 'ASIA1', 'ASIA2', 'ASIA3', 'ASIA4'),
  lastUpdated: fc.option(fc.integer({ min: -3600, max: 7200 }).map((second) => START + second * 1000)),
  expiration: fc.integer({ min: -3600, max: 21_600 }).map((second) => START + second * 1000),
  zoneless: fc.boolean(),
  observedAt: fc.integer({ min: 0, max: 7_200_000 }).map((millisecond) => START + millisecond),
  clockOffset: fc.option(fc.integer({ min: -100, max: 100 })),
});

test('the figures of any samples give the same verdicts as the samples', () => {
  fc.assert(
    fc.property(
      fc.array(anySample, { minLength: 1, maxLength: 30 }),
      fc.constantFrom('imds' as const, 'process' as const),
      fc.option(fc.integer({ min: -4000, max: 4000 })),
      (samples, source, newestClockOffset) =>
        expectSameVerdicts(createHistory(samples, { ...IDENTITY, source }, { newestClockOffset })),
    ),
    { numRuns: isThorough ? 300 : 8 },
  );
});
