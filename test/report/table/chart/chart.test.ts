import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../../src/domain/model.ts';
import type { Assessment } from '../../../../src/domain/verdict/assessment.ts';
import { renderChart } from '../../../../src/report/table/chart/chart.ts';
import { renderTable } from '../../../../src/report/table/table.ts';
import { createPalette } from '../../../../src/report/terminal/colour.ts';
import { UTC_TIMES } from '../../../../src/report/text/time-format.ts';
import { SampleStore } from '../../../../src/store/sample-store.ts';
import { fixturePath } from '../../../support/cli/program-run.ts';
import { succeed } from '../../../support/cli/succeed.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { seededRandom } from '../../../support/random.ts';
import { assessed, DAY, HOUR, MINUTE, pretend, START } from '../../../support/report/charted-histories.ts';
import { contextAt } from '../../../support/report/judged-at.ts';
import { ciTest, isThorough, sampleCases } from '../../../support/thorough.ts';

const snapshot = (name: string) => join(import.meta.dirname, '../../snapshots', `${name}.txt`);
const hours = (count: number) => Math.round(count * 3600);

interface View {
  width: number;
  ascii: boolean;
  colour?: boolean;
  margin?: number;
}
const UNICODE: View = { width: 80, ascii: false };
const ASCII: View = { width: 80, ascii: true };
const VIEWS: View[] = [80, 120].flatMap((width) => [
  { width, ascii: false },
  { width, ascii: true },
]);

const table = (assessment: Assessment, { width, ascii, colour = false, margin = 300 }: View) =>
  renderTable(
    assessment,
    contextAt(START, assessment, { margin, width, hasColour: colour, isAsciiOnly: ascii }),
  );

/** Only the chart, of the only series. */
function chart(history: SeriesHistory, durations: readonly number[], view: View = UNICODE, rows = 8) {
  const { analysis, judgements } = assessed([history], durations).series[0]!;
  const required = judgements.map((verdict) => verdict.required);
  return renderChart(
    analysis,
    { required, curveRows: rows, width: view.width, isAsciiOnly: view.ascii, times: UTC_TIMES },
    createPalette({ hasColour: view.colour ?? false, isAsciiOnly: view.ascii }),
  );
}

describe('the table', () => {
  const db = join(temporaryFolder(afterAll), 'samples.db');
  let logged: SeriesHistory[] = [];
  beforeAll(async () => {
    await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
    const store = SampleStore.openReadOnly(db)!;
    logged = store.histories({});
    store.close();
  });

  const HOSTILE = '<script>alert(1)</script>\u001b[31m';
  const FIVE = [
    pretend({ identity: { host: HOSTILE, role: 'a "b"\n%0A|`-->]]>\u202e' }, lifetimes: [hours(5) * 1000] }),
    pretend({ identity: { host: 'web-2' }, failing: [{ from: 4 * HOUR, to: 6 * HOUR }] }),
    pretend({
      identity: { host: 'web-3', source: 'container', apiVersion: '', role: 'task' },
      dated: false,
      every: 30 * MINUTE,
      rotateEvery: 2.5 * HOUR,
      time: DAY,
    }),
    pretend({
      identity: { host: 'web-4' },
      lifetimes: [12 * HOUR],
      pauses: [{ from: 3 * HOUR, to: 8.5 * HOUR }],
    }),
    pretend({
      identity: { host: 'web-4', role: 'newer' },
      time: 13 * HOUR,
      pauses: [{ from: 0, to: 12.5 * HOUR }],
    }),
    pretend({ identity: { host: 'web-5' }, time: 30 * DAY, every: 20 * MINUTE }),
  ];

  test.for(VIEWS)(
    'the table of one series in $width columns equals its snapshot, ASCII: $ascii',
    async (view) => {
      const judged = assessed(logged, [hours(5) - 300]);
      await expect(table(judged, view)).toMatchFileSnapshot(snapshot(`one-series-${getName(view)}`));
    },
  );

  test.for(sampleCases(VIEWS, 4))(
    'the table of five series in $width columns equals its snapshot, ASCII: $ascii',
    async (view) => {
      const judged = assessed(FIVE, [hours(4.5)]);
      await expect(table(judged, view)).toMatchFileSnapshot(snapshot(`five-series-${getName(view)}`));
    },
  );

  test('the table contains only ASCII with isAsciiOnly', () => {
    for (const each of [assessed(logged, []), assessed(FIVE, [hours(4.5), hours(6)])]) {
      expect(table(each, ASCII)).toMatch(/^[\n\x20-\x7e]*$/);
      expect(table(each, UNICODE)).toMatch(/[^\n\x20-\x7e]/);
    }
  });

  test('the table escapes names outside of ASCII with isAsciiOnly', () => {
    const named = assessed([pretend({ identity: { host: 'büro · 1' } })], []);
    expect(table(named, ASCII).split('\n')[0]).toBe('b\\u{fc}ro, 1, imds v2, app');
  });

  test('the table fits the width of the terminal', () => {
    for (const width of [60, 80, 120]) {
      const lines = table(assessed(FIVE, [hours(4.5), hours(5)]), { ...ASCII, width }).split('\n');
      const wide = lines.filter((line) => line.length > Math.min(width, 110));
      // A title is one line also for long names.
      expect(wide.filter((line) => !line.startsWith('<script>'))).toEqual([]);
    }
    const long = pretend({ identity: { host: 'h'.repeat(250), role: 'r'.repeat(64) } });
    const [headline] = table(assessed([long, FIVE[1]!], [hours(4)]), ASCII).split('\n\n');
    for (const name of ['h'.repeat(250), 'r'.repeat(64)]) {
      expect(headline!.replaceAll('\n', '')).toContain(name);
    }
    expect(headline!.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('a required line of days has its label at the axis', () => {
    const long = pretend({ lifetimes: [30 * HOUR], time: DAY });
    const lines = (chart(long, [hours(25.5) + 15]) ?? '').split('\n');
    expect(lines.filter((line) => line.includes('1d 01h 35m 15s'))).toHaveLength(1);
    expect([...new Set(lines.map((line) => line.search(/[┤│]/)))]).toEqual([23, -1]);
  });

  test('the table has a chart of a retired series only if the series judges a job', () => {
    const retired = FIVE.filter(({ identity }) => identity.host === 'web-4');
    const countCharts = (of: Assessment) => table(of, UNICODE).match(/^ {2}remaining /gm)?.length;
    expect(countCharts(assessed(retired, []))).toBe(1);
    expect(countCharts(assessed(retired, [hours(5)]))).toBe(1);
    expect(countCharts(assessed(FIVE, []))).toBe(5);
  });

  test('safe starts are not known before a rotation', () => {
    const young = pretend({ time: 30 * MINUTE, identity: { host: 'young' } });
    const alone = table(assessed([young], [hours(5)]), UNICODE);
    expect(alone).toMatch(/safe starts by job +not known yet because no rotation was witnessed\n/);
    expect(alone).not.toContain('100%');
    const [overview = ''] = table(assessed([young, pretend()], [hours(4)]), { ...UNICODE, width: 120 }).split(
      '\n\n\n',
    );
    expect(overview).toMatch(/young .* unknown +5h 33m so +not known yet\n +far\n/);
    expect(overview).toMatch(/web-1 .* safe so far +5h +100%/);
  });

  test('the table has no chart without watched time', () => {
    const once = pretend({ time: 2 * MINUTE });
    expect(table(assessed([once], [hours(5)]), UNICODE)).not.toMatch(/remaining +|┤/);
    const never = { ...once, generations: [], failedPolls: [] };
    expect(table(assessed([never], [hours(5)]), UNICODE)).not.toMatch(/remaining +|┤/);
  });
});

const getName = ({ width, ascii }: View) => `${width}-${ascii ? 'ascii' : 'unicode'}`;

const CASES: [name: string, history: SeriesHistory, jobs: number[], rows?: number][] = [
  ['no job', pretend(), []],
  ['a job that is safe at any start', pretend(), [hours(4.5)]],
  ['a short job, far below the curve', pretend(), [600]],
  ['a job that is safe after a rotation', pretend(), [hours(5.5)]],
  ['a job that is never safe', pretend({ lifetimes: [6 * HOUR, 5.5 * HOUR] }), [hours(7)]],
  ['three jobs', pretend(), [hours(4.5), hours(5.25), hours(7)]],
  [
    'one short generation',
    pretend({ time: 30 * HOUR, lifetimes: [...Array(19).fill(6 * HOUR), 3 * HOUR] }),
    [hours(4)],
  ],
  ['a gap and failed polls', pretend({ time: DAY, failing: [{ from: 5 * HOUR, to: 9 * HOUR }] }), [hours(4)]],
  ['a paused poller', pretend({ time: DAY, pauses: [{ from: 5 * HOUR, to: 9 * HOUR }] }), [hours(4)]],
  [
    'failed polls after the last sample',
    pretend({ failing: [{ from: 9 * HOUR, to: 12 * HOUR }] }),
    [hours(4)],
  ],
  [
    'undated rotations',
    pretend({ dated: false, every: HOUR, rotateEvery: 5 * HOUR, time: 36 * HOUR }),
    [hours(2)],
  ],
  [
    'more rotations than columns',
    pretend({ time: 30 * DAY, every: 20 * MINUTE, lifetimes: [...Array(400).fill(6 * HOUR), 3 * HOUR] }),
    [hours(4)],
  ],
  [
    'a job that is short in a month',
    pretend({
      time: 30 * DAY,
      every: 20 * MINUTE,
      lifetimes: [6 * HOUR, 5.5 * HOUR, ...Array(98).fill(6.5 * HOUR)],
    }),
    [hours(5)],
  ],
  [
    'about one rotation in each column',
    pretend({ time: 2.5 * DAY, rotateEvery: 1.3 * HOUR, lifetimes: [6 * HOUR, 6.2 * HOUR, 5.9 * HOUR] }),
    [hours(4.6)],
  ],
  ['credentials served after their expiration', pretend({ lifetimes: [50 * MINUTE] }), [600]],
  [
    'credentials expired at all times',
    pretend({ rotateEvery: 100 * HOUR, lifetimes: [HOUR], pauses: [{ from: 0, to: 2 * HOUR }] }),
    [600],
    4,
  ],
  ['two generations in a small chart', pretend({ time: 100 * MINUTE }), [hours(5.5)], 4],
  ['a minute', pretend({ time: 3 * MINUTE, every: 10_000 }), [hours(4)], 4],
];

describe('charts', () => {
  test.for(sampleCases(CASES, 3))(
    'the chart of %s equals its snapshot',
    async ([name, history, jobs, rows]) => {
      const drawn = [UNICODE, ASCII].map((view) => chart(history, jobs, view, rows));
      await expect(`${drawn.join('\n\n')}\n`).toMatchFileSnapshot(
        snapshot(`chart-of-${name.replace(/\W+/g, '-')}`),
      );
    },
  );
});

/** The lowest line of a required validity, and the curve below that line. */
function readLines(drawn: string) {
  const rows = drawn.split('\n');
  const at = rows.findLastIndex((row) => row.startsWith('  required'));
  const beneath = rows.slice(at + 1).filter((row) => /^.{23}[│┤|]/.test(row));
  return { line: rows[at]!, beneath: beneath.map((row) => row.slice(24)).join('') };
}

const SEEDS = isThorough ? 40 : 10;

test('the curve crosses the line exactly if the worst case is below the required validity', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const lifetimes = Array.from({ length: 5 }, () => Math.round(5 * HOUR + random() * 3 * HOUR));
    const history = pretend({ lifetimes, time: (4 + 60 * random()) * HOUR, dated: random() < 0.5 });
    const worst = assessed([history], []).series[0]!.analysis.measurement!.worstCase.seconds;
    for (const view of [UNICODE, ASCII]) {
      const safe = readLines(chart(history, [worst - 300], view)!);
      expect(safe.line, `seed ${seed}`).toMatch(/[┤|][─-]+$/);
      expect(safe.beneath.trim(), `seed ${seed}`).toBe('');
      const short = readLines(chart(history, [worst - 299], view)!);
      expect(short.line, `seed ${seed}`).toMatch(/[┤|].*[┼+━=]/);
      expect(short.beneath.trim(), `seed ${seed}`).not.toBe('');
    }
  }
});

test('the area below the line has glyphs of its own, and the area above the line does not', () => {
  for (const [history, glyphs] of [
    [pretend(), /[#"]/],
    [pretend({ time: 30 * DAY, every: 20 * MINUTE }), /\./],
  ] as const) {
    const short = chart(history, [hours(5.25)], ASCII)!;
    expect(readLines(short).beneath).toMatch(glyphs);
    expect(short.split('  required')[0]).not.toMatch(glyphs);
    expect(readLines(chart(history, [hours(4.5)], ASCII)!).beneath).not.toMatch(glyphs);
  }
});

ciTest('a chart of many rotations is one thick line at the shortest validity of each column', () => {
  for (const history of [
    pretend({ time: DAY }),
    pretend({ time: 2.5 * DAY, rotateEvery: 1.3 * HOUR }),
    pretend({ time: 400 * DAY, every: 20 * MINUTE }),
  ]) {
    const rows = chart(history, [])!.split('\n');
    const drawn = rows.filter((row) => /[\u2801-\u28ff]/.test(row));
    expect(drawn).toHaveLength(1);
    expect(drawn[0]).toMatch(/^ {2}worst .*┤[\u2801-\u28ff]*●[\u2801-\u28ff]*$/);
    expect(drawn[0]!.slice(24)).toHaveLength(56);
    expect(rows.at(-1)).toMatch(/each column: shortest in /);
    expect(rows[0]).toMatch(/^ {2}shortest/);
  }
});

test('the worst case is marked at its time and height', () => {
  const history = pretend({
    time: 30 * DAY,
    every: 20 * MINUTE,
    lifetimes: [...Array(360).fill(6 * HOUR), 5 * HOUR],
  });
  for (const [view, mark] of [
    [UNICODE, '●'],
    [ASCII, 'o'],
  ] as const) {
    const rows = chart(history, [hours(4.5)], view)!
      .split('\n')
      .filter((row) => /^.{23}[┤│|]/.test(row));
    const [row, ...others] = rows.filter((each) => each.slice(24).includes(mark));
    expect(others).toEqual([]);
    expect(row).toMatch(/^ {2}worst +4h /);
    // 361 of 720 hours.
    expect(row!.slice(24).indexOf(mark)).toBe(Math.floor((361 / 720) * 56));
  }
});

test('only the curve below the line, crossings of the line and failed polls are coloured', () => {
  const history = pretend({ time: 13 * HOUR, failing: [{ from: 5 * HOUR, to: 8 * HOUR }] });
  const coloured = (jobs: number[]) => chart(history, jobs, { ...UNICODE, colour: true })!;
  const inRed = (text: string) => [...text.matchAll(/\u001b\[31m(.*?)\u001b\[39m/g)].map((match) => match[1]);
  expect(inRed(coloured([hours(4)]))).toEqual([]);
  const crossed = inRed(coloured([hours(5.25)]));
  expect(crossed.filter((text) => text === '┼').length).toBeGreaterThan(8);
  expect(crossed.filter((text) => /[\u2801-\u28ff]/.test(text!)).length).toBeGreaterThan(0);
  expect(crossed.every((text) => /^(┼|[\u2800-\u28ff ]+|.*●.*)$/.test(text!))).toBe(true);
  expect(coloured([hours(4)])).toContain('\u001b[33m×\u001b[39m');
  expect(coloured([hours(5.25)]).replace(/\u001b\[\d+m/g, '')).toBe(chart(history, [hours(5.25)]));
});
