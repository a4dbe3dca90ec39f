import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../../src/domain/measurement/validity.ts';
import type { FailureReason, Sample, SeriesHistory, SeriesIdentity } from '../../../src/domain/model.ts';
import {
  assess,
  findDecisiveJob,
  findJudgement,
  type JobToJudge,
} from '../../../src/domain/verdict/assessment.ts';
import { findLongestSafeJob, judgeJob, minRotationsFor } from '../../../src/domain/verdict/job.ts';
import type { Verdict } from '../../../src/domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';

const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Shape {
  /** Lifetime of each generation, in seconds; one is issued every hour. */
  lifetimes: readonly number[];
  dated?: boolean;
}

/** An hourly source, polled every twenty minutes from ten past. */
function samplesOf({ lifetimes, dated = true }: Shape, from = START): Sample[] {
  return lifetimes.flatMap((lifetime, hour) =>
    [10, 30, 50].map((minute): Sample => {
      const issued = from + hour * HOUR;
      return {
        accessKeyId: `ASIA${from}${hour}`,
        lastUpdated: dated ? issued : null,
        expiration: issued + lifetime * 1000,
        zoneless: false,
        observedAt: issued + minute * MINUTE,
        clockOffset: 0,
      };
    }),
  );
}

function analysisOf(samples: readonly Sample[], age = 0): SeriesAnalysis {
  return {
    identity: { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' },
    isPolled: true,
    failedPolls: [],
    failedPollSpans: [],
    measurement: samples.length === 0 ? null : measure(groupGenerations(samples)),
    age,
    maxAge: 86_400,
    findings: [],
  };
}

const hours = (count: number) => count * 3600;
/** Lead time 5 h, valid for 6 h when issued. */
const regular = samplesOf({ lifetimes: [hours(6), hours(6), hours(6)] });
/** Valid for 5 to 7 h when issued: W is 4 h, F 5 h, C 7 h. */
const uneven = samplesOf({ lifetimes: [hours(7), hours(5), hours(6)] });
const alone = regular.slice(0, 3);

const judge = (samples: readonly Sample[], duration: number, wanted = 1, age = 0) =>
  judgeJob(analysisOf(samples, age), { duration, margin: 0 }, wanted);

test.each([86_400, null])(
  'samples from the future are no evidence, however old ones may be (%s)',
  (maxAge) => {
    const analysis = { ...analysisOf(regular, -61), maxAge };
    expect(judgeJob(analysis, { duration: hours(1), margin: 0 })).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'SAMPLES_IN_FUTURE', aheadSeconds: 61 }],
    });
    expect(judgeJob({ ...analysis, age: -60 }, { duration: hours(1), margin: 0 }).verdict).toBe('safe');
  },
);

describe('the first row of the table that fits', () => {
  test('never: no credentials were issued for as long as is required', () => {
    expect(judge(regular, hours(6) + 1).verdict).toBe('never');
  });

  test('start-after-rotation: every rotation brought what is required, and did not keep it', () => {
    expect(judge(regular, hours(6))).toMatchObject({
      verdict: 'start-after-rotation',
      safeTimeAfterRotation: 0,
    });
    expect(judge(regular, hours(5) + 1)).toMatchObject({
      verdict: 'start-after-rotation',
      safeTimeAfterRotation: 3599,
      spare: -1,
    });
  });

  test('sometimes: some rotations brought what is required', () => {
    expect(judge(uneven, hours(5) + 1)).toMatchObject({ verdict: 'sometimes', safeTimeAfterRotation: null });
    expect(judge(uneven, hours(7)).verdict).toBe('sometimes');
    expect(judge(uneven, hours(5)).verdict).toBe('start-after-rotation');
  });

  test('safe: the worst case is what is required', () => {
    expect(judge(regular, hours(5))).toMatchObject({
      verdict: 'safe',
      spare: 0,
      shareOfSafeStarts: 1,
      unknownReasons: [],
    });
    expect(judge(uneven, hours(4)).verdict).toBe('safe');
  });

  test('unknown: nothing speaks against the job, and no rotation for it', () => {
    expect(judge(alone, hours(1))).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'NO_WITNESSED_ROTATION' }],
    });
  });

  test('unknown: the newest sample is too old', () => {
    expect(judge(regular, hours(5), 1, 86_400).verdict).toBe('safe');
    expect(judge(regular, hours(5), 1, 86_401)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'STALE_SAMPLES', ageSeconds: 86_401, maxAgeSeconds: 86_400 }],
    });
  });

  test('unknown: fewer rotations were witnessed than were asked for', () => {
    expect(judge(regular, hours(5), 2).verdict).toBe('safe');
    expect(judge(regular, hours(5), 3)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [
        { code: 'TOO_FEW_ROTATIONS', witnessedCount: 2, minRotations: 3, pollForSeconds: 3600 },
      ],
    });
  });

  test('unknown: nothing was ever sampled', () => {
    expect(judgeJob(analysisOf([]), { duration: 0, margin: 0 })).toMatchObject({
      verdict: 'unknown',
      spare: null,
      shareOfSafeStarts: null,
      unknownReasons: [{ code: 'NO_SAMPLES' }],
    });
  });

  test.each<[string, number, Verdict]>([
    ['never', hours(6) + 1, 'never'],
    ['start-after-rotation', hours(6), 'start-after-rotation'],
  ])('%s needs no more evidence, however old and little there is', (_, duration, verdict) => {
    const judged = judge(alone, duration, 19, hours(1000));
    expect(judged.verdict).toBe(verdict);
    expect(judged.unknownReasons.map(({ code }) => code)).toEqual([
      'NO_WITNESSED_ROTATION',
      'STALE_SAMPLES',
      'TOO_FEW_ROTATIONS',
    ]);
  });

  test('sometimes needs no more evidence either', () => {
    expect(judge(uneven, hours(6), 19, hours(1000)).verdict).toBe('sometimes');
  });

  test('never beats the rows below it: the worst case is too small for it as well', () => {
    const judged = judge(regular, hours(8));
    expect(judged).toMatchObject({
      verdict: 'never',
      spare: -hours(3),
      shareOfSafeStarts: 0,
      safeTimeAfterRotation: null,
    });
  });

  test('without a known validity when issued there is no never and nothing to wait for', () => {
    const undated = samplesOf({ lifetimes: [hours(6)], dated: false });
    expect(judge(undated, hours(9)).verdict).toBe('sometimes');
  });

  test('the margin is required like the job itself', () => {
    const analysis = analysisOf(regular);
    expect(judgeJob(analysis, { duration: hours(5) - 300, margin: 300 })).toMatchObject({
      verdict: 'safe',
      required: hours(5),
    });
    expect(judgeJob(analysis, { duration: hours(5) - 299, margin: 300 }).verdict).toBe(
      'start-after-rotation',
    );
  });
});

describe('how many rotations a confidence asks for', () => {
  test.each([
    [0.5, 1],
    [0.75, 3],
    [0.8, 4],
    [0.9, 9],
    [0.95, 19],
    [0.99, 99],
    [0.999, 999],
    [0.9999, 9999],
    [0.94, 16],
    [0.951, 20],
    [0.01, 1],
  ])('%d asks for %d', (confidence, rotations) => {
    expect(minRotationsFor(confidence)).toBe(rotations);
  });

  test('the chance that the next rotation is worse is then small enough, and not before', () => {
    for (let percent = 51; percent < 100; percent += 1) {
      const wanted = minRotationsFor(percent / 100);
      expect(100).toBeLessThanOrEqual((100 - percent) * (wanted + 1));
      expect(100).toBeGreaterThan((100 - percent) * wanted);
    }
  });
});

test('the curve of safe starts has its bends, between round lengths', () => {
  const curve = computeSafeStartsCurve(analysisOf(regular).measurement!, 300);
  const last = curve.findLastIndex(({ share }) => share === 1);
  expect(curve[last]).toEqual({ jobDuration: hours(5) - 300, share: 1 });
  expect(curve[last + 1]!.jobDuration).toBe(hours(5));
  expect(curve.at(-1)).toEqual({ jobDuration: hours(6) - 300, share: 0 });
});

test('the longest job that is safe at any start leaves the margin', () => {
  const { measurement } = analysisOf(regular);
  expect(findLongestSafeJob(measurement!, 300)).toBe(hours(5) - 300);
  expect(findLongestSafeJob(measurement!, hours(5))).toBe(0);
  expect(findLongestSafeJob(measurement!, hours(5) + 1)).toBeNull();
});

describe('several series', () => {
  const history = (host: string, samples: readonly Sample[], role = 'app'): SeriesHistory => ({
    identity: { host, source: 'imds', apiVersion: '2', role },
    isPolled: true,
    failedPolls: [],
    failedPollSpans: [],
    generations: groupGenerations(samples),
  });
  const job: JobToJudge = { name: null, duration: hours(5), margin: 0, runs: [] };
  const judgeAll = (histories: readonly SeriesHistory[], judgeRetired = false, jobs = [job]) =>
    assess(histories, {
      now: START + 4 * HOUR,
      maxAge: 'default',
      jobs,
      minRotations: 1,
      judgeRetired,
    });

  const never = history('never', samplesOf({ lifetimes: [hours(4), hours(4)] }));
  const sometimes = history('sometimes', samplesOf({ lifetimes: [hours(4), hours(6)] }));
  const waiting = history('waiting', samplesOf({ lifetimes: [hours(5), hours(5)] }));
  const unknown = history('unknown', alone);
  const safe = history('safe', regular);

  test.each<[Verdict, SeriesHistory[]]>([
    ['never', [safe, unknown, waiting, sometimes, never]],
    ['sometimes', [safe, unknown, waiting, sometimes]],
    ['start-after-rotation', [safe, unknown, waiting]],
    ['unknown', [safe, unknown]],
    ['safe', [safe]],
  ])('%s is the answer when it is the worst of all', (verdict, histories) => {
    expect(judgeAll(histories).verdict).toBe(verdict);
    expect(judgeAll([...histories].reverse()).verdict).toBe(verdict);
  });

  test('each verdict is its own, in the order of the series', () => {
    const { series } = judgeAll([safe, never, unknown]);
    expect(series.map(({ judgements }) => judgements[0]?.verdict)).toEqual(['safe', 'never', 'unknown']);
  });

  test('no series at all is unknown, and no verdict at all without a job', () => {
    expect(judgeAll([]).verdict).toBe('unknown');
    const { verdict, series } = judgeAll([safe], false, []);
    expect(verdict).toBeNull();
    expect(series[0]!.judgements).toEqual([]);
  });

  test('a host of which only failed polls are known makes the answer unknown', () => {
    expect(judgeAll([safe, history('silent', [])]).verdict).toBe('unknown');
  });

  test('but not a place that was never set up, or that nobody has by that name', () => {
    const failing = (...reasons: FailureReason[]): SeriesHistory => ({
      ...history('mistyped', []),
      failedPolls: reasons.map((reason) => ({
        reason,
        count: 1,
        firstAt: START,
        lastAt: START,
        lastDetail: '',
      })),
    });
    expect(judgeAll([safe, failing('invalid-configuration', 'not-configured')]).verdict).toBe('safe');
    expect(judgeAll([safe, failing('invalid-configuration', 'timeout')]).verdict).toBe('unknown');
    expect(judgeAll([failing('invalid-configuration')]).verdict).toBe('unknown');
  });

  describe('of which a job draws from some', () => {
    const drawn = (...from: SeriesHistory[]): JobToJudge[] => [
      { ...job, runs: from.map(({ identity }) => runOf(identity)) },
    ];
    const runOf = (identity: SeriesIdentity) => ({
      job: 'nightly',
      identity,
      startedAt: START,
      remainingAtStart: hours(6),
      end: null,
    });
    const verdicts = ({ series }: ReturnType<typeof judgeAll>) =>
      series.map(({ judgements }) => judgements[0]?.verdict ?? null);

    test('those are judged, and others change nothing', () => {
      const all = [safe, unknown, never, waiting];
      expect(verdicts(judgeAll(all, false, drawn(safe, safe)))).toEqual(['safe', null, null, null]);
      expect(judgeAll(all, false, drawn(safe)).verdict).toBe('safe');
      expect(verdicts(judgeAll(all, false, drawn(safe, waiting)))).toEqual([
        'safe',
        null,
        null,
        'start-after-rotation',
      ]);
      expect(judgeAll(all, true, drawn(unknown)).verdict).toBe('unknown');
    });

    test('every part of the identity tells them apart', () => {
      for (const part of [
        { host: 'x' },
        { source: 'process' as const },
        { apiVersion: '1' },
        { role: 'x' },
      ]) {
        const other = { ...never, identity: { ...safe.identity, ...part } };
        expect(judgeAll([safe, other], false, drawn(safe)).verdict).toBe('safe');
      }
    });

    test('all are judged where it draws from none that has samples', () => {
      const silent = history('silent', []);
      for (const from of [[], [history('elsewhere', regular)], [silent]]) {
        const told = judgeAll([safe, never, silent], false, drawn(...from));
        expect(verdicts(told)).toEqual(['safe', 'never', 'unknown']);
      }
    });

    test('a replaced one is judged, unless the job has followed the change', () => {
      const before = history('web-1', samplesOf({ lifetimes: [hours(1)] }, START - 10 * HOUR), 'before');
      const after = history('web-1', regular, 'after');
      const left = judgeAll([before, after, never], false, drawn(before));
      expect(verdicts(left)).toEqual(['never', null, null]);
      expect(left.series[0]!.isRetired).toBe(true);
      expect(verdicts(judgeAll([before, after, safe], false, drawn(before, safe)))).toEqual([
        'never',
        null,
        'safe',
      ]);
      expect(verdicts(judgeAll([before, after, never], false, drawn(before, after)))).toEqual([
        null,
        'safe',
        null,
      ]);
    });
  });

  describe('and several jobs', () => {
    const wanted = (duration: number | null, name: string | null = null): JobToJudge => ({
      ...job,
      name,
      duration: duration === null ? null : hours(duration),
    });

    test('each job has its own worst series, and the worst of them is the answer', () => {
      const { verdict, jobs, series } = judgeAll([safe, waiting], false, [wanted(4), wanted(5), wanted(7)]);
      expect(jobs.map((each) => each.verdict)).toEqual(['safe', 'start-after-rotation', 'never']);
      expect(series.map(({ judgements }) => judgements.map((each) => each.verdict))).toEqual([
        ['safe', 'safe', 'never'],
        ['safe', 'start-after-rotation', 'never'],
      ]);
      expect(verdict).toBe('never');
    });

    test('the first of the worst is the decisive one', () => {
      const all = [wanted(7, 'first'), wanted(8, 'second'), wanted(4)];
      const decisive = findDecisiveJob(judgeAll([safe], false, all))!;
      expect([decisive.name, decisive.job?.duration]).toEqual(['first', hours(7)]);
      expect(findDecisiveJob(judgeAll([safe], false, []))).toBeNull();
    });

    test('one whose length is not known is unknown, and hides no worse one', () => {
      const told = judgeAll([safe], false, [wanted(4), wanted(null, 'new')]);
      expect(told.jobs.map((each) => [each.job === null, each.verdict])).toEqual([
        [false, 'safe'],
        [true, 'unknown'],
      ]);
      expect(told.verdict).toBe('unknown');
      expect(told.series[0]!.judgements).toHaveLength(1);
      expect(judgeAll([safe], false, [wanted(null, 'new'), wanted(7)]).verdict).toBe('never');
    });

    test('a verdict is found by its job, and not by one of the same length', () => {
      const { series, jobs } = judgeAll([safe], false, [wanted(4, 'a'), wanted(4, 'b')]);
      expect(jobs.map((each) => findJudgement(series[0]!, each)?.job.name)).toEqual(['a', 'b']);
    });
  });

  describe('of which one has replaced the other', () => {
    const before = history('web-1', samplesOf({ lifetimes: [hours(1)] }, START - 10 * HOUR), 'before');
    const after = history('web-1', regular, 'after');

    test('the replaced one is listed and not judged', () => {
      const { verdict, series } = judgeAll([before, after]);
      expect(verdict).toBe('safe');
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
      expect(series[0]!.judgements).toEqual([]);
    });

    test('the replaced one is judged when it was selected', () => {
      const { verdict, series } = judgeAll([before, after], true);
      expect(verdict).toBe('never');
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
    });

    test('the replaced one is judged when it is alone', () => {
      expect(judgeAll([before]).verdict).toBe('never');
    });

    test('another host or another source replaces nothing', () => {
      const elsewhere = { ...after, identity: { ...after.identity, host: 'web-2' } };
      const container = { ...after, identity: { ...after.identity, source: 'container' as const } };
      expect(judgeAll([before, elsewhere]).verdict).toBe('never');
      expect(judgeAll([before, container]).verdict).toBe('never');
    });

    test('one that began at the very sample where the other ended has not replaced it', () => {
      const end = samplesOf({ lifetimes: [hours(1)] }, START - 40 * MINUTE);
      const { series } = judgeAll([history('web-1', end, 'before'), after]);
      expect(series.map(({ isRetired }) => isRetired)).toEqual([false, false]);
    });

    test('a newcomer without a rotation leaves the answer unknown, not safe', () => {
      const newcomer = history('web-1', samplesOf({ lifetimes: [hours(6)] }, START + 10 * HOUR), 'newcomer');
      const { verdict, series } = judgeAll([after, newcomer]);
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
      expect(verdict).toBe('unknown');
    });
  });
});

test('a job of no length at all is not safe where an expired window was possible', () => {
  const measurement: Measurement = measure(
    groupGenerations(samplesOf({ lifetimes: [3300, 3300, 3300], dated: false })),
  );
  expect(measurement.worstCase.seconds).toBe(0);
  expect(measurement.witnessedCount).toBe(2);
  const analysis = { ...analysisOf([]), measurement };
  const judged = judgeJob(analysis, { duration: 0, margin: 0 });
  expect(judged.shareOfSafeStarts).toBeLessThan(1);
  expect(judged.verdict).not.toBe('safe');
});
