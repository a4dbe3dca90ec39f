import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GENERATION_FLAGS } from '../../../src/report/drawing/generation-flags.ts';
import { labelTicks } from '../../../src/report/drawing/time-axis.ts';
import { applyMove, clampView } from '../../../src/report/page/browser/zoom.ts';
import { formatGenerationCells } from '../../../src/report/page/generations/cells.ts';
import { embedJson, html, Markup } from '../../../src/report/page/markup.ts';
import {
  packColumn,
  packGenerations,
  packSpans,
  unpackColumn,
  unpackGenerations,
  unpackSpans,
} from '../../../src/report/page/packing.ts';

describe('packed data', () => {
  const instant = fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000);
  const length = fc.integer({ min: -1000, max: 1_000_000 });
  const maybe = <T>(known: fc.Arbitrary<T>) => fc.option(known, { nil: null });

  test('of a column is unpacked to the same column', () => {
    const values = fc.array(fc.oneof(fc.constant(0), maybe(fc.integer())));
    fc.assert(
      fc.property(values, (column) => {
        expect(unpackColumn(packColumn(column), column.length)).toEqual(column);
      }),
    );
    expect(packColumn([7, 7, 7, null, 7, 7])).toEqual({ commonValue: 7, exceptions: [3, null] });
  });

  test('of any generations is unpacked to the same generations', () => {
    const row = fc.record({
      servedFrom: instant,
      servedTo: instant,
      firstSeen: instant,
      lastSeen: instant,
      issuedAt: maybe(instant),
      expiration: instant,
      validityWhenIssued: maybe(length),
      leadTime: maybe(length),
      interval: maybe(length),
      sampleCount: fc.nat(),
      flags: fc.nat(63),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        expect(unpackGenerations(JSON.parse(JSON.stringify(packGenerations(rows))))).toEqual(rows);
      }),
    );
  });

  test('of spans is unpacked to spans widened to whole seconds', () => {
    const spans = [
      { from: 1500, to: 1500 },
      { from: 61_000, to: 120_001 },
    ];
    expect(unpackSpans(packSpans(spans))).toEqual([
      { from: 1000, to: 2000 },
      { from: 61_000, to: 121_000 },
    ]);
  });
});

describe('markup', () => {
  test('escapes contents for text and attributes, and omits null, false and undefined', () => {
    expect(html`<a title="${`"'<&>`}">${['<b>', html`<i>${0}</i>`, null, false, undefined]}</a>`.text).toBe(
      '<a title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;<i>0</i></a>',
    );
    expect(html`${new Markup('<br>')}`.text).toBe('<br>');
  });

  test('contains JSON that cannot end its script element', () => {
    const value = { name: '</script><!--\u2028&' };
    const { text } = embedJson(value);
    expect(text).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('the view of a chart', () => {
  const whole = { from: 0, to: 1000 };
  test.for([
    ['in', { from: 0, to: 1000 }, { from: 250, to: 750 }],
    ['in', { from: 100, to: 170 }, { from: 105, to: 165 }],
    ['out', { from: 200, to: 400 }, { from: 100, to: 500 }],
    ['out', { from: 0, to: 600 }, { from: 0, to: 1000 }],
    ['earlier', { from: 200, to: 400 }, { from: 150, to: 350 }],
    ['earlier', { from: 20, to: 420 }, { from: 0, to: 400 }],
    ['later', { from: 700, to: 900 }, { from: 750, to: 950 }],
    ['later', { from: 790, to: 990 }, { from: 800, to: 1000 }],
    ['all', { from: 790, to: 990 }, { from: 0, to: 1000 }],
  ] as const)('after the move %s from %j is %j', ([move, view, expected]) => {
    expect(applyMove(view, move, whole)).toEqual(expected);
  });

  test('is the whole chart if the chart covers only seconds', () => {
    expect(clampView({ from: 3, to: 4 }, { from: 0, to: 30 })).toEqual({ from: 0, to: 30 });
  });
});

test('a tick at midnight is labelled with its date, on a long axis with the year', () => {
  const labels = (ticks: number[], step: number) => labelTicks({ ticks, step }).map(({ label }) => label);
  const at = (day: number, hour = 0) => Date.UTC(2026, 2, day, hour);
  expect(labels([at(1, 18), at(2), at(2, 6)], 21_600)).toEqual(['18:00', '03-02', '06:00']);
  expect(labels([at(1), at(3)], 2 * 86_400)).toEqual(['03-01', '03-03']);
  expect(labels([at(1), at(400)], 86_400)).toEqual(['2026-03-01', '2027-04-04']);
  expect(labels([at(1, 1)], 30)).toEqual(['01:00:00']);
});

test('a generation row has one note for each flag', () => {
  const flags = Object.values(GENERATION_FLAGS).reduce<number>((all, flag) => all | flag, 0);
  const row = {
    servedFrom: 0,
    firstSeen: 0,
    lastSeen: 0,
    servedTo: 300_000,
    issuedAt: null,
    expiration: 0,
    sampleCount: 1234,
    flags,
  };
  const cells = formatGenerationCells({ ...row, validityWhenIssued: null, leadTime: null, interval: null });
  expect(cells.slice(4, 8)).toEqual(['–', '–', '–', '1,234']);
  expect(cells.at(-1)!.split('; ')).toHaveLength(Object.keys(GENERATION_FLAGS).length);
  expect(cells.at(-1)).toContain('replaced within a window of 5m 00s');
});
