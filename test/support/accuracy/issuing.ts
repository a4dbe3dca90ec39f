import { around, between, pick } from '../random.ts';
import type { IssuingBehaviour } from './timeline.ts';

const MINUTE = 60;
const HOUR = 3600;

const PUNCTUAL = { lag: 0, lateShare: 0 } as const;

/** Like IMDS: credentials are rotated long before they expire, usually every hour. */
export function drawEc2(random: () => number): IssuingBehaviour {
  const interval = pick([HOUR, HOUR, HOUR, 0.5 * HOUR, 2 * HOUR], random);
  const lifetime = pick([6 * HOUR, 6 * HOUR, 6 * HOUR, 3 * HOUR, 12 * HOUR], random);
  return {
    ...PUNCTUAL,
    interval,
    intervalSpread: interval * pick([0.01, 0.03, 0.1], random),
    lifetime,
    lifetimeSpread: pick([0, MINUTE, 15 * MINUTE], random),
  };
}

/** Like the ECS agent: credentials are rotated shortly before they expire. */
export function drawEcs(random: () => number): IssuingBehaviour {
  const lifetime = pick([6 * HOUR, 6 * HOUR, 3 * HOUR, HOUR], random);
  const lead = Math.min(lifetime / 2, between(10, pick([30, 120], random), random) * MINUTE);
  return {
    ...PUNCTUAL,
    interval: lifetime - lead,
    intervalSpread: pick([0, 10, MINUTE], random),
    lifetime,
    lifetimeSpread: pick([0, 0, MINUTE], random),
  };
}

/** Any proportions: short and long intervals, irregular and late rotations. */
export function drawIrregular(random: () => number): IssuingBehaviour {
  const interval = Math.round(600 * 2 ** (random() * 4.5));
  return {
    interval,
    intervalSpread: interval * pick([0.02, 0.1, 0.3, 0.5], random),
    lifetime: Math.round(interval * (1.2 + random() * 6)),
    lifetimeSpread: interval * pick([0.02, 0.1, 0.3], random),
    lag: 0,
    lateShare: pick([0, 0.05, 0.3], random),
  };
}

/** Every generation is served for some minutes after its successor was issued. */
export const addLag = (behaviour: IssuingBehaviour, random: () => number): IssuingBehaviour => ({
  ...behaviour,
  lag: between(10, Math.round(behaviour.interval * 0.2), random),
});

/** The lifetime falls by two to eight minutes per day. */
export const addDrift = (behaviour: IssuingBehaviour, random: () => number): IssuingBehaviour => ({
  ...behaviour,
  lifetimeChangePerDay: -around(5 * MINUTE, 3 * MINUTE, random),
});

/** The source stops rotating up to four intervals before the last poll, and continues hours or a day later. */
export function addStall(
  behaviour: IssuingBehaviour,
  lastPoll: number,
  random: () => number,
): IssuingBehaviour {
  const from = lastPoll - Math.round(behaviour.interval * 4 * random());
  return { ...behaviour, stall: { from, to: lastPoll + between(2 * HOUR, 30 * HOUR, random) } };
}
