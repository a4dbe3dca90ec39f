import { expect, test } from 'vitest';
import { parseInstant } from '../../../../src/domain/time/instant.ts';
import { buildTimeLabels } from '../../../../src/report/table/chart/time-labels.ts';
import { UTC_TIMES } from '../../../../src/report/text/time-format.ts';
import { seededRandom } from '../../../support/random.ts';

const at = (text: string) => parseInstant(text)!.instant;

test.for([
  [
    '2026-03-01T00:00:10Z',
    '2026-03-01T00:00:50Z',
    '2026-03-01 00:00:10Z    00:00:30               00:00:50Z',
  ],
  [
    '2026-03-01T00:01:00Z',
    '2026-03-01T12:30:00Z',
    '2026-03-01 00:01Z       06:00         09:00       12:30Z',
  ],
  [
    '2026-03-01T20:00:00Z',
    '2026-03-02T08:00:00Z',
    '2026-03-01 20:00Z         02:00        2026-03-02 08:00Z',
  ],
  [
    '2026-03-01T00:00:00Z',
    '2026-03-08T00:00:00Z',
    '2026-03-01            03-04           03-06   2026-03-08',
  ],
  [
    '2026-03-01T12:00:00Z',
    '2026-03-31T00:00:00Z',
    '2026-03-01         03-13     03-18    03-23   2026-03-31',
  ],
  [
    '2024-03-01T00:00:00Z',
    '2026-03-31T00:00:00Z',
    '2024-03-01            2025-03-13              2026-03-31',
  ],
] as const)('time labels from %s to %s are the expected line', ([from, to, labels]) => {
  expect(buildTimeLabels({ from: at(from), to: at(to) }, 56, UTC_TIMES).labels).toBe(labels);
});

test('a label is centred at its tick', () => {
  const axis = buildTimeLabels(
    { from: at('2026-03-01T00:00:00Z'), to: at('2026-03-01T12:00:00Z') },
    72,
    UTC_TIMES,
  );
  // Six columns an hour.
  expect([...axis.ticks]).toEqual([24, 36, 48, 60]);
  expect(axis.labels.indexOf('06:00')).toBe(34);
});

test('both ends and every tick have a label for any time and width', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const from = at('2000-01-01T00:00:00Z') + Math.floor(random() * 1e12);
    const to = from + Math.ceil(10 ** (3 + random() * 11));
    const width = 36 + Math.floor(random() * 60);
    const { labels, ticks } = buildTimeLabels({ from, to }, width, UTC_TIMES);
    const words = labels.split(/ {2,}/);
    expect(labels.length, `seed ${seed}`).toBe(width);
    expect(words, `seed ${seed}`).toHaveLength(2 + ticks.size);
    expect(words.join('\n'), `seed ${seed}`).toMatch(
      /^\d{4}-\d\d-\d\d( [\d:]+Z)?\n(((\d\d-\d\d )?\d\d:\d\d(:\d\d)?|(\d{4}-)?\d\d-\d\d)\n)*[-:\d ]+Z?$/,
    );
  }
});
