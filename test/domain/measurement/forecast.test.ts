import { describe, expect, test } from 'vitest';
import {
  findDueSpan,
  findNoForecastReason,
  forecastRotation,
} from '../../../src/domain/measurement/forecast.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../src/domain/model.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Samples of a source that rotates at the given minutes, taken every `every` minutes. */
function sampled(rotations: readonly number[], until: number, { dated = true, every = 5 } = {}): Sample[] {
  const samples: Sample[] = [];
  for (let minute = 0; minute <= until; minute += every) {
    const number = rotations.filter((at) => at <= minute).length;
    const issued = number === 0 ? -20 : rotations[number - 1]!;
    samples.push({
      accessKeyId: `ASIA${number}`,
      lastUpdated: dated ? START + issued * MINUTE : null,
      expiration: START + (issued + 360) * MINUTE,
      zoneless: false,
      observedAt: START + minute * MINUTE,
      clockOffset: 0,
    });
  }
  return samples;
}

const forecast = (samples: readonly Sample[]) => {
  const found = forecastRotation(measure(groupGenerations(samples)));
  const minutes = (instant: number) => (instant - START) / MINUTE;
  return (
    found && {
      earliest: minutes(found.earliest),
      expected: minutes(found.expected),
      latest: minutes(found.latest),
      interval: found.interval / 60,
    }
  );
};

describe('findDueSpan', () => {
  const dueSpan = (rotations: readonly number[], until: number, options = {}) => {
    const span = findDueSpan(
      measure(groupGenerations(sampled(rotations, until, { dated: false, ...options }))),
    );
    return span && [(span.from - START) / MINUTE, (span.to - START) / MINUTE];
  };

  test('a rotation is due one interval after the window of the last rotation', () => {
    // The windows of the rotations are 40–45, 100–105 and 160–165: intervals of 55 to 65 minutes.
    expect(dueSpan([42, 102, 162], 170)).toEqual([215, 230]);
  });

  test('the due span covers the intervals that do not overlap with the narrowest one', () => {
    // The windows are 40–45, 100–105, 130–135 and 190–195: intervals of 55–65, 25–35 and 55–65 minutes.
    expect(dueSpan([42, 102, 132, 192], 200)).toEqual([215, 260]);
    // Overlapping intervals do not widen the span: 55–65 and 60–70 minutes.
    expect(dueSpan([42, 102, 167], 180)).toEqual([220, 235]);
  });

  test('the due span uses the newest twelve intervals only', () => {
    const rotations = (early: number) =>
      Array.from({ length: 13 }, (_, index) => 102 + index * 60).toSpliced(0, 0, 102 - early);
    // Rotations at 72, 102, 162, … give the interval 25–35 first, then twelve intervals of 55–65 minutes.
    const last = 102 + 12 * 60;
    expect(dueSpan(rotations(30), last + 10)).toEqual([last - 2 + 55, last + 3 + 65]);
    expect(dueSpan(rotations(30).slice(0, -1), last - 50)).toEqual([last - 62 + 25, last - 57 + 65]);
  });

  test('the narrowest interval counts, even if it is longer than the others', () => {
    // Without the sample at 45, the windows are 40–50, 100–105 and 160–165: intervals of 50–65 and 55–65 minutes.
    const samples = sampled([42, 102, 162], 170, { dated: false }).filter(
      ({ observedAt }) => observedAt !== START + 45 * MINUTE,
    );
    const span = findDueSpan(measure(groupGenerations(samples)));
    expect(span).toEqual({ from: START + (160 + 55) * MINUTE, to: START + (165 + 65) * MINUTE });
  });

  test('an interval counts only if no other rotation can be hidden at its beginning and its end', () => {
    // No sample from 105 to 400. The rotations before and after give no interval across that gap.
    const withGap = (rotations: readonly number[], until: number) => {
      const samples = sampled(rotations, until, { dated: false }).filter(({ observedAt }) => {
        const minute = (observedAt - START) / MINUTE;
        return minute <= 105 || minute >= 400;
      });
      const span = findDueSpan(measure(groupGenerations(samples)));
      return span && [(span.from - START) / MINUTE, (span.to - START) / MINUTE];
    };
    expect(withGap([42, 102, 380], 420)).toEqual([105 + 55, 400 + 65]);
    expect(withGap([42, 380], 420)).toBeNull();
    expect(withGap([42, 102, 380, 452], 460)).toEqual([450 + 55, 455 + 65]);
  });

  test('no due span is known for dated rotations, for fewer than two rotations, and for several endpoints', () => {
    expect(dueSpan([42, 102, 162], 170, { dated: true })).toBeNull();
    expect(dueSpan([42], 60)).toBeNull();
    expect(dueSpan([], 60)).toBeNull();
    const inTurns = sampled([42, 102, 162], 180, { dated: false }).map((each, index, all) =>
      index === 34 ? { ...all[25]!, observedAt: each.observedAt } : each,
    );
    const measurement = measure(groupGenerations(inTurns));
    expect(measurement.severalEndpoints).not.toBeNull();
    expect(findDueSpan(measurement)).toBeNull();
  });
});

describe('forecastRotation', () => {
  test('the next rotation is expected one median interval after the last one', () => {
    // Intervals of 62, 58 and 60 minutes: the range is wider by their mean distance of 2 minutes.
    expect(forecast(sampled([42, 100, 160], 180))).toEqual({
      earliest: 216,
      expected: 220,
      latest: 224,
      interval: 60,
    });
  });

  test('with a single interval, the forecast is ten minutes wide on both sides', () => {
    expect(forecast(sampled([40], 60))).toEqual({
      earliest: 90,
      expected: 100,
      latest: 110,
      interval: 60,
    });
  });

  describe('with credentials of 65 minutes', () => {
    const shorten = (samples: readonly Sample[], validity: number) =>
      samples.map((each) => ({ ...each, expiration: each.lastUpdated! + validity * MINUTE }));

    test('the forecast ends at the expiration of the current credentials', () => {
      expect(forecast(shorten(sampled([40], 60), 65))).toEqual({
        earliest: 90,
        expected: 100,
        latest: 105,
        interval: 60,
      });
    });

    test('the whole forecast is at the expiration if the current credentials expire before it', () => {
      const samples = sampled([40], 60).map((each) =>
        each.accessKeyId === 'ASIA1' ? { ...each, expiration: START + 85 * MINUTE } : each,
      );
      expect(forecast(samples)).toMatchObject({ earliest: 85, expected: 85, latest: 85 });
    });

    test('the forecast of a source that has served expired credentials has no end', () => {
      expect(forecast(shorten(sampled([40], 60), 50))).toMatchObject({ expected: 100, latest: 110 });
    });
  });

  test('the forecast starts from the first sample if LastUpdated of the newest generation is later', () => {
    const samples = sampled([40, 100], 120).map((each) =>
      each.accessKeyId === 'ASIA2' ? { ...each, lastUpdated: START + 100 * MINUTE + 1500 } : each,
    );
    expect(forecast(samples)).toMatchObject({ expected: 160 });
  });

  test('the forecast is null for one generation, and if polls are too rare to witness a rotation', () => {
    expect(forecast(sampled([], 60))).toBeNull();
    expect(forecast(sampled([90], 400, { every: 400 }))).toBeNull();
  });

  test('the forecast starts from the window of the last rotation if that is undated', () => {
    // Generations are first seen at 45, 105 and 165. The last two rotations lie in 100–105 and 160–165.
    expect(forecast(sampled([42, 102, 162], 180, { dated: false }))).toEqual({
      earliest: 220,
      expected: 225,
      latest: 225,
      interval: 60,
    });
  });

  test('the forecast starts from the window if LastUpdated of the newest generation is outside of it', () => {
    const samples = sampled([42, 102, 162], 180);
    const misdated = samples.map((each) =>
      each.accessKeyId === 'ASIA3' ? { ...each, lastUpdated: each.lastUpdated! + 600 * MINUTE } : each,
    );
    expect(forecast(misdated)).toMatchObject({ earliest: 219, expected: 225 });
  });

  test('the forecast allows for the lag of a source that still serves the old generation', () => {
    const samples = sampled([42, 102, 162], 180).map((sample) => {
      const minute = (sample.observedAt - START) / MINUTE;
      // Three minutes after the second rotation the first generation is still served.
      return minute === 105 ? { ...sampled([42], 105).at(-1)!, observedAt: sample.observedAt } : sample;
    });
    expect(forecast(samples)).toMatchObject({ earliest: 222 - 1, latest: 162 + 62 + 3 + 1, interval: 60 });
  });

  test('the forecast is null if credentials are issued per request', () => {
    const samples = [0, 1, 2, 3].map((second): Sample => {
      const at = START + second * 1000;
      return {
        accessKeyId: `ASIA${second}`,
        lastUpdated: at,
        expiration: at + 900_000,
        zoneless: false,
        observedAt: at,
        clockOffset: 0,
      };
    });
    expect(forecast(samples)).toBeNull();
  });
});

describe('findNoForecastReason', () => {
  const findReason = (samples: readonly Sample[]) => {
    const measurement = measure(groupGenerations(samples));
    expect(findNoForecastReason(measurement) === null).toBe(forecastRotation(measurement) !== null);
    return findNoForecastReason(measurement);
  };
  const undated = (rotations: readonly number[], until: number) =>
    sampled(rotations, until, { dated: false });
  const without = (samples: readonly Sample[], from: number, to: number) =>
    samples.filter(({ observedAt }) => {
      const minute = (observedAt - START) / MINUTE;
      return minute <= from || minute >= to;
    });

  test('undated rotations give a forecast after two in a row, dated ones after one', () => {
    expect(findReason(undated([], 30))).toBe('NO_ROTATION');
    expect(findReason(undated([42], 60))).toBe('ONE_ROTATION');
    expect(findReason(undated([42, 102], 120))).toBeNull();
    expect(findReason(sampled([40], 60))).toBeNull();
    expect(findNoForecastReason(null)).toBe('NO_ROTATION');
  });

  test('a rotation in a long gap counts, but gives no interval', () => {
    expect(findReason(without(undated([42], 60), 10, 55))).toBe('ONE_ROTATION');
    expect(findReason(without(undated([42, 200, 520], 540), 60, 500))).toBe('NO_TWO_IN_A_ROW');
  });

  test('credentials per request and several endpoints have no interval', () => {
    const perRequest = sampled([], 15).map((sample, index) => ({
      ...sample,
      ...{ accessKeyId: `ASIA${index}`, lastUpdated: sample.observedAt },
      expiration: sample.observedAt + 15 * MINUTE,
    }));
    expect(findReason(perRequest)).toBe('ISSUED_PER_REQUEST');
    const inTurns = undated([42, 102, 162], 180).map((each, index, all) =>
      index === 34 ? { ...all[25]!, observedAt: each.observedAt } : each,
    );
    expect(findReason(inTurns)).toBe('SEVERAL_ENDPOINTS');
  });
});
