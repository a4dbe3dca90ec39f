import { describe, expect, test } from 'vitest';
import { pairNeighbours } from '../../src/domain/lists.ts';
import { measure } from '../../src/domain/measurement/measure.ts';
import { ciTest } from '../support/thorough.ts';
import { startSimulatedPoller } from '../support/watch/simulated-poller.ts';

const HOURLY = { lifetime: 21_600, rotateEvery: 3600, jitter: 0 };
const JITTERY = { ...HOURLY, jitter: 180 };

const listPauses = (polls: readonly { at: number }[]) =>
  pairNeighbours(polls).map(([previous, next]) => (next.at - previous.at) / 1000);

type Polls = Awaited<ReturnType<Awaited<ReturnType<typeof startSimulatedPoller>>['pollFor']>>;

/** Measures the history at the last poll. */
const measureLast = (polls: Polls) => measure(polls.at(-1)?.history.generations ?? []);

describe('PollSchedule', () => {
  test('polls are more frequent only while an undated rotation is due', async () => {
    const simulator = await startSimulatedPoller('ecs', HOURLY);
    const polls = await simulator.pollFor(12);
    const { rotations, rotationWindow, worstCase } = measureLast(polls);
    expect(rotations).toHaveLength(11);
    // The first two rotations have wide windows: the interval is not known yet.
    expect(rotations.slice(0, 2).every(({ window }) => window.to - window.from > 200_000)).toBe(true);
    expect(rotations.slice(4).every(({ window }) => window.to - window.from <= 15_000)).toBe(true);
    expect(rotationWindow?.median).toBeLessThanOrEqual(15);
    // Without shorter pauses there are 12 polls per hour.
    expect(polls.length).toBeLessThan(12 * 12 * 2.5);
    const regular = listPauses(polls).filter((pause) => pause > 250);
    expect(regular.length).toBeGreaterThan(12 * 8);
    // The true lead time is 5 h. The width of the windows lowers the worst case.
    expect(worstCase.seconds).toBeGreaterThan(18_000 - 400);
  });

  ciTest('most windows are narrow if the rotation intervals vary', async () => {
    const simulator = await startSimulatedPoller('ecs', JITTERY);
    const polls = await simulator.pollFor(16);
    const windows = measureLast(polls)
      .rotations.slice(6)
      .map(({ window }) => (window.to - window.from) / 1000);
    expect(windows.filter((seconds) => seconds <= 60).length).toBeGreaterThan(windows.length * 0.8);
    expect(polls.length).toBeLessThan(16 * 12 * 5);
  });

  ciTest('a real endpoint is polled at most every ten seconds', async () => {
    const simulator = await startSimulatedPoller('ecs', { lifetime: 1200, rotateEvery: 600, jitter: 0 });
    const { endpoint, ...source } = simulator.context.source;
    const real = { ...source, endpoint: { url: endpoint?.url ?? '', loopback: false } };
    const pauses = listPauses(await simulator.pollFor(4, 120, real));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10);
    // Without shorter pauses the minimum would be over 100 s.
    expect(Math.min(...pauses)).toBeLessThan(12);
  });

  ciTest('a source that begins to issue credentials is polled at most every 15 minutes', async () => {
    const simulator = await startSimulatedPoller('ecs', HOURLY);
    const { endpoint, ...source } = simulator.context.source;
    const real = {
      ...source,
      endpoint: { url: endpoint?.url ?? '', loopback: false },
      issuesCredentials: true,
    };
    // The jitter is 10%.
    expect(Math.min(...listPauses(await simulator.pollFor(4, 300, real)))).toBeGreaterThanOrEqual(810);
  });

  ciTest('the interval does not change if the source dates its rotations', async () => {
    const simulator = await startSimulatedPoller('imds', HOURLY);
    const polls = await simulator.pollFor(5);
    expect(Math.min(...listPauses(polls))).toBeGreaterThanOrEqual(270);
    expect(measureLast(polls).rotationWindow).toBeNull();
  });

  ciTest('the usual interval returns if a due rotation does not happen', async () => {
    const simulator = await startSimulatedPoller('ecs', HOURLY);
    await simulator.pollFor(6);
    const due = simulator.rotationAfter(simulator.clock.now());
    const lateSource = { ...simulator.context.source };
    const unchanged = await simulator.context.source.poll();
    if (!unchanged.ok) throw new Error('no credentials');
    lateSource.poll = async () => ({ ...unchanged, observedAt: simulator.clock.now() });
    const polls = await simulator.pollFor(3, 300, lateSource);
    const afterwards = polls.filter(({ at }) => at > due + 600_000);
    expect(afterwards.length).toBeGreaterThan(10);
    expect(Math.min(...listPauses(afterwards))).toBeGreaterThan(250);
  });
});
