import { describe, expect, test } from 'vitest';
import { pairNeighbours } from '../../src/domain/lists.ts';
import { forecastRotation } from '../../src/domain/measurement/forecast.ts';
import { measure } from '../../src/domain/measurement/measure.ts';
import { FAILURE_REASONS, type FailureReason } from '../../src/domain/model.ts';
import type { NowJudgement } from '../../src/domain/verdict/now-verdict.ts';
import { judgeStored } from '../../src/watch/judge-stored.ts';
import { waitUntilSafe } from '../../src/watch/wait-until-safe.ts';
import { ciTest } from '../support/thorough.ts';
import { failedPoll } from '../support/watch/poll-outcomes.ts';
import { startSimulatedPoller } from '../support/watch/simulated-poller.ts';

const HOURLY = { lifetime: 21_600, rotateEvery: 3600, jitter: 0 };
const JITTERY = { ...HOURLY, jitter: 300 };
const HOUR = 3600;
const MINUTE = 60;

type SimulatedPoller = Awaited<ReturnType<typeof startSimulatedPoller>>;

/** Waits like `check --wait`. Returns the judgements, and the times of polls in seconds from the start. */
async function waitUntil(
  simulator: SimulatedPoller,
  duration: number,
  wait: number,
  stop = new AbortController(),
  whileWaiting = () => {},
) {
  const { clock, context } = simulator;
  const begun = clock.now();
  const pollTimes: number[] = [];
  const judgements: NowJudgement[] = [];
  const { judgement } = await waitUntilSafe(context, {
    job: { duration, margin: 300 },
    maxWait: wait,
    clock,
    random: () => 0.5,
    stop: stop.signal,
    onPollStart: () => pollTimes.push((clock.now() - begun) / 1000),
    onWait: (judged) => {
      judgements.push(judged.judgement);
      whileWaiting();
    },
  });
  return { judgement, pollTimes, judgements, waitedSeconds: (clock.now() - begun) / 1000, stop };
}

/** Starts with four hours of history, at the given minutes after a rotation. */
async function startWithHistory(
  shape: 'imds' | 'ecs',
  minutesAfterRotation: number,
  timing = HOURLY,
  rotations = 4,
) {
  const simulator = await startSimulatedPoller(shape, timing);
  await simulator.pollFor(rotations, 900);
  const last = simulator.rotationAfter(simulator.clock.now());
  await simulator.clock.sleep(last + minutesAfterRotation * MINUTE * 1000 - simulator.clock.now());
  // A last poll, so that the latest rotation is in the history.
  await waitUntil(simulator, 0, 0);
  return simulator;
}

describe('waitUntilSafe', () => {
  test('waiting ends within one minute after the next rotation', async () => {
    const simulator = await startWithHistory('imds', 20);
    const due = simulator.rotationAfter(simulator.clock.now());
    // The current generation is valid for 5 h 40 min, the next one for 6 h.
    const { judgement, pollTimes, judgements } = await waitUntil(simulator, 5.8 * HOUR, 90 * MINUTE);
    expect(judgement).toMatchObject({ verdict: 'safe', outlook: 'now' });
    expect(judgements[0]).toMatchObject({ verdict: 'not-safe', outlook: 'after-rotation' });
    expect(judgements[0]?.nextRotation).toMatchObject({ expected: due });
    const late = (judgement.judgedAt - due) / 1000;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(60);
    // One poll now, then one every ten minutes, and one or two when the rotation is due.
    expect(pollTimes.length).toBeLessThanOrEqual(7);
    expect(pollTimes[1]).toBe(600);
  });

  test('pauses are short only while a rotation is due', async () => {
    const simulator = await startWithHistory('imds', 20, JITTERY);
    const due = simulator.rotationAfter(simulator.clock.now());
    const { judgement, pollTimes, judgements } = await waitUntil(simulator, 5.9 * HOUR, 90 * MINUTE);
    expect(judgement.verdict).toBe('safe');
    expect((judgement.judgedAt - due) / 1000).toBeLessThanOrEqual(60);
    const { nextRotation, judgedAt } = judgements[0] ?? judgement;
    const untilDue = ((nextRotation?.earliest ?? 0) - judgedAt) / 1000;
    expect(untilDue).toBeGreaterThan(0);
    const early = pollTimes.filter((at) => at < untilDue);
    expect(early.length).toBeLessThan(6);
    const pauses = pairNeighbours(pollTimes).map(([previous, next]) => next - previous);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(60);
  });

  ciTest('waiting ends at once if no start will ever be safe', async () => {
    const simulator = await startWithHistory('imds', 20, HOURLY, 6);
    const { judgement, pollTimes, waitedSeconds } = await waitUntil(simulator, 7 * HOUR, 90 * MINUTE);
    expect(judgement).toMatchObject({
      verdict: 'not-safe',
      outlook: 'never',
      validityAfterRotation: { max: 21_600 },
    });
    expect({ pollTimes, waitedSeconds }).toEqual({ pollTimes: [0], waitedSeconds: 0 });
  });

  test('waiting polls a last time at the limit', async () => {
    const simulator = await startWithHistory('imds', 20);
    const { judgement, pollTimes, waitedSeconds } = await waitUntil(simulator, 5.8 * HOUR, 15 * MINUTE);
    expect(judgement).toMatchObject({ verdict: 'not-safe', outlook: 'after-rotation' });
    expect(pollTimes).toEqual([0, 600, 900]);
    expect(waitedSeconds).toBe(900);
  });

  test('a wait of 0 polls once', async () => {
    const simulator = await startWithHistory('imds', 20);
    const { judgement, pollTimes } = await waitUntil(simulator, 5.8 * HOUR, 0);
    expect(judgement.verdict).toBe('not-safe');
    expect(pollTimes).toEqual([0]);
  });

  test('without history, waiting polls every minute', async () => {
    const simulator = await startSimulatedPoller('ecs', { lifetime: 1800, rotateEvery: 600, jitter: 0 });
    await simulator.clock.sleep(400_000);
    const { judgement, pollTimes, judgements } = await waitUntil(simulator, 20 * MINUTE, 20 * MINUTE);
    expect(judgement.verdict).toBe('safe');
    expect(judgements[0]).toMatchObject({ outlook: 'unknown', nextRotation: null });
    expect(pollTimes).toEqual([0, 60, 120, 180, 240]);
  });

  ciTest('pauses get longer while the source is overloaded, and the last verdict is unknown', async () => {
    const simulator = await startWithHistory('imds', 20);
    const failing = { ...simulator.context.source };
    const identity = { apiVersion: null, role: null, host: null, source: null };
    const failure = { reason: 'throttled', identity, clockOffset: null } as const;
    failing.poll = async () => failedPoll(simulator.clock.now(), failure);
    const context = { ...simulator.context, source: failing };
    const { judgement, pollTimes } = await waitUntil({ ...simulator, context }, 5 * HOUR, 20 * MINUTE);
    expect(pollTimes).toEqual([0, 120, 360, 660, 960, 1200]);
    expect(judgement).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'POLL_FAILED', reason: 'throttled' },
      // The outlook comes from history.
      outlook: 'after-rotation',
    });
  });

  test('waiting ends at once for exactly the failures that last as long as the process', async () => {
    const simulator = await startSimulatedPoller('imds', HOURLY);
    const permanent: FailureReason[] = [];
    for (const reason of FAILURE_REASONS) {
      const source = { ...simulator.context.source };
      source.poll = async () => failedPoll(simulator.clock.now(), { reason });
      const context = { ...simulator.context, source };
      const { pollTimes } = await waitUntil({ ...simulator, context }, HOUR, 2 * MINUTE);
      if (pollTimes.length === 1) permanent.push(reason);
      else expect([pollTimes[0], pollTimes.at(-1)]).toEqual([0, 120]);
    }
    expect(permanent).toEqual([
      'disabled',
      'invalid-configuration',
      'host-not-allowed',
      'not-configured',
      'long-lived',
      'region-missing',
      'duration-not-allowed',
      'mfa-required',
    ]);
  });

  test('waiting ends at once if AWS issues credentials that are not valid for long enough', async () => {
    const simulator = await startSimulatedPoller('imds', HOURLY);
    const { endpoint, ...source } = simulator.context.source;
    const issuing = { ...source, endpoint, issuesCredentials: true };
    const context = { ...simulator.context, source: issuing };
    const { judgement, pollTimes } = await waitUntil({ ...simulator, context }, 5.95 * HOUR, HOUR);
    expect(judgement.verdict).toBe('not-safe');
    expect(pollTimes).toEqual([0]);
  });

  test('waiting ends at once for the environment, which does not change while the process runs', async () => {
    const simulator = await startSimulatedPoller('imds', HOURLY);
    const context = {
      ...simulator.context,
      source: { ...simulator.context.source, name: 'environment' as const },
    };
    const { judgement, pollTimes } = await waitUntil({ ...simulator, context }, 5.95 * HOUR, HOUR);
    expect(judgement.verdict).toBe('not-safe');
    expect(pollTimes).toEqual([0]);
  });

  test('an aborted wait returns the last judgement', async () => {
    const simulator = await startWithHistory('imds', 20);
    const stop = new AbortController();
    stop.abort();
    const { pollTimes } = await waitUntil(simulator, 5.8 * HOUR, 90 * MINUTE, stop);
    expect(pollTimes).toEqual([0]);
    const later = new AbortController();
    const { judgement, pollTimes: laterPollTimes } = await waitUntil(
      simulator,
      5.8 * HOUR,
      90 * MINUTE,
      later,
      () => later.abort(),
    );
    expect(laterPollTimes).toEqual([0]);
    expect(judgement).toMatchObject({ verdict: 'not-safe', unknownReason: null });
  });
});

describe('forecastRotation with the simulator', () => {
  ciTest('the forecast is exact to the second if the source has no jitter', async () => {
    const simulator = await startSimulatedPoller('imds', HOURLY);
    const polls = await simulator.pollFor(5);
    const forecasts = polls.map(({ at, history }) => ({
      at,
      forecast: forecastRotation(measure(history.generations)),
    }));
    const known = forecasts.flatMap(({ at, forecast }) => (forecast === null ? [] : [{ at, forecast }]));
    expect(known.length).toBeGreaterThan(30);
    for (const { at, forecast } of known) expect(forecast.expected).toBe(simulator.rotationAfter(at));
  });

  ciTest.each(['ecs', 'imds'] as const)(
    'nearly all rotations over %s happen between the earliest and the latest forecast',
    async (shape) => {
      const simulator = await startSimulatedPoller(shape, JITTERY);
      const polls = await simulator.pollFor(22, 900);
      const hits: boolean[] = [];
      for (const [index, { at, history }] of polls.entries()) {
        const isNew = history.generations.length > (polls[index - 1]?.history.generations.length ?? 0);
        const forecast = isNew ? forecastRotation(measure(history.generations)) : null;
        if (forecast === null) continue;
        const actual = simulator.rotationAfter(at);
        hits.push(forecast.earliest <= actual && actual <= forecast.latest);
        expect(Math.abs(forecast.expected - actual) / 1000).toBeLessThan(4 * JITTERY.jitter);
      }
      const afterEight = hits.slice(8);
      expect(afterEight.length).toBeGreaterThan(9);
      expect(afterEight.filter(Boolean).length / afterEight.length).toBeGreaterThan(0.75);
    },
  );
});

describe('judgeStored', () => {
  const selection = { host: 'h', source: 'imds', maxAge: 900 } as const;
  const job = { duration: 5 * HOUR, margin: 300 };

  test('the newest sample is judged by its remaining validity, and is unknown if it is too old', async () => {
    const { context, clock } = await startWithHistory('imds', 20);
    await clock.sleep(600_000);
    expect(judgeStored(context.store, selection, job, clock.now()).judgement).toMatchObject({
      verdict: 'safe',
      remaining: 6 * HOUR - 30 * MINUTE,
    });
    await clock.sleep(301_000);
    expect(judgeStored(context.store, selection, job, clock.now()).judgement).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'STALE_SAMPLES', ageSeconds: 901, maxAgeSeconds: 900 },
    });
  });

  ciTest('the verdict is unknown for a sample from the future, another host, or no database', async () => {
    const { context, clock } = await startWithHistory('imds', 20);
    const early = clock.now() - 3_600_000;
    expect(judgeStored(context.store, selection, job, early).judgement.unknownReason).toMatchObject({
      code: 'SAMPLES_IN_FUTURE',
    });
    const other = judgeStored(context.store, { ...selection, host: 'other' }, job, clock.now()).judgement;
    expect(other).toMatchObject({ verdict: 'unknown', unknownReason: { code: 'NO_SAMPLES' } });
    expect(judgeStored(null, selection, job, clock.now()).judgement.unknownReason).toEqual({
      code: 'NO_SAMPLES',
    });
  });
});
