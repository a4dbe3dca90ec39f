import { describe, expect, test } from 'vitest';
import {
  type BehaviourChange,
  computeChance,
  findBehaviourChanges,
} from '../../../src/domain/fleet/behaviour-change.ts';
import { getHistoryColumns } from '../../../src/domain/measurement/columns/column-measurement.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../src/domain/model.ts';
import { seededRandom } from '../../support/random.ts';
import { isThorough, sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);

interface Behaviour {
  /** In seconds. */
  interval: number;
  validity: number;
}

/** A dated source, polled every five minutes. The behaviour may depend on the second. */
function createSamples(days: number, draw: (second: number) => Behaviour): Sample[] {
  const samples: Sample[] = [];
  let [issued, current, number] = [0, draw(0), 0];
  for (let second = 60; second < days * 86_400; second += 300) {
    while (second >= issued + current.interval) {
      issued += current.interval;
      current = draw(issued);
      number += 1;
    }
    samples.push({
      accessKeyId: `ASIA${number}`,
      lastUpdated: START + issued * 1000,
      expiration: START + (issued + current.validity) * 1000,
      zoneless: false,
      observedAt: START + second * 1000,
      clockOffset: 0,
    });
  }
  return samples;
}

function findChanges(days: number, draw: (second: number) => Behaviour): BehaviourChange[] {
  const measurement = measure(groupGenerations(createSamples(days, draw)));
  return findBehaviourChanges(getHistoryColumns(measurement), measurement.lastSample);
}

/** Stationary sources: the same distribution at all times. */
const STATIONARY: Record<string, (random: () => number) => Behaviour> = {
  constant: () => ({ interval: 3600, validity: 21_600 }),
  'with a narrow spread': (random) => ({
    interval: 3600 + Math.round(random() * 120),
    validity: 21_600 + Math.round(random() * 1800),
  }),
  'with a wide spread': (random) => ({
    interval: 1200 + Math.round(random() * 6000),
    validity: 10_000 + Math.round(random() * 30_000),
  }),
  'with rare long intervals': (random) => ({
    interval: random() < 0.02 ? 14_400 : 3600,
    validity: random() < 0.02 ? 7200 : 21_600,
  }),
  'with an exponential distribution': (random) => ({
    interval: 600 + Math.round(-Math.log(1 - random()) * 2000),
    validity: 7200 + Math.round(-Math.log(1 - random()) * 5000),
  }),
};

describe.each(Object.entries(STATIONARY))('a stationary source %s', (_, draw) => {
  test.each(sampleCases([8, 14, 45], 4))('has no changes in a history of %d days', (days) => {
    for (let seed = 0; seed < (isThorough ? 30 : 1); seed += 1) {
      const random = seededRandom(seed);
      expect(findChanges(days, () => draw(random))).toEqual([]);
    }
  });
});

const DAYS = 30;
const usual = { interval: 3600, validity: 21_600 };
const jitter = (random: () => number, { interval, validity }: Behaviour): Behaviour => ({
  interval: interval + Math.round(random() * 200),
  validity: validity + Math.round(random() * 200),
});

/** `hours` before the end, the source changes. */
const changeAt = (hours: number, changed: Behaviour) => (second: number) =>
  second >= DAYS * 86_400 - hours * 3600 ? changed : usual;

test('a change of the rotation interval a day ago is found, with the lead times', () => {
  const random = seededRandom(1);
  const draw = changeAt(48, { interval: 7200, validity: 21_600 });
  expect(findChanges(DAYS, (second) => jitter(random, draw(second)))).toMatchObject([
    { figure: 'lead-time', direction: 'shorter', changedCount: 23 },
    { figure: 'rotation-interval', direction: 'longer', changedCount: 23 },
  ]);
});

test('a shorter session is found', () => {
  const random = seededRandom(2);
  const draw = changeAt(24, { interval: 3600, validity: 10_000 });
  const changes = findChanges(DAYS, (second) => jitter(random, draw(second)));
  expect(changes.map(({ figure, direction }) => `${figure} ${direction}`)).toEqual([
    'lead-time shorter',
    'validity-when-issued shorter',
  ]);
  const [leadTime, validity] = changes as [BehaviourChange, BehaviourChange];
  expect(leadTime.usual).toBeGreaterThan(17_800);
  expect(leadTime.changed).toBeLessThan(6700);
  expect(validity.weekCount).toBeGreaterThan(150);
});

test('a change within a minute is not reported', () => {
  expect(findChanges(DAYS, changeAt(48, { interval: 3630, validity: 21_600 }))).toEqual([]);
});

test('a change more than a week ago is not reported', () => {
  expect(findChanges(DAYS, changeAt(9 * 24, { interval: 7200, validity: 21_600 }))).toEqual([]);
});

test('a change of the first days is not reported, because nothing is usual yet', () => {
  const draw = (second: number) => (second < 86_400 / 2 ? usual : { interval: 7200, validity: 9000 });
  expect(findChanges(6, draw)).toEqual([]);
  expect(findChanges(7.5, draw)).toEqual([]);
});

test('one outlier in a hundred earlier rotations hides no change', () => {
  let number = 0;
  const draw = changeAt(48, { interval: 7200, validity: 21_600 });
  const changes = findChanges(DAYS, (second) => {
    number += 1;
    return number % 110 === 50 ? { interval: 7200, validity: 21_600 } : draw(second);
  });
  expect(changes.map(({ figure }) => figure)).toEqual(['lead-time', 'rotation-interval']);
});

test.each([
  [3, 168, 2000, 0],
  [1, 10, 30, 0],
  [5, 50, 200, 2],
])(
  'the chance of %d of %d values beyond %d, without %d outliers, is that of random order',
  (changed, week, earlier, outliers) => {
    const random = seededRandom(changed);
    const [runs, size] = [20_000, week + earlier];
    let hits = 0;
    for (let run = 0; run < runs; run += 1) {
      // Draws the most extreme values one after the other.
      let [ofWeek, others, left] = [0, 0, size];
      while (others <= outliers && ofWeek < changed) {
        if (random() < (week - ofWeek) / left) ofWeek += 1;
        else others += 1;
        left -= 1;
      }
      if (ofWeek >= changed) hits += 1;
    }
    const chance = computeChance(changed, week, earlier, outliers);
    expect(Math.abs(hits / runs - chance)).toBeLessThan(4 * Math.sqrt(chance / runs) + 1e-4);
  },
);
