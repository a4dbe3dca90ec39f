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
import { computeMinRotations } from '../../../src/domain/verdict/confidence.ts';
import { findLongestSafeJob, judgeJob } from '../../../src/domain/verdict/job.ts';
import type { Verdict } from '../../../src/domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../src/domain/verdict/series-analysis.ts';
import { createHistory } from '../../support/domain/history.ts';

const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Shape {
  /** Lifetimes in seconds of the generations. A generation is issued every hour. */
  lifetimes: readonly number[];
  dated?: boolean;
}

/** A source that rotates on the hour, polled 10, 30 and 50 minutes past. */
function createSamples({ lifetimes, dated = true }: Shape, from = START): Sample[] {
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

function createAnalysis(samples: readonly Sample[], age = 0): SeriesAnalysis {
  return {
    identity: { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' },
    isPolled: true,
    failedPolls: [],
    failedPollSpans: [],
    measurement: samples.length === 0 ? null : measure(groupGenerations(samples)),
    session: null,
    analysedAt: 0,
    age,
    maxAge: 86_400,
    findings: [],
  };
}

const hours = (count: number) => count * 3600;
/** Lead time 5 h, valid for 6 h when issued. */
const regular = createSamples({ lifetimes: [hours(6), hours(6), hours(6)] });
/** Valid for 5 to 7 h when issued. The worst case is 4 h. */
const uneven = createSamples({ lifetimes: [hours(7), hours(5), hours(6)] });
/** A single generation, so no rotation. */
const alone = regular.slice(0, 3);

const createJob = (duration: number, margin = 0) => ({ name: null, duration, margin });

const judge = (samples: readonly Sample[], duration: number, confidence: number | null = null, age = 0) =>
  judgeJob(createAnalysis(samples, age), createJob(duration), { confidence, minWatched: null });

test.each([86_400, null])('samples from the future make the verdict unknown (max age %s)', (maxAge) => {
  const analysis = { ...createAnalysis(regular, -61), maxAge };
  expect(judgeJob(analysis, createJob(hours(1)))).toMatchObject({
    verdict: 'unknown',
    unknownReasons: [{ code: 'SAMPLES_IN_FUTURE', aheadSeconds: 61 }],
  });
  expect(judgeJob({ ...analysis, age: -60 }, createJob(hours(1))).verdict).toBe('safe');
});

describe('judgeJob', () => {
  test('the verdict is `never` if no validity when issued was long enough', () => {
    expect(judge(regular, hours(6) + 1).verdict).toBe('never');
  });

  test('the verdict is `start-after-rotation` if every validity when issued was long enough', () => {
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

  test('the verdict is `sometimes` if some validities when issued were long enough', () => {
    expect(judge(uneven, hours(5) + 1)).toMatchObject({ verdict: 'sometimes', safeTimeAfterRotation: null });
    expect(judge(uneven, hours(7)).verdict).toBe('sometimes');
    expect(judge(uneven, hours(5)).verdict).toBe('start-after-rotation');
  });

  test('the verdict is safe if the worst case equals the required validity', () => {
    expect(judge(regular, hours(5))).toMatchObject({
      verdict: 'safe',
      spare: 0,
      shareOfSafeStarts: 1,
      unknownReasons: [],
    });
    expect(judge(uneven, hours(4)).verdict).toBe('safe');
  });

  test('the verdict is unknown if no rotation was witnessed', () => {
    expect(judge(alone, hours(1))).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'NO_WITNESSED_ROTATION' }],
    });
  });

  test('the verdict is unknown if the newest sample is too old', () => {
    expect(judge(regular, hours(5), null, 86_400).verdict).toBe('safe');
    expect(judge(regular, hours(5), null, 86_401)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'STALE_SAMPLES', ageSeconds: 86_401, maxAgeSeconds: 86_400 }],
    });
  });

  test('the verdict is unknown if fewer rotations were witnessed than required', () => {
    expect(judge(regular, hours(5), 0.66).verdict).toBe('safe');
    expect(judge(regular, hours(5), 0.75)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [
        { code: 'TOO_FEW_ROTATIONS', witnessedCount: 2, minRotations: 3, pollForSeconds: 3600 },
      ],
    });
  });

  test('the verdict is unknown without samples', () => {
    expect(judgeJob(createAnalysis([]), createJob(0))).toMatchObject({
      verdict: 'unknown',
      spare: null,
      shareOfSafeStarts: null,
      unknownReasons: [{ code: 'NO_SAMPLES' }],
    });
  });

  test.each<[string, number, Verdict]>([
    ['never', hours(6) + 1, 'never'],
    ['sometimes', hours(6), 'sometimes'],
  ])('the verdict is `%s` even if the samples are too old and too few', (_, duration, verdict) => {
    const judged = judge(alone, duration, 0.95, hours(1000));
    expect(judged.verdict).toBe(verdict);
    expect(judged.unknownReasons.map(({ code }) => code)).toEqual([
      'NO_WITNESSED_ROTATION',
      'STALE_SAMPLES',
      'TOO_FEW_ROTATIONS',
    ]);
  });

  test('the verdict is `start-after-rotation` even if the samples are too old and too few', () => {
    expect(judge(regular, hours(6), 0.95, hours(1000)).verdict).toBe('start-after-rotation');
  });

  test('the verdict is `never`, not `start-after-rotation`, if no generation was valid for long enough', () => {
    const judged = judge(regular, hours(8));
    expect(judged).toMatchObject({
      verdict: 'never',
      spare: -hours(3),
      shareOfSafeStarts: 0,
      safeTimeAfterRotation: null,
    });
  });

  test('the verdict is `sometimes`, not `never`, if no validity when issued is known', () => {
    const undated = createSamples({ lifetimes: [hours(6)], dated: false });
    expect(judge(undated, hours(9)).verdict).toBe('sometimes');
  });

  test('the required validity includes the margin', () => {
    const analysis = createAnalysis(regular);
    expect(judgeJob(analysis, createJob(hours(5) - 300, 300))).toMatchObject({
      verdict: 'safe',
      required: hours(5),
    });
    expect(judgeJob(analysis, createJob(hours(5) - 299, 300)).verdict).toBe('start-after-rotation');
  });
});

describe('computeMinRotations', () => {
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
  ])('a confidence of %d requires %d rotations', (confidence, rotations) => {
    expect(computeMinRotations(confidence)).toBe(rotations);
  });

  test('a confidence is not met if the newest credentials have less validity than at every rotation', () => {
    const late = createSamples({ lifetimes: Array(24).fill(hours(6)) });
    const newest = late.at(-1)!;
    const remaining = hours(5) - 60;
    const samples = [...late, { ...newest, observedAt: newest.expiration - remaining * 1000 }];
    expect(judge(samples, hours(4), 0.5)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'NEWEST_CREDENTIALS_SHORTEST', remainingSeconds: remaining }],
    });
    expect(judge(samples, hours(4)).verdict).toBe('safe');
    expect(judge(late, hours(4), 0.95)).toMatchObject({ verdict: 'safe', unknownReasons: [] });
  });

  test('imported samples with a longer validity than a role can have make the verdict unknown', () => {
    const judge = (longestSeconds: number, isPolled: boolean) => {
      const finding = {
        ...({ code: 'VALIDITY_TOO_LONG', severity: 'problem' } as const),
        ...{ count: 2, longestSeconds, knownSeconds: 23_614 },
      };
      return judgeJob({ ...createAnalysis(regular), findings: [finding], isPolled }, createJob(hours(1)));
    };
    expect(judge(hours(13), false)).toMatchObject({
      verdict: 'unknown',
      unknownReasons: [{ code: 'VALIDITY_TOO_LONG', longestSeconds: hours(13), knownSeconds: hours(12) }],
    });
    expect(judge(hours(12), false).verdict).toBe('safe');
    expect(judge(hours(13), true).verdict).toBe('safe');
  });

  test('computeMinRotations returns the smallest number for which the chance is small enough', () => {
    for (let percent = 51; percent < 100; percent += 1) {
      const rotations = computeMinRotations(percent / 100);
      expect(100).toBeLessThanOrEqual((100 - percent) * (rotations + 1));
      expect(100).toBeGreaterThan((100 - percent) * rotations);
    }
  });
});

test('the curve of safe starts has points where it bends, between round lengths', () => {
  const curve = computeSafeStartsCurve(createAnalysis(regular).measurement!, 300);
  const last = curve.findLastIndex(({ share }) => share === 1);
  expect(curve[last]).toEqual({ jobDuration: hours(5) - 300, share: 1 });
  expect(curve[last + 1]!.jobDuration).toBe(hours(5));
  expect(curve.at(-1)).toEqual({ jobDuration: hours(6) - 300, share: 0 });
});

test('the longest always safe job is the worst case minus the margin', () => {
  const { measurement } = createAnalysis(regular);
  expect(findLongestSafeJob(measurement!, 300)).toBe(hours(5) - 300);
  expect(findLongestSafeJob(measurement!, hours(5))).toBe(0);
  expect(findLongestSafeJob(measurement!, hours(5) + 1)).toBeNull();
});

test('no job is safe if a generation may have expired before its rotation', () => {
  const { measurement } = createAnalysis(createSamples({ lifetimes: [hours(1), hours(6)], dated: false }));
  expect(measurement?.worstCase.seconds).toBe(0);
  expect(findLongestSafeJob(measurement!, 0)).toBeNull();
});

describe('several series', () => {
  const history = (host: string, samples: readonly Sample[], role = 'app'): SeriesHistory =>
    createHistory(samples, { host, source: 'imds', apiVersion: '2', role });
  const job: JobToJudge = { name: null, duration: hours(5), margin: 0, runs: [] };
  const judgeAll = (histories: readonly SeriesHistory[], judgeRetired = false, jobs = [job]) =>
    assess(histories, {
      now: START + 4 * HOUR,
      maxAge: 'default',
      jobs,
      confidence: null,
      minWatched: null,
      judgeRetired,
    });

  const never = history('never', createSamples({ lifetimes: [hours(4), hours(4)] }));
  const sometimes = history('sometimes', createSamples({ lifetimes: [hours(4), hours(6)] }));
  const waiting = history('waiting', createSamples({ lifetimes: [hours(5), hours(5)] }));
  const unknown = history('unknown', alone);
  const safe = history('safe', regular);

  test.each<[Verdict, SeriesHistory[]]>([
    ['never', [safe, unknown, waiting, sometimes, never]],
    ['sometimes', [safe, unknown, waiting, sometimes]],
    ['start-after-rotation', [safe, unknown, waiting]],
    ['unknown', [safe, unknown]],
    ['safe', [safe]],
  ])('the overall verdict is %s if that is the worst one', (verdict, histories) => {
    expect(judgeAll(histories).verdict).toBe(verdict);
    expect(judgeAll([...histories].reverse()).verdict).toBe(verdict);
  });

  test('each series has its own verdict, in the order of the series', () => {
    const { series } = judgeAll([safe, never, unknown]);
    expect(series.map(({ judgements }) => judgements[0]?.verdict)).toEqual(['safe', 'never', 'unknown']);
  });

  test('the verdict is unknown without series, and null without jobs', () => {
    expect(judgeAll([]).verdict).toBe('unknown');
    const { verdict, series } = judgeAll([safe], false, []);
    expect(verdict).toBeNull();
    expect(series[0]!.judgements).toEqual([]);
  });

  test('a series without samples makes the overall verdict unknown', () => {
    expect(judgeAll([safe, history('unsampled', [])]).verdict).toBe('unknown');
  });

  test('a source that was never configured is not judged, unless there is no other', () => {
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

  describe('with recorded runs of the job', () => {
    const jobsWithRuns = (...from: SeriesHistory[]): JobToJudge[] => [
      { ...job, runs: from.map(({ identity }) => createRun(identity)) },
    ];
    const createRun = (identity: SeriesIdentity) => ({
      job: 'nightly',
      identity,
      startedAt: START,
      remainingAtStart: hours(6),
      end: null,
    });
    const verdicts = ({ series }: ReturnType<typeof judgeAll>) =>
      series.map(({ judgements }) => judgements[0]?.verdict ?? null);

    test('only the series of the runs are judged', () => {
      const all = [safe, unknown, never, waiting];
      expect(verdicts(judgeAll(all, false, jobsWithRuns(safe, safe)))).toEqual(['safe', null, null, null]);
      expect(judgeAll(all, false, jobsWithRuns(safe)).verdict).toBe('safe');
      expect(verdicts(judgeAll(all, false, jobsWithRuns(safe, waiting)))).toEqual([
        'safe',
        null,
        null,
        'start-after-rotation',
      ]);
      expect(judgeAll(all, true, jobsWithRuns(unknown)).verdict).toBe('unknown');
    });

    test('series that differ in any part of the identity are not judged', () => {
      for (const part of [
        { host: 'x' },
        { source: 'process' as const },
        { apiVersion: '1' },
        { role: 'x' },
      ]) {
        const other = { ...never, identity: { ...safe.identity, ...part } };
        expect(judgeAll([safe, other], false, jobsWithRuns(safe)).verdict).toBe('safe');
      }
    });

    test('all series are judged if the series of the runs have no samples', () => {
      const unsampled = history('unsampled', []);
      for (const from of [[], [history('elsewhere', regular)], [unsampled]]) {
        const assessment = judgeAll([safe, never, unsampled], false, jobsWithRuns(...from));
        expect(verdicts(assessment)).toEqual(['safe', 'never', 'unknown']);
      }
    });

    test('a retired series is judged if the job has no runs on its successor', () => {
      const before = history('web-1', createSamples({ lifetimes: [hours(1)] }, START - 10 * HOUR), 'before');
      const after = history('web-1', regular, 'after');
      const assessment = judgeAll([before, after, never], false, jobsWithRuns(before));
      expect(verdicts(assessment)).toEqual(['never', null, null]);
      expect(assessment.series[0]!.isRetired).toBe(true);
      expect(verdicts(judgeAll([before, after, safe], false, jobsWithRuns(before, safe)))).toEqual([
        'never',
        null,
        'safe',
      ]);
      expect(verdicts(judgeAll([before, after, never], false, jobsWithRuns(before, after)))).toEqual([
        null,
        'safe',
        null,
      ]);
    });
  });

  describe('and several jobs', () => {
    const jobToJudge = (duration: number | null, name: string | null = null): JobToJudge => ({
      ...job,
      name,
      duration: duration === null ? null : hours(duration),
    });

    test('each job has the verdict of its worst series, and the worst job decides', () => {
      const { verdict, jobs, series } = judgeAll([safe, waiting], false, [
        jobToJudge(4),
        jobToJudge(5),
        jobToJudge(7),
      ]);
      expect(jobs.map((each) => each.verdict)).toEqual(['safe', 'start-after-rotation', 'never']);
      expect(series.map(({ judgements }) => judgements.map((each) => each.verdict))).toEqual([
        ['safe', 'safe', 'never'],
        ['safe', 'start-after-rotation', 'never'],
      ]);
      expect(verdict).toBe('never');
    });

    test('the job with the least spare is the decisive one, and the first of equal ones', () => {
      const all = [jobToJudge(7), jobToJudge(8, 'first'), jobToJudge(8, 'second'), jobToJudge(4)];
      const decisive = findDecisiveJob(judgeAll([safe], false, all))!;
      expect([decisive.name, decisive.job?.duration]).toEqual(['first', hours(8)]);
      expect(findDecisiveJob(judgeAll([safe], false, []))).toBeNull();
    });

    test('a job without a duration is unknown, and a worse verdict still decides', () => {
      const assessment = judgeAll([safe], false, [jobToJudge(4), jobToJudge(null, 'new')]);
      expect(assessment.jobs.map((each) => [each.job === null, each.verdict])).toEqual([
        [false, 'safe'],
        [true, 'unknown'],
      ]);
      expect(assessment.verdict).toBe('unknown');
      expect(assessment.series[0]!.judgements).toHaveLength(1);
      expect(judgeAll([safe], false, [jobToJudge(null, 'new'), jobToJudge(7)]).verdict).toBe('never');
    });

    test('findJudgement distinguishes jobs of the same duration', () => {
      const { series, jobs } = judgeAll([safe], false, [jobToJudge(4, 'a'), jobToJudge(4, 'b')]);
      expect(jobs.map((each) => findJudgement(series[0]!, each)?.job.name)).toEqual(['a', 'b']);
    });
  });

  describe('and a retired series', () => {
    const before = history('web-1', createSamples({ lifetimes: [hours(1)] }, START - 10 * HOUR), 'before');
    const after = history('web-1', regular, 'after');

    test('the retired series is listed but not judged', () => {
      const { verdict, series } = judgeAll([before, after]);
      expect(verdict).toBe('safe');
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
      expect(series[0]!.judgements).toEqual([]);
    });

    test('the retired series is judged if it was selected', () => {
      const { verdict, series } = judgeAll([before, after], true);
      expect(verdict).toBe('never');
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
    });

    test('a single series is judged', () => {
      expect(judgeAll([before]).verdict).toBe('never');
    });

    test('a series of another host or source does not retire a series', () => {
      const elsewhere = { ...after, identity: { ...after.identity, host: 'web-2' } };
      const container = { ...after, identity: { ...after.identity, source: 'container' as const } };
      expect(judgeAll([before, elsewhere]).verdict).toBe('never');
      expect(judgeAll([before, container]).verdict).toBe('never');
    });

    test('a series that begins at the last sample of another one does not retire it', () => {
      const end = createSamples({ lifetimes: [hours(1)] }, START - 40 * MINUTE);
      const { series } = judgeAll([history('web-1', end, 'before'), after]);
      expect(series.map(({ isRetired }) => isRetired)).toEqual([false, false]);
    });

    test('a new series without a rotation makes the verdict unknown, not safe', () => {
      const newcomer = history(
        'web-1',
        createSamples({ lifetimes: [hours(6)] }, START + 10 * HOUR),
        'newcomer',
      );
      const { verdict, series } = judgeAll([after, newcomer]);
      expect(series.map(({ isRetired }) => isRetired)).toEqual([true, false]);
      expect(verdict).toBe('unknown');
    });
  });
});

test('a job of length 0 is not safe if a window contains the expiration', () => {
  const measurement: Measurement = measure(
    groupGenerations(createSamples({ lifetimes: [3300, 3300, 3300], dated: false })),
  );
  expect(measurement.worstCase.seconds).toBe(0);
  expect(measurement.witnessedCount).toBe(2);
  const analysis = { ...createAnalysis([]), measurement };
  const judged = judgeJob(analysis, createJob(0));
  expect(judged.shareOfSafeStarts).toBeLessThan(1);
  expect(judged.verdict).not.toBe('safe');
});

describe('a required share of watched time', () => {
  /** Four hours with a gap in the middle two. */
  const withGap = [
    ...createSamples({ lifetimes: [hours(6)] }),
    ...createSamples({ lifetimes: [hours(6)] }, START + 3 * HOUR),
  ];
  const judgeWatched = (samples: readonly Sample[], minWatched: number | null) =>
    judgeJob(createAnalysis(samples), createJob(hours(1)), {
      confidence: null,
      minWatched,
    }).unknownReasons.filter(({ code }) => code === 'TOO_LITTLE_WATCHED');

  test('too little watched time is a reason, with both shares', () => {
    const watchedShare = createAnalysis(withGap).measurement?.watchedShare ?? 0;
    expect(watchedShare).toBeGreaterThan(0);
    expect(watchedShare).toBeLessThan(1);
    const minWatched = watchedShare + 0.001;
    expect(judgeWatched(withGap, minWatched)).toEqual([
      { code: 'TOO_LITTLE_WATCHED', watchedShare, minWatched },
    ]);
    expect(judgeWatched(withGap, watchedShare)).toEqual([]);
    expect(judgeWatched(withGap, null)).toEqual([]);
  });

  test('a single sample has no share of watched time', () => {
    expect(createAnalysis(alone.slice(0, 1)).measurement?.watchedShare).toBeNull();
    expect(createAnalysis(alone).measurement?.watchedShare).toBe(1);
    expect(judgeWatched(alone.slice(0, 1), 0.5)).toEqual([]);
  });
});
