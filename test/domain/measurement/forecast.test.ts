import { describe, expect, test } from 'vitest';
import { forecastRotation } from '../../../src/domain/measurement/forecast.ts';
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

describe('forecastRotation', () => {
  test('the next rotation is expected one median interval after the last one', () => {
    // Intervals of 62, 58 and 60 minutes.
    expect(forecast(sampled([42, 100, 160], 180))).toEqual({
      earliest: 218,
      expected: 220,
      latest: 222,
      interval: 60,
    });
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
    expect(forecast(misdated)).toMatchObject({ earliest: 220, expected: 227 });
  });

  test('the forecast allows for the lag of a source that still serves the old generation', () => {
    const samples = sampled([42, 102, 162], 180).map((sample) => {
      const minute = (sample.observedAt - START) / MINUTE;
      // Three minutes after the second rotation the first generation is still served.
      return minute === 105 ? { ...sampled([42], 105).at(-1)!, observedAt: sample.observedAt } : sample;
    });
    expect(forecast(samples)).toMatchObject({ earliest: 222, latest: 162 + 62 + 3, interval: 60 });
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
