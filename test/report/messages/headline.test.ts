import { describe, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import type { AssessedJob, JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import {
  findJudgedSeries,
  type JudgedSeries,
  rankDecisiveSeries,
} from '../../../src/domain/verdict/judgements.ts';
import { describeOutcome, describeReason } from '../../../src/report/messages/headline/headline.ts';
import {
  describeOutcomeOfJobs,
  describeOutcomeOfSeries,
  describeReasonOfSeries,
} from '../../../src/report/messages/headline/several.ts';
import { formatState } from '../../../src/report/messages/verdicts.ts';
import { formatDurationRange } from '../../../src/report/text/duration-range.ts';
import { formatRemainingShare, formatShare } from '../../../src/report/text/format-values.ts';
import { DAY, HOUR, MINUTE, pretend } from '../../support/report/charted-histories.ts';
import { wantedJob } from '../../support/report/judged-at.ts';
import { assessed, job, measured } from '../../support/report/measured-series.ts';

function judge(history: SeriesHistory, wanted: JobToJudge): JudgedSeries {
  const { assessment } = assessed([history], [wanted]);
  const [first] = assessment.jobs;
  const [judged] = first === undefined ? [] : findJudgedSeries(first, assessment);
  if (judged === undefined) throw new Error('the job was not judged');
  return judged;
}

/** State, outcome and reasons. */
function describeHistory(history: SeriesHistory, wanted: JobToJudge): string[] {
  const { judgement, series } = judge(history, wanted);
  const { measurement, identity } = series.analysis;
  return [
    formatState(judgement, measurement),
    describeOutcome(judgement, measurement, identity.host),
    ...describeReason(judgement, measurement),
  ];
}

const COPIES = 'that copies its credentials at the start';

describe('the headline of one series', () => {
  test('a job that is not safe has the share of start times, the worst case and the history', () => {
    expect(describeHistory(measured(), job(5))).toEqual([
      'not safe',
      `on web-1, a 5h job ${COPIES} would have had less than its margin of 5m to spare for 0.98% of start times.`,
      'With a margin of 5m, the job needs credentials for 5h 05m.',
      'The worst case was 5h, just before the rotation at 2026-03-01 01:00:00Z: 5m too little.',
      'The history has 11 rotations in 11h 55m.',
    ]);
  });

  test('a job fails if more than its margin is missing', () => {
    expect(describeHistory(measured(), job(7))[1]).toMatch(/ would have failed at every start time\.$/);
    expect(describeHistory(measured(), wantedJob((5 * HOUR) / 1000 + 1, { margin: 0 }))[1]).toMatch(
      / would have failed for \d+\.\d+% of start times\.$/,
    );
  });

  test('starts that lack only the margin have a share of their own', () => {
    const shareOf = (wanted: JobToJudge) =>
      100 * (1 - (judge(measured(), wanted).judgement.shareOfSafeStarts ?? Number.NaN));
    const failed = shareOf(wantedJob(5.2 * 3_600, { margin: 0 }));
    const unsafe = shareOf(job(5.2));
    expect(failed).toBeGreaterThan(1);
    expect(unsafe - failed).toBeGreaterThan(1);
    const [, outcome = ''] = describeHistory(measured(), job(5.2));
    const [, first, second] =
      / would have failed for (.*)% of start times, and would have had less than its margin of 5m to spare for another (.*)%\.$/.exec(
        outcome,
      ) ?? [];
    expect(Number(first)).toBeCloseTo(failed, 1);
    expect(Number(second)).toBeCloseTo(unsafe - failed, 1);
  });

  test('a job that never fits is compared with the longest validity', () => {
    const [, outcome, , reason] = describeHistory(measured(), job(7));
    expect(outcome).toBe(`on web-1, a 7h job ${COPIES} would have failed at every start time.`);
    expect(reason).toBe('New credentials were valid for at most 6h 28m: 37m too little.');
  });

  test('a safe job of little history is safe so far, and of many days safe', () => {
    const seconds = pretend({ time: 167_000, every: 2000, rotateEvery: 20_000, lifetimes: [60_000] });
    expect(describeHistory(seconds, wantedJob(20, { margin: 0 })).slice(0, 3)).toEqual([
      'safe so far',
      `on web-1, a 20s job ${COPIES} was safe at every start time so far: 2 rotations in 46s.`,
      'The job needs credentials for 20s.',
    ]);
    expect(describeHistory(pretend({ time: 14 * DAY }), job(4)).slice(0, 2)).toEqual([
      'safe',
      `on web-1, a 4h job ${COPIES} was safe at every start time: 335 rotations in 13d 23h 55m.`,
    ]);
  });

  test('nineteen rotations are enough only in a day, and a day only with nineteen rotations', () => {
    const state = (options: Parameters<typeof pretend>[0]) => describeHistory(pretend(options), job(1))[0];
    expect(state({ time: DAY + HOUR })).toBe('safe');
    expect(state({ time: 23 * HOUR })).toBe('safe so far');
    expect(state({ time: 2 * DAY, rotateEvery: 3 * HOUR })).toBe('safe so far');
  });

  test('a verdict without enough history is unknown, without the spare validity', () => {
    const [state, outcome, ...reasons] = describeHistory(pretend({ time: 40 * MINUTE }), job(4));
    expect(state).toBe('unknown');
    expect(outcome).toBe(`on web-1, it is unknown whether a 4h job ${COPIES} is safe at any start time.`);
    expect(reasons.join(' ')).not.toMatch(/to spare|too little|0 rotations/);
  });

  test('the first sentence says how much of the time was watched, if that is less than 95%', () => {
    const paused = pretend({ time: 2 * DAY, pauses: [{ from: 10 * HOUR, to: 22 * HOUR }] });
    expect(describeHistory(paused, job(4))[1]).toMatch(
      /safe at every watched start time.*; only 7\d\.\d+% of the time was watched\.$/,
    );
    expect(describeHistory(pretend({ time: 2 * DAY }), job(4))[1]).not.toContain('watched');
  });

  test('a named job has its name and length, and a series without a host has no place', () => {
    const history = measured({ identity: { host: '' } });
    expect(describeHistory(history, job(5, 'nightly'))[1]).toBe(
      'the job nightly (5h), which copies its credentials at the start, would have had less than its margin of 5m to spare for 0.98% of start times.',
    );
  });
});

describe('the headline of several series and jobs', () => {
  const hosts = [6, 5, 4].map((hours, index) =>
    pretend({ time: 2 * DAY, lifetimes: [hours * HOUR], identity: { host: `web-${index}` } }),
  );
  const describeAll = (histories: readonly SeriesHistory[], wanted: JobToJudge): string[] => {
    const { assessment } = assessed(histories, [wanted]);
    const [first] = assessment.jobs;
    if (first?.job == null) return [];
    const judged = findJudgedSeries(first, assessment);
    return [
      describeOutcomeOfSeries(first.job, judged, assessment.series),
      ...describeReasonOfSeries(rankDecisiveSeries(first, assessment), judged, assessment.series),
    ];
  };

  test('the unsafe hosts are counted, and the worst one is named', () => {
    expect(describeAll(hosts, job(3.5))).toEqual([
      `a 3h 30m job ${COPIES} is not safe on 1 of 3 hosts.`,
      expect.stringMatching(
        /^The worst is web-2: there, the job would have failed for .*%.*; it was up to 35m short\.$/,
      ),
    ]);
  });

  test('hosts without a verdict are not counted', () => {
    const young = pretend({ time: 30 * 60_000, identity: { host: 'web-8' } });
    const [, , worst] = hosts;
    expect(describeAll([worst!, young], job(3.5))[0]).toBe(
      `a 3h 30m job ${COPIES} is not safe on the only host with a verdict.`,
    );
    expect(describeAll([...hosts, young], job(3.5))[0]).toBe(
      `a 3h 30m job ${COPIES} is not safe on 1 of 3 hosts with a verdict.`,
    );
  });

  test('safe hosts are counted, and the least to spare is named', () => {
    expect(describeAll(hosts, job(2))).toEqual([
      `a 2h job ${COPIES} was safe at every start time on all 3 hosts.`,
      'The least to spare was 55m, on web-2.',
    ]);
  });

  test('several series name the one that was watched least', () => {
    const paused = pretend({
      time: 2 * DAY,
      pauses: [{ from: 10 * HOUR, to: 22 * HOUR }],
      identity: { host: 'web-9' },
    });
    const [outcome, , watched] = describeAll([...hosts, paused], job(2));
    expect(outcome).toBe(`a 2h job ${COPIES} was safe at every watched start time on all 4 hosts.`);
    expect(watched).toMatch(/^Only 7\d\.\d+% of the time was watched on web-9 /);
  });

  test('one series without a verdict is named', () => {
    const short = pretend({ time: 40 * MINUTE, identity: { host: 'web-9' } });
    expect(describeAll([...hosts, short], job(2))).toEqual([
      `on 1 of 4 hosts, it is unknown whether a 2h job ${COPIES} is safe at any start time.`,
      'There is no verdict for web-9.',
    ]);
  });

  test('series of the same host are counted as series, and the shortest history is named', () => {
    const roles = [measured(), measured({ generations: 3, identity: { role: 'other' } })];
    const [outcome, , shortest] = describeAll(roles, job(4));
    expect(outcome).toBe(`a 4h job ${COPIES} was safe at every start time on both series so far.`);
    expect(shortest).toBe('The shortest history is 2 rotations in 2h 55m, on web-1 · imds v2 · other.');
  });

  test('series are counted if one host has two series, and only one of these is judged', () => {
    const { assessment } = assessed(
      [...hosts, measured({ identity: { host: 'web-0', role: 'old' } })],
      [job(3.5)],
    );
    const judged = assessment.series.slice(0, 3).flatMap((series) => {
      const [judgement] = series.judgements;
      return judgement === undefined ? [] : [{ series, judgement }];
    });
    expect(describeOutcomeOfSeries(judged[0]!.judgement.job, judged, assessment.series)).toContain(
      'of 3 series',
    );
    expect(
      describeOutcomeOfSeries(judged[0]!.judgement.job, judged, assessment.series.slice(0, 3)),
    ).toContain('of 3 hosts');
  });

  test('several jobs are counted', () => {
    const { assessment } = assessed([measured()], [job(4), job(5), job(7)]);
    const describe = (jobs: readonly AssessedJob[], isSafeForNow: boolean) => {
      const judged = jobs.flatMap((each) => findJudgedSeries(each, assessment));
      return describeOutcomeOfJobs(jobs, judged, isSafeForNow);
    };
    const [safe, lacksMargin, never] = assessment.jobs;
    if (safe === undefined || lacksMargin === undefined || never === undefined)
      throw new Error('a job is missing');
    expect(describe([safe, safe, never], false)).toBe('1 of 3 jobs is not safe: no start was safe.');
    expect(describe([safe, never, never], false)).toBe(
      '2 of 3 jobs are not safe: at worst, no start was safe.',
    );
    expect(describe([safe, lacksMargin], false)).toBe(
      '1 of 2 jobs is not safe: 0.98% of starts were not safe.',
    );
    expect(describe(assessment.jobs, false)).toBe('2 of 3 jobs are not safe: at worst, no start was safe.');
    expect(describe([lacksMargin, never], false)).toBe('neither job is safe: at worst, no start was safe.');
    expect(describe([never, never, never], false)).toBe(
      'none of the 3 jobs is safe: at worst, no start was safe.',
    );
    const unknown = { ...safe, verdict: 'unknown' } as const;
    expect(describe([safe, unknown], false)).toBe('1 of 2 jobs has no verdict.');
    expect(describe([unknown, unknown], false)).toBe('neither job has a verdict.');
    expect(describe([safe, safe], true)).toBe('both jobs were safe at every start time so far.');
    expect(describe([safe, safe, safe], false)).toBe('all 3 jobs were safe at every start time.');
  });
});

test('the share of failing starts and the share of safe starts are 100% in total', () => {
  for (const share of [0, 0.0001, 0.57, 0.9902, 0.99999, 1])
    expect(
      Number.parseFloat(formatShare(share)) + Number.parseFloat(formatRemainingShare(share)),
    ).toBeCloseTo(100, 9);
  expect(formatRemainingShare(0.99999)).toBe('0.01%');
  expect(formatRemainingShare(1)).toBe('0%');
});

test.for([
  [21_632, 23_614, '6h 00m – 6h 34m'],
  [3588, 3823, '59m – 1h 04m'],
  [3600, 3600, '1h'],
  [3602, 3645, '1h 00m 02s – 1h 00m 45s'],
  [20, 45, '20s – 45s'],
  [50, 70, '50s – 1m 10s'],
  [7200, 97_200, '2h – 1d 03h'],
  [-600, 3600, '-10m – 1h 00m'],
] as const)('the range from %d to %d seconds is %s', ([min, max, expected]) => {
  expect(formatDurationRange(min, max)).toBe(expected);
});
