import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../../../src/domain/measurement/validity.ts';
import {
  type SimulatedHistory,
  type SourceBehaviour,
  simulate,
} from '../../support/domain/simulated-source.ts';
import { pick, seededRandom } from '../../support/random.ts';
import { isThorough } from '../../support/thorough.ts';

/** Each seed is a different source with a different polling pattern. */
const SEEDS = isThorough ? 1500 : 60;

/** The true minimum of the watched time, found second by second. */
function steppedMinimum(history: SimulatedHistory, { firstSample, lastSample, gaps }: Measurement): number {
  const second = (instant: number) => instant / 1000 - history.start;
  const blind = gaps.map(({ from, to }) => ({ from: second(from), to: second(to) }));
  let minimum = history.remainingAt(second(lastSample));
  for (let at = second(firstSample); at < second(lastSample); at += 1) {
    if (blind.some(({ from, to }) => at >= from && at < to)) continue;
    // A job may start at the end of this second.
    minimum = Math.min(minimum, history.remainingAt(at) - 1);
  }
  return minimum;
}

function anySource(random: () => number): SourceBehaviour {
  const interval = Math.round(600 * 2 ** (random() * 4.5));
  const dated = random() < 0.6;
  return {
    interval,
    intervalSpread: interval * pick([0.02, 0.1, 0.3, 0.5], random),
    lifetime: Math.round(interval * (1.2 + random() * 6)),
    lifetimeSpread: interval * pick([0.02, 0.1, 0.3], random),
    lag: random() < 0.6 ? 0 : Math.floor(random() * interval * 0.2),
    lateShare: pick([0, 0.05, 0.3], random),
    dated,
    keyed: !dated || random() < 0.7,
  };
}

describe('compared with the truth of every second', () => {
  test('the worst case exceeds the true minimum by at most the lag of the source', () => {
    let compared = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const source = anySource(random);
      const rate = pick([0.05, 0.2, 0.5, 0.9, 1.3, 2.2], random) * (0.8 + 0.4 * random());
      const history = simulate(
        source,
        {
          every: Math.ceil(source.interval * rate),
          spread: source.interval * rate * 0.1,
          missedShare: pick([0, 0.1, 0.5], random),
          pauseShare: pick([0, 0.02, 0.1], random),
          longestPause: source.interval * 4,
          polls: Math.ceil(15 / Math.min(rate, 1)),
        },
        random,
      );
      if (history.samples.length < 2) continue;
      const measurement = measure(groupGenerations(history.samples));
      const truth = steppedMinimum(history, measurement);
      // The worst case is 0 if a window contains the expiration, even if the source had a longer outage.
      expect(Math.max(0, measurement.worstCase.seconds), `seed ${seed}`).toBeLessThanOrEqual(
        Math.max(0, truth) + source.lag,
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan((SEEDS * 14) / 15);
  });

  test('the worst case is exact if rotations are dated and polls are frequent', () => {
    for (let seed = 1; seed <= SEEDS / 4; seed += 1) {
      const random = seededRandom(seed);
      const source: SourceBehaviour = {
        ...anySource(random),
        intervalSpread: 60,
        lag: 0,
        lateShare: 0,
        dated: true,
      };
      const every = Math.ceil(source.interval * (0.05 + 0.4 * random()));
      const polling = {
        every,
        spread: every * 0.1,
        missedShare: 0,
        pauseShare: 0,
        longestPause: 0,
        polls: 60,
      };
      const history = simulate(source, polling, random);
      const measurement = measure(groupGenerations(history.samples));
      expect(measurement.witnessedCount, `seed ${seed}`).toBe(measurement.rotations.length);
      // The worst case is 0 if the rotation came after the expiration.
      expect(Math.max(0, measurement.worstCase.seconds), `seed ${seed}`).toBe(
        Math.max(0, steppedMinimum(history, measurement)),
      );
      const required = Math.round(source.lifetime * random());
      expect(computeShareOfSafeStarts(measurement, required), `seed ${seed}`).toBeCloseTo(
        steppedShare(history, measurement, required),
        9,
      );
    }
  });

  test('without dates, the worst case is below the true minimum by at most one polling interval', () => {
    for (let seed = 1; seed <= SEEDS / 8; seed += 1) {
      const random = seededRandom(seed);
      const source = {
        ...anySource(random),
        intervalSpread: 60,
        lag: 0,
        lateShare: 0,
        dated: false,
        keyed: true,
      };
      const every = Math.ceil(source.interval * 0.1);
      const polling = { every, spread: 0, missedShare: 0, pauseShare: 0, longestPause: 0, polls: 80 };
      const history = simulate(source, polling, random);
      const measurement = measure(groupGenerations(history.samples));
      const truth = steppedMinimum(history, measurement);
      expect(Math.max(0, measurement.worstCase.seconds)).toBeLessThanOrEqual(Math.max(0, truth));
      expect(measurement.worstCase.seconds).toBeGreaterThanOrEqual(truth - every);
    }
  });
});

function steppedShare(history: SimulatedHistory, measurement: Measurement, required: number): number {
  const [first, last] = [measurement.firstSample, measurement.lastSample].map(
    (at) => at / 1000 - history.start,
  );
  let safe = 0;
  for (let at = first!; at < last!; at += 1) if (history.remainingAt(at) - 1 >= required) safe += 1;
  return safe / (last! - first!);
}
