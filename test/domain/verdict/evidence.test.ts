import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../src/domain/model.ts';
import { findEvidence } from '../../../src/domain/verdict/evidence.ts';

const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Rotations every hour, starting at `start`. Each generation is seen 1 minute after it was issued and one
 * minute before its end.
 * @param leadTimes in minutes, one for each rotation
 */
function createSamples(leadTimes: readonly number[], start = START): Sample[] {
  return [...leadTimes, 300].flatMap((leadTime, index) => {
    const issued = start + index * HOUR;
    return [issued + MINUTE, issued + 59 * MINUTE].map((observedAt) => ({
      accessKeyId: `ASIA${index}`,
      lastUpdated: issued,
      expiration: issued + HOUR + leadTime * MINUTE,
      zoneless: false,
      observedAt,
      clockOffset: 0,
    }));
  });
}

const computeEvidence = (leadTimes: readonly number[], start?: number) =>
  findEvidence(measure(groupGenerations(createSamples(leadTimes, start))));

describe('evidence', () => {
  test('records are lead times in the newer half that are shorter than all before', () => {
    const { observations, recentRecords, nextRotationChance } = computeEvidence([
      300, 290, 280, 270, 260, 260, 250,
    ]);
    expect({ observations, recentRecords }).toEqual({
      observations: 7,
      recentRecords: { records: 2, rotations: 3 },
    });
    expect(nextRotationChance).toBe(2 / 4);
    expect(computeEvidence([250, 290, 300, 270, 260, 251]).recentRecords).toEqual({
      records: 0,
      rotations: 3,
    });
    expect(computeEvidence([300, 250, 249]).recentRecords).toEqual({ records: 1, rotations: 1 });
    expect(computeEvidence([300, 250, 250]).recentRecords).toEqual({ records: 0, rotations: 1 });
  });

  test('an unwitnessed rotation is not evidence', () => {
    const samples = createSamples([300, 300, 300, 299, 290, 280]).filter(
      ({ accessKeyId }) => accessKeyId !== 'ASIA3',
    );
    const { observations, recentRecords } = findEvidence(measure(groupGenerations(samples)));
    expect({ observations, recentRecords }).toEqual({
      observations: 4,
      recentRecords: { records: 2, rotations: 2 },
    });
  });

  test('without records the chance is one in the number of rotations plus one', () => {
    expect(computeEvidence([200, 300, 300]).nextRotationChance).toBe(1 / 4);
    expect(computeEvidence([300]).nextRotationChance).toBe(1 / 2);
    expect(computeEvidence([]).nextRotationChance).toBeNull();
    // Two records in three rotations are more than one in seven.
    expect(computeEvidence([300, 300, 300, 299, 299, 298]).nextRotationChance).toBe(2 / 4);
  });

  test('from 19 rotations on, the two shortest lead times estimate the chance of a random start', () => {
    const leadTimes = Array.from({ length: 19 }, (_, index) => 200 + ((index * 7) % 19));
    // The shortest ones are 190 and 200 minutes, and neither comes first or last.
    const unordered = leadTimes.with(5, 190).with(0, 210);
    const sorted = unordered.toSorted((a, b) => a - b);
    const watched = 20 * 60 - 2;
    expect(computeEvidence(unordered).randomStartChance).toBeCloseTo(((sorted[1] ?? 0) - 190) / watched, 10);
    expect(computeEvidence(unordered.slice(1)).randomStartChance).toBeNull();
  });

  test('no chance is known if the newest credentials have less validity than at every rotation', () => {
    const samples = createSamples(Array(71).fill(200));
    const newest = samples.at(-1);
    if (newest === undefined) throw new Error('no samples');
    const withRemaining = (minutes: number) =>
      findEvidence(
        measure(
          groupGenerations([...samples, { ...newest, observedAt: newest.expiration - minutes * MINUTE }]),
        ),
      );
    expect(withRemaining(201)).toMatchObject({ nextRotationChance: 1 / 72, nextDayChance: 1 / 4 });
    expect(withRemaining(199)).toMatchObject({
      observations: 71,
      nextRotationChance: null,
      nextDayChance: null,
      randomStartChance: null,
    });
  });

  test('no chance is known while lead times shrink', () => {
    const shrinking = Array.from({ length: 96 }, (_, index) => 300 - index);
    expect(computeEvidence(shrinking)).toMatchObject({
      observations: 96,
      nextRotationChance: null,
      nextDayChance: null,
      randomStartChance: null,
    });
  });

  test('a day counts if at least 95 % of it was watched', () => {
    const lastSeenAfter = (hours: number, start = START) =>
      computeEvidence(Array(hours - 1).fill(300), start);
    // The first sample is at 0:01. One day, and the part of the next day that is left.
    expect(lastSeenAfter(24).watchedDays).toBe(1);
    expect(lastSeenAfter(24 + 23)).toMatchObject({ watchedDays: 2, nextDayChance: 1 / 3 });
    expect(lastSeenAfter(24 + 22)).toMatchObject({ watchedDays: 1, nextDayChance: null });
    expect(lastSeenAfter(72)).toMatchObject({ watchedDays: 3, nextDayChance: 1 / 4 });
    // 95 % of a day are 22 h 48 min: from 1:12 to 24:00.
    expect(lastSeenAfter(30, START + 71 * MINUTE).watchedDays).toBe(1);
    expect(lastSeenAfter(30, START + 72 * MINUTE).watchedDays).toBe(0);
  });

  test('overlapping periods of several endpoints count once', () => {
    const { watchedDays } = findEvidence(
      measure(
        groupGenerations([
          ...createSamples(Array(20).fill(300)),
          ...twins(createSamples(Array(20).fill(300))),
        ]),
      ),
    );
    expect(watchedDays).toBe(0);
  });
});

/** The same generations of a second endpoint, with other keys, half an hour later. */
const twins = (samples: readonly Sample[]) =>
  samples.map((each) => ({
    ...each,
    accessKeyId: `${each.accessKeyId}B`,
    lastUpdated: (each.lastUpdated ?? 0) + 30 * MINUTE,
    expiration: each.expiration + 30 * MINUTE,
    observedAt: each.observedAt + 30 * MINUTE,
  }));
