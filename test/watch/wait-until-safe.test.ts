import { describe, expect, test } from 'vitest';
import { forecastRotation } from '../../src/domain/measurement/forecast.ts';
import { measure } from '../../src/domain/measurement/measure.ts';
import type { NowJudgement } from '../../src/domain/verdict/now-verdict.ts';
import { judgeStored } from '../../src/watch/judge-now.ts';
import { waitUntilSafe } from '../../src/watch/wait-until-safe.ts';
import { followedSimulator } from '../support/watch/followed-simulator.ts';

const HOURLY = { lifetime: 21_600, rotateEvery: 3600, jitter: 0 };
const JITTERY = { ...HOURLY, jitter: 300 };
const HOUR = 3600;
const MINUTE = 60;

type Followed = Awaited<ReturnType<typeof followedSimulator>>;

/** Waits as check does, and tells what it did meanwhile. */
async function waited(
  simulator: Followed,
  duration: number,
  wait: number,
  stop = new AbortController(),
  whileWaiting = () => {},
) {
  const { clock, context } = simulator;
  const begun = clock.now();
  const looks: number[] = [];
  const verdicts: NowJudgement[] = [];
  const { judgement } = await waitUntilSafe(context, {
    job: { duration, margin: 300 },
    maxWait: wait,
    clock,
    random: () => 0.5,
    stop: stop.signal,
    onPollStart: () => looks.push((clock.now() - begun) / 1000),
    onWait: (judged) => {
      verdicts.push(judged.judgement);
      whileWaiting();
    },
  });
  return { verdict: judgement, looks, verdicts, waitedFor: (clock.now() - begun) / 1000, stop };
}

/** Four hours of history, and then so many minutes after a rotation. */
async function learned(shape: 'imds' | 'ecs', minutesAfterRotation: number, pace = HOURLY) {
  const simulator = await followedSimulator(shape, pace);
  await simulator.follow(4, 900);
  const last = simulator.rotationAfter(simulator.clock.now());
  await simulator.clock.sleep(last + minutesAfterRotation * MINUTE * 1000 - simulator.clock.now());
  // The rotation before this moment must have been seen, as a poller beside it would have.
  await waited(simulator, 0, 0);
  return simulator;
}

describe('waiting until a start is safe', () => {
  test('sleeps until the rotation is due and is there soon after it', async () => {
    const simulator = await learned('imds', 20);
    const due = simulator.rotationAfter(simulator.clock.now());
    // 5 h 40 min are left; a rotation brings 6 h.
    const { verdict, looks, verdicts } = await waited(simulator, 5.8 * HOUR, 90 * MINUTE);
    expect(verdict).toMatchObject({ verdict: 'safe', outlook: 'now' });
    expect(verdicts[0]).toMatchObject({ verdict: 'not-safe', outlook: 'after-rotation' });
    expect(verdicts[0]!.nextRotation).toMatchObject({ expected: due });
    const late = (verdict.judgedAt - due) / 1000;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(60);
    // One now, one every ten minutes in case it comes early, one or two when it is due.
    expect(looks.length).toBeLessThanOrEqual(7);
    expect(looks[1]).toBe(600);
  });

  test('looks more often only while a rotation may come at any moment', async () => {
    const simulator = await learned('imds', 20, JITTERY);
    const due = simulator.rotationAfter(simulator.clock.now());
    const { verdict, looks, verdicts } = await waited(simulator, 5.9 * HOUR, 90 * MINUTE);
    expect(verdict.verdict).toBe('safe');
    expect((verdict.judgedAt - due) / 1000).toBeLessThanOrEqual(60);
    const early = looks.filter(
      (at) => at < (verdicts[0]!.nextRotation!.earliest - verdicts[0]!.judgedAt) / 1000,
    );
    expect(early.length).toBeLessThan(6);
    expect(Math.min(...looks.slice(1).map((at, index) => at - looks[index]!))).toBeGreaterThanOrEqual(60);
  });

  test('gives up at once when no start ever will be safe', async () => {
    const simulator = await learned('imds', 20);
    const { verdict, looks, waitedFor } = await waited(simulator, 7 * HOUR, 90 * MINUTE);
    expect(verdict).toMatchObject({
      verdict: 'not-safe',
      outlook: 'never',
      validityAfterRotation: { max: 21_600 },
    });
    expect({ looks, waitedFor }).toEqual({ looks: [0], waitedFor: 0 });
  });

  test('gives up at the limit, with a last look', async () => {
    const simulator = await learned('imds', 20);
    const { verdict, looks, waitedFor } = await waited(simulator, 5.8 * HOUR, 15 * MINUTE);
    expect(verdict).toMatchObject({ verdict: 'not-safe', outlook: 'after-rotation' });
    expect(looks).toEqual([0, 600, 900]);
    expect(waitedFor).toBe(900);
  });

  test('without --wait looks once', async () => {
    const simulator = await learned('imds', 20);
    const { verdict, looks } = await waited(simulator, 5.8 * HOUR, 0);
    expect(verdict.verdict).toBe('not-safe');
    expect(looks).toEqual([0]);
  });

  test('without history looks every minute, and learns while it waits', async () => {
    const simulator = await followedSimulator('ecs', { lifetime: 1800, rotateEvery: 600, jitter: 0 });
    await simulator.clock.sleep(400_000);
    const { verdict, looks, verdicts } = await waited(simulator, 20 * MINUTE, 20 * MINUTE);
    expect(verdict.verdict).toBe('safe');
    expect(verdicts[0]).toMatchObject({ outlook: 'unknown', nextRotation: null });
    expect(looks).toEqual([0, 60, 120, 180, 240]);
  });

  test('leaves a failing source alone for longer each time, and ends unknown if it stays so', async () => {
    const simulator = await learned('imds', 20);
    const failing = { ...simulator.context.source };
    failing.poll = async () => ({
      ok: false,
      reason: 'timeout',
      detail: '',
      misconfiguration: null,
      possibleHopLimit: false,
      accessKeyId: '',
      expiration: null,
      identity: { apiVersion: '', role: '', host: '' },
      observedAt: simulator.clock.now(),
      clockOffset: null,
      notes: [],
    });
    const context = { ...simulator.context, source: failing };
    const { verdict, looks } = await waited({ ...simulator, context }, 5 * HOUR, 20 * MINUTE);
    expect(looks).toEqual([0, 120, 360, 660, 960, 1200]);
    expect(verdict).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'POLL_FAILED', reason: 'timeout' },
      // History speaks all the same.
      outlook: 'after-rotation',
    });
  });

  test('told to stop, it stops', async () => {
    const simulator = await learned('imds', 20);
    const stop = new AbortController();
    stop.abort();
    const { looks } = await waited(simulator, 5.8 * HOUR, 90 * MINUTE, stop);
    expect(looks).toEqual([0]);
    const later = new AbortController();
    const { verdict, looks: more } = await waited(simulator, 5.8 * HOUR, 90 * MINUTE, later, () =>
      later.abort(),
    );
    expect(more).toEqual([0]);
    // What it knew when it was told.
    expect(verdict).toMatchObject({ verdict: 'not-safe', unknownReason: null });
  });
});

describe('forecasts and what the simulator then did', () => {
  test('a source without jitter is foretold to the second', async () => {
    const simulator = await followedSimulator('imds', HOURLY);
    const polls = await simulator.follow(5);
    const forecasts = polls.map(({ at, history }) => ({
      at,
      found: forecastRotation(measure(history.generations)),
    }));
    const told = forecasts.flatMap(({ at, found }) => (found === null ? [] : [{ at, found }]));
    expect(told.length).toBeGreaterThan(30);
    for (const { at, found } of told) expect(found.expected).toBe(simulator.rotationAfter(at));
  });

  test.each(['imds', 'ecs'] as const)(
    'over %s, nearly all rotations come between the earliest and the latest moment',
    async (shape) => {
      const simulator = await followedSimulator(shape, JITTERY);
      const polls = await simulator.follow(22, 900);
      const hits: boolean[] = [];
      for (const [index, { at, history }] of polls.entries()) {
        const isNew = history.generations.length > (polls[index - 1]?.history.generations.length ?? 0);
        const found = isNew ? forecastRotation(measure(history.generations)) : null;
        if (found === null) continue;
        const actual = simulator.rotationAfter(at);
        hits.push(found.earliest <= actual && actual <= found.latest);
        expect(Math.abs(found.expected - actual) / 1000).toBeLessThan(4 * JITTERY.jitter);
      }
      const experienced = hits.slice(8);
      expect(experienced.length).toBeGreaterThan(9);
      expect(experienced.filter(Boolean).length / experienced.length).toBeGreaterThan(0.75);
    },
  );
});

describe('the last stored sample', () => {
  const choice = { host: 'h', source: 'imds', maxAge: 900 } as const;
  const job = { duration: 5 * HOUR, margin: 300 };

  test('is judged by what is left of it by now, and not at all when it is too old', async () => {
    const { context, clock } = await learned('imds', 20);
    await clock.sleep(600_000);
    expect(judgeStored(context.store, choice, job, clock.now())).toMatchObject({
      verdict: 'safe',
      remaining: 6 * HOUR - 30 * MINUTE,
    });
    await clock.sleep(301_000);
    expect(judgeStored(context.store, choice, job, clock.now())).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'STALE_SAMPLES', ageSeconds: 901, maxAgeSeconds: 900 },
    });
  });

  test('from the future, of another host or from no database is no answer', async () => {
    const { context, clock } = await learned('imds', 20);
    const early = clock.now() - 3_600_000;
    expect(judgeStored(context.store, choice, job, early).unknownReason).toMatchObject({
      code: 'SAMPLES_IN_FUTURE',
    });
    const other = judgeStored(context.store, { ...choice, host: 'other' }, job, clock.now());
    expect(other).toMatchObject({ verdict: 'unknown', unknownReason: { code: 'NO_SAMPLES' } });
    expect(judgeStored(null, choice, job, clock.now()).unknownReason).toEqual({ code: 'NO_SAMPLES' });
  });
});
