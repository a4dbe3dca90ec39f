import { describe, expect, test } from 'vitest';
import { measure } from '../../src/domain/measurement/measure.ts';
import { followedSimulator } from '../support/watch/followed-simulator.ts';

const HOURLY = { lifetime: 21_600, rotateEvery: 3600, jitter: 0 };
const JITTERY = { ...HOURLY, jitter: 180 };

const pausesOf = (polls: readonly { at: number }[]) =>
  polls.slice(1).map(({ at }, index) => (at - polls[index]!.at) / 1000);

describe('a poller that learns when a rotation is due', () => {
  test('narrows the window of rotations that the source does not date, and then keeps its interval again', async () => {
    const simulator = await followedSimulator('ecs', HOURLY);
    const polls = await simulator.follow(12);
    const { rotations, rotationWindow, worstCase } = measure(polls.at(-1)!.history.generations);
    expect(rotations).toHaveLength(11);
    // Two coarse ones teach it.
    expect(rotations.slice(0, 2).every(({ window }) => window.to - window.from > 200_000)).toBe(true);
    expect(rotations.slice(4).every(({ window }) => window.to - window.from <= 15_000)).toBe(true);
    expect(rotationWindow!.median).toBeLessThanOrEqual(15);
    // 12 an hour without learning.
    expect(polls.length).toBeLessThan(12 * 12 * 2.5);
    const regular = pausesOf(polls).filter((pause) => pause > 250);
    expect(regular.length).toBeGreaterThan(12 * 8);
    // The true lead time is 5 h; the windows decide how much of that is told.
    expect(worstCase.seconds).toBeGreaterThan(18_000 - 400);
  });

  test('follows a source whose intervals vary, by what the contradicting ones teach', async () => {
    const simulator = await followedSimulator('ecs', JITTERY);
    const polls = await simulator.follow(16);
    const windows = measure(polls.at(-1)!.history.generations)
      .rotations.slice(6)
      .map(({ window }) => (window.to - window.from) / 1000);
    expect(windows.filter((seconds) => seconds <= 60).length).toBeGreaterThan(windows.length * 0.8);
    expect(polls.length).toBeLessThan(16 * 12 * 5);
  });

  test('never asks a real endpoint more often than every ten seconds, however narrow the span', async () => {
    const simulator = await followedSimulator('ecs', { lifetime: 1200, rotateEvery: 600, jitter: 0 });
    const { endpoint, ...source } = simulator.context.source;
    const real = { ...source, endpoint: { url: endpoint!.url, loopback: false } };
    const pauses = pausesOf(await simulator.follow(4, 120, real));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10);
    // It did quicken.
    expect(Math.min(...pauses)).toBeLessThan(12);
  });

  test('leaves a source alone that dates its rotations', async () => {
    const simulator = await followedSimulator('imds', HOURLY);
    const polls = await simulator.follow(5);
    expect(Math.min(...pausesOf(polls))).toBeGreaterThanOrEqual(270);
    expect(measure(polls.at(-1)!.history.generations).rotationWindow).toBeNull();
  });

  test('gives up quick looks soon where a rotation that was due does not come', async () => {
    const simulator = await followedSimulator('ecs', HOURLY);
    await simulator.follow(6);
    const due = simulator.rotationAfter(simulator.clock.now());
    const late = { ...simulator.context.source };
    const stuck = await simulator.context.source.poll();
    if (!stuck.ok) throw new Error('no credentials');
    late.poll = async () => ({ ...stuck, observedAt: simulator.clock.now() });
    const polls = await simulator.follow(3, 300, late);
    const afterwards = polls.filter(({ at }) => at > due + 600_000);
    expect(afterwards.length).toBeGreaterThan(10);
    expect(Math.min(...pausesOf(afterwards))).toBeGreaterThan(250);
  });
});
