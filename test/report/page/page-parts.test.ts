import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toColumn } from '../../../src/domain/measurement/columns/column.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { ServedSpan } from '../../../src/report/drawing/minimum-validity.ts';
import { labelTicks } from '../../../src/report/drawing/time-axis.ts';
import { GENERATION_FLAGS } from '../../../src/report/messages/page.ts';
import { applyMove, clampView } from '../../../src/report/page/browser/zoom.ts';
import { buildBand, findShortPart, isBand } from '../../../src/report/page/charts/band.ts';
import {
  packColumn,
  packGenerations,
  packSpans,
  unpackColumn,
  unpackGenerations,
  unpackSpans,
} from '../../../src/report/page/charts/packing.ts';
import { chooseValidityLabels } from '../../../src/report/page/charts/validity-labels.ts';
import {
  GENERATION_TABLE_COLUMNS,
  type GenerationRow,
} from '../../../src/report/page/generations/generation-row.ts';
import { renderGenerations, renderWorstRotations } from '../../../src/report/page/generations/tables.ts';
import { embedJson, html, Markup, prose } from '../../../src/report/page/markup.ts';
import { renderIcon } from '../../../src/report/page/verdicts.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { measured } from '../../support/report/measured-series.ts';

describe('packed data', () => {
  const instant = fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000);
  const length = fc.integer({ min: -1000, max: 1_000_000 });
  const maybe = <T>(known: fc.Arbitrary<T>) => fc.option(known, { nil: null });

  test('packed data of a column is unpacked to the same column', () => {
    const values = fc.array(fc.oneof(fc.constant(0), maybe(fc.integer())));
    fc.assert(
      fc.property(values, (column) => {
        expect(unpackColumn(packColumn(toColumn(column, (value) => value)), column.length)).toEqual(column);
      }),
    );
    expect(packColumn(Float64Array.of(7, 7, 7, Number.NaN, 7, 7))).toEqual({
      commonValue: 7,
      exceptions: [3, null],
    });
  });

  test('packed data of any generations is unpacked to the same generations', () => {
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

  test('packed data of spans is unpacked to spans widened to whole seconds', () => {
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
  test('markup escapes contents for text and attributes, and omits null, false and undefined', () => {
    expect(html`<a title="${`"'<&>`}">${['<b>', html`<i>${0}</i>`, null, false, undefined]}</a>`.text).toBe(
      '<a title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;<i>0</i></a>',
    );
    expect(html`${new Markup('<br>')}`.text).toBe('<br>');
  });

  test('markup contains JSON that cannot end its script element', () => {
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
  ] as const)('the view of a chart after the move %s from %j is %j', ([move, view, expected]) => {
    expect(applyMove(view, move, whole)).toEqual(expected);
  });

  test('the view of a chart is the whole chart if the chart covers only seconds', () => {
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

const generationRow: GenerationRow = {
  servedFrom: 0,
  firstSeen: 0,
  lastSeen: 0,
  servedTo: 300_000,
  issuedAt: null,
  expiration: 0,
  validityWhenIssued: null,
  leadTime: null,
  interval: null,
  sampleCount: 1234,
  flags: 0,
};

const STYLE = { id: 's', name: 'a', times: UTC_TIMES };

describe('generation tables', () => {
  /** The cells of a column in the table of the worst rotations, and in the table of generations. */
  const listCells = (rows: readonly GenerationRow[], column: string): [string[], string[]] => {
    const measurement = measure(measured({ generations: 2 }).generations);
    const worst = renderWorstRotations(measurement, rows, STYLE).text;
    const newest = renderGenerations(rows, STYLE).text;
    const read = (table: string) => {
      const labels = [...table.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(([, label]) => label);
      const index = labels.indexOf(column);
      return [...table.matchAll(/<tr><td[^>]*>.*?<\/tr>/gs)].map(
        ([row]) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell = '']) => cell)[index] ?? '',
      );
    };
    return [read(worst), read(newest)];
  };
  const withLeadTime = (minutes: number | null): GenerationRow => ({
    ...generationRow,
    leadTime: minutes === null ? null : minutes * 60,
  });

  test('the worst rotations are the ten with the shortest lead times, in ascending order', () => {
    const minutes = [58, 12, 47, null, 3, 55, 51, 20, 59, 8, 41, 33, 50, 27, null];
    const [worst] = listCells(minutes.map(withLeadTime), 'lead time');
    expect(worst).toEqual([3, 8, 12, 20, 27, 33, 41, 47, 50, 51].map((minute) => `${minute}m`));
    expect(listCells([7, null, 5].map(withLeadTime), 'lead time')[0]).toEqual(['5m', '7m']);
  });

  test('the table of the worst rotations begins with the lead time and its rotation, and has no column without values', () => {
    const labels = (rows: readonly GenerationRow[]) => {
      const measurement = measure(measured({ generations: 2 }).generations);
      const worst = renderWorstRotations(measurement, rows, STYLE).text;
      return [...worst.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(([, label]) => label);
    };
    const columns = ['lead time', 'rotated at', 'validity when issued', 'interval'];
    const full = { ...withLeadTime(5), interval: 3600, validityWhenIssued: 21_600 };
    expect(labels([full])).toEqual(columns);
    expect(labels([{ ...full, interval: null }])).toEqual(columns.filter((each) => each !== 'interval'));
    expect(labels([full, { ...full, flags: GENERATION_FLAGS.window }])).toEqual([...columns, 'notes']);
  });

  test('the table of generations shows the newest 200 in descending order', () => {
    const rows = Array.from({ length: 205 }, (_, index) => ({ ...generationRow, sampleCount: index + 1 }));
    const [, newest] = listCells(rows, 'samples');
    expect(newest).toEqual(Array.from({ length: 200 }, (_, index) => `${205 - index}`));
    expect(listCells(rows.slice(0, 3), 'samples')[1]).toEqual(['3', '2', '1']);
  });
});

describe('a band', () => {
  /** A tooth of validity every hour, which falls from 6h to 5h. */
  const teeth = (count: number): ServedSpan[] =>
    Array.from({ length: count }, (_, index) => {
      const from = index * 3_600_000;
      return { from, to: from + 3_600_000, expiration: from + 6 * 3_600_000 };
    });

  test('a band replaces teeth that are narrower than six pixels', () => {
    expect([isBand(100, 600), isBand(101, 600)]).toEqual([false, true]);
  });

  test('a band has parts without gaps, and the lowest validity of a rotation in each part', () => {
    const spans = teeth(500);
    const parts = buildBand(spans, { from: 0, to: 500 * 3_600_000 }, 900);
    expect(parts).toHaveLength(300);
    expect(parts.slice(1).every(({ from }, index) => Math.abs(from - (parts[index]?.to ?? 0)) < 1)).toBe(
      true,
    );
    expect(new Set(parts.map(({ min }) => min))).toEqual(new Set([5 * 3600]));
    expect(Math.max(...parts.map(({ max }) => max))).toBe(6 * 3600);
  });

  test('a band keeps one short generation among many, and has no part in a gap', () => {
    const spans = teeth(500).filter((_, index) => index < 200 || index >= 220);
    const short = spans[100];
    if (short !== undefined) short.expiration -= 3_600_000;
    const parts = buildBand(spans, { from: 0, to: 500 * 3_600_000 }, 900);
    expect(Math.min(...parts.map(({ min }) => min))).toBe(4 * 3600);
    expect(parts.filter(({ from, to }) => from > 201 * 3_600_000 && to < 219 * 3_600_000)).toEqual([]);
  });

  test('the part of a span that is too short begins when less than the required validity is left', () => {
    const [span] = teeth(1);
    if (span === undefined) throw new Error('no span');
    expect(findShortPart(span, 5.5 * 3600)).toEqual({ from: 1_800_000, to: 3_600_000 });
    expect(findShortPart(span, 7 * 3600)).toEqual({ from: 0, to: 3_600_000 });
    expect(findShortPart(span, 5 * 3600)).toBeNull();
  });
});

test('labels of jobs replace labels of the axis that they would touch', () => {
  const scale = { bottom: 4 * 3600, top: 7 * 3600 };
  const texts = (...required: number[]) =>
    chooseValidityLabels(
      scale,
      208,
      required.map((seconds) => ({ name: '', required: seconds, tone: 'bad' })),
    ).map(({ text }) => text);
  expect(texts()).toEqual(['4h', '5h', '6h', '7h']);
  expect(texts(18_300)).toEqual(['5h 05m', '4h', '6h', '7h']);
  expect(texts(18_300, 18_360)).toEqual(['5h 05m', '4h', '6h', '7h']);
  expect(texts(18_001)).toEqual(['5h 01m', '4h', '6h', '7h']);
});

test('a generation row has one note for each flag', () => {
  const flags = Object.values(GENERATION_FLAGS).reduce<number>((all, flag) => all | flag, 0);
  const row = { ...generationRow, flags };
  const cells = GENERATION_TABLE_COLUMNS.map(([, format]) => format(row, UTC_TIMES));
  expect(cells.slice(4, 8)).toEqual(['–', '–', '–', '1,234']);
  expect(cells.at(-1)?.split('; ')).toHaveLength(Object.keys(GENERATION_FLAGS).length);
  expect(cells.at(-1)).toContain('replaced within a window of 5m');
});

test('each tone has an icon with a shape of its own', () => {
  const tones = ['safe', 'bad', 'unsure'] as const;
  expect(tones.map((tone) => renderIcon(tone).text.replace(/<\/?svg[^>]*>/g, ''))).toMatchInlineSnapshot(`
    [
      "<circle cx="12" cy="12" r="11"/><path d="M6.8 12.6l3.5 3.5 7-7.6"/>",
      "<path class="body" d="M7.6 1h8.8L23 7.6v8.8L16.4 23H7.6L1 16.4V7.6z"/><path d="M8 8l8 8m0-8l-8 8"/>",
      "<rect class="body" x="1" y="1" width="22" height="22" rx="6"/><path d="M8.7 9.2a3.3 3.3 0 1 1 5 2.9c-1.2.7-1.7 1.2-1.7 2.3"/><path d="M12 18v.1"/>",
    ]
  `);
});

test('no line ends inside a flag of a command', () => {
  expect(prose('run `cred-watch exec -j 5h -- COMMAND`').text).toBe(
    'run <code><span class="one-line">cred-watch</span> exec <span class="one-line">-j</span> 5h <span class="one-line">--</span> COMMAND</code>',
  );
});
