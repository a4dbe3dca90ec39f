import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../../src/domain/model.ts';
import type { JobToJudge } from '../../../../src/domain/verdict/assessment.ts';
import { DAY, HOUR, MINUTE, pretend } from '../../../support/report/charted-histories.ts';
import { wantedJob } from '../../../support/report/judged-at.ts';
import { HOSTILE_NAMES, job, measured, START } from '../../../support/report/measured-series.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';
import { createPageFolder, describeInBrowser, openPage, waitUntilDrawn } from './browser-pages.ts';
import { findCollisions, measureCharts, recordDrawnTexts } from './drawn-texts.ts';

/** Validity when issued of consecutive generations: between `hours` and `hours` plus `spread`. */
const lifetimes = (hours: number, spread: number): number[] =>
  Array.from({ length: 50 }, (_, index) => hours * HOUR + ((index * 7919) % (spread * 60)) * MINUTE);

const fail = (from: number, to: number) => ({
  failedPolls: [{ reason: 'timeout', count: 9, firstAt: from, lastAt: to, lastDetail: 'after 1 s' }] as const,
  failedPollSpans: [{ from, to }],
});

/** An instance as usual: intervals of 60 to 66 minutes. */
function rotateHourly(days: number, lifetimeHours: number, host = 'web-1'): SeriesHistory {
  const history = measured({ generations: days * 23, identity: { host } });
  let begin = START + 18 * HOUR + 44 * MINUTE;
  const generations = history.generations.map((generation, index) => {
    const from = begin;
    begin += 60 * MINUTE + ((index * 7919 + days) % 360) * 1000;
    const [firstSeen, lastSeen] = [from + MINUTE, begin - MINUTE];
    const expiration = from + lifetimeHours * HOUR + ((index * 104_729) % 900) * 1000;
    return {
      ...generation,
      ...{ firstSeen, rawFirstSeen: firstSeen, lastSeen, rawLastSeen: lastSeen },
      ...{ expiration, latestExpiration: expiration, lastUpdated: from },
    };
  });
  return { ...history, generations };
}

const rotatingHosts = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    rotateHourly([2, 4, 14, 8, 40][index % 5] ?? 6, 4 + (index % 5), `loader-${index}.compute.internal`),
  );

/** Histories with labels at many different positions. */
const CASES: Record<string, [histories: SeriesHistory[], jobs: JobToJudge[]]> = {
  'twelve hours': [[measured()], [job(5)]],
  'fourteen days': [[pretend({ time: 14 * DAY, lifetimes: lifetimes(6, 1) })], [job(5.2)]],
  'two rotations in seconds': [
    [pretend({ time: 167_000, every: 2000, rotateEvery: 20_000, lifetimes: [60_000] })],
    [wantedJob(20, { margin: 5 })],
  ],
  'half a minute': [[pretend({ time: 150_000, every: 2000 })], [job(5)]],
  'a year': [[measured({ generations: 8760 })], [job(5)]],
  'a job that never fits': [[measured()], [job(7)]],
  'a job far below the curve': [[measured()], [job(0.1)]],
  'six close jobs': [
    [measured({ generations: 30 })],
    [4.9, 4.95, 5, 5.02, 5.05, 5.1].map((hours) => job(hours)),
  ],
  'a low worst case': [[pretend({ lifetimes: [6 * HOUR, 65 * MINUTE, 6 * HOUR] })], [job(4)]],
  'a low first generation': [[pretend({ lifetimes: [61 * MINUTE, ...Array(12).fill(6 * HOUR)] })], [job(1)]],
  'expired credentials': [[pretend({ rotateEvery: 75 * MINUTE, lifetimes: [HOUR] })], [job(0.5)]],
  'gaps and failed polls': [
    [
      {
        ...measured({ unseen: [3, 4, 5], generations: 40 }),
        ...fail(START + 20 * HOUR, START + 30 * HOUR),
      } as SeriesHistory,
    ],
    [job(5)],
  ],
  'rotation windows': [
    [pretend({ dated: false, every: 20 * MINUTE, time: DAY, lifetimes: lifetimes(6, 1) })],
    [job(5)],
  ],
  'one sample': [[pretend({ time: 3 * MINUTE })], [job(4)]],
  'requests with new credentials': [
    [pretend({ time: 3 * HOUR, rotateEvery: 5 * MINUTE, lifetimes: [HOUR] })],
    [job(0.5)],
  ],
  'no job': [[measured()], []],
  'hostile names': [
    [measured({ identity: { host: HOSTILE_NAMES[0], role: HOSTILE_NAMES.at(-1) ?? '' } })],
    [job(5, HOSTILE_NAMES.at(-1) ?? '')],
  ],
  ...Object.fromEntries(
    [2, 14, 40].flatMap((days) =>
      [4, 5, 6, 8].map((hours) => [
        `${days} days, rotations about every hour, ${hours}h validity`,
        [[rotateHourly(days, hours)], [job(5)]],
      ]),
    ),
  ),
  'two hosts': [rotatingHosts(2), [job(5)]],
  'five hosts': [rotatingHosts(5), [job(5), job(7)]],
  'twenty hosts': [rotatingHosts(20), [job(5)]],
  'a duration with seconds': [[measured()], [wantedJob(17_999, { name: 'nightly' })]],
};

const MODES = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  print: { viewport: { width: 688, height: 1000 } },
} satisfies Record<string, BrowserContextOptions>;
type Mode = keyof typeof MODES;

describeInBrowser('the layout of the page', (started) => {
  const file = createPageFolder(afterAll);

  async function openIn(mode: Mode, url: string): Promise<Page> {
    const { page } = await openPage(started.browser, url, MODES[mode], recordDrawnTexts);
    if (mode === 'print') {
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await page.emulateMedia({ media: 'print' });
    } else if ((await page.locator('[data-chart]').count()) > 0) {
      await page.locator('[data-chart]').first().scrollIntoViewIfNeeded();
      await waitUntilDrawn(page);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    return page;
  }

  const cases = Object.entries(CASES).flatMap(([name, [histories, jobs]]) =>
    Object.keys(MODES).map((mode) => ({ name, mode: mode as Mode, histories, jobs })),
  );

  test.for(sampleCases(cases, 133))(
    'labels overlap neither each other nor the plot: $name, $mode',
    async ({ mode, histories, jobs }) => {
      const page = await openIn(mode, file(histories, jobs));
      const charts = await measureCharts(page);
      expect(charts.length).toBeGreaterThan(0);
      expect(charts[0]?.texts.length).toBeGreaterThan(4);
      expect(charts.flatMap(findCollisions)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
        MODES[mode].viewport.width,
      );
    },
  );

  /** Twenty hosts, five hosts and so on, some of them not safe for a job of five hours. */
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      pretend({
        time: 2 * DAY,
        identity: { host: `ip-10-0-3-${index * 7}`, role: 'loader' },
        lifetimes: lifetimes(5 + ((index * 7) % 20) / 10, 0.5),
      }),
    );
  const findBottom = (page: Page, selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((each) => each.getBoundingClientRect().bottom);

  test('the headline, the problems and the whole chart are on the first screen', async () => {
    const page = await openIn(
      'light',
      file([{ ...measured(), ...fail(START, START + HOUR) } as SeriesHistory]),
    );
    expect(await page.locator('.problems').count()).toBe(1);
    expect(await findBottom(page, 'section.verdict')).toBeLessThan(await findBottom(page, '.problems'));
    expect(await findBottom(page, '.problems')).toBeLessThan(await findBottom(page, '.saw-tooth'));
    expect(await findBottom(page, '.u-over')).toBeLessThan(800);
  });

  ciTest(
    'without a script, forty-five rotations are a band on a phone, and teeth on a wide screen',
    async () => {
      const url = file([measured({ generations: 45 })]);
      for (const mode of ['phone', 'light'] as const) {
        const options = { ...MODES[mode], javaScriptEnabled: false };
        const { page } = await openPage(started.browser, url, options);
        expect(await page.locator('.saw-tooth .still .range').isVisible(), mode).toBe(mode === 'phone');
        expect(await page.locator('.saw-tooth .still .area').isVisible(), mode).toBe(mode === 'light');
      }
    },
  );

  ciTest('on a phone, the chart begins on the first screen', async () => {
    const page = await openIn('phone', file([measured()]));
    expect(await findBottom(page, '.saw-tooth figcaption')).toBeLessThan(844);
  });

  ciTest('twenty hosts fit on one screen, the worst first', async () => {
    const page = await openIn('light', file(hosts(20)));
    expect(await page.locator('.overview tbody tr').count()).toBe(20);
    expect(await findBottom(page, '.overview')).toBeLessThanOrEqual(800);
    const rows = await page.locator('.overview tbody tr').allInnerTexts();
    const isSafe = rows.map((row) => !row.includes('not safe'));
    expect(isSafe).toEqual(isSafe.toSorted((a, b) => Number(a) - Number(b)));
    expect(rows[0]).toMatch(/not safe\s+1h 05m short\s+\d+(\.\d+)?%/);
    const unsafe = isSafe.filter((each) => !each).length;
    expect(unsafe).toBeGreaterThan(1);
    expect(await page.locator('details.series[open]').count()).toBe(unsafe);
    expect(await page.locator('#series-1 h2').innerText()).toBe(
      await page.locator('.overview a').first().innerText(),
    );
  });

  ciTest('five series print on three pages, with whole legends', async () => {
    const page = await openIn('light', file(hosts(5)));
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(3);
    const print = await openIn('print', file(hosts(2)));
    const curves = print.locator('.saw-tooth .legend li', { hasText: 'remaining validity' });
    expect(await curves.filter({ visible: true }).count()).toBe(2);
  });

  test.for(sampleCases(['phone', 'light'] as const, 2))(
    'no timestamp and no row of a table breaks: %s',
    async (mode) => {
      const history = measured({ dated: false, generations: 40 });
      const page = await openIn(mode, file([history, measured({ identity: { host: 'web-2' } })]));
      const broken = await page.evaluate(() => {
        const countLines = (element: Element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
        };
        const texts = [...document.querySelectorAll('.one-line, .worst-rows td, .generation-rows td')];
        return texts.filter((each) => countLines(each) > 1).map(({ textContent }) => textContent);
      });
      expect(broken).toEqual([]);
      expect(await page.locator('.one-line').count()).toBeGreaterThan(10);
    },
  );

  ciTest('the table of the worst rotations fits a phone, with right-aligned numbers', async () => {
    const page = await openIn('phone', file([measured()]));
    const table = await page.locator('.scroll:has(.worst-rows)').evaluate((each) => ({
      overflow: each.scrollWidth - each.clientWidth,
      columns: [...each.querySelectorAll('thead th')]
        .filter((cell) => cell.getClientRects().length > 0)
        .map((cell) => [cell.textContent, getComputedStyle(cell).textAlign]),
    }));
    expect(await page.locator('.worst-rows td:nth-child(2)').first().innerText()).toMatch(
      /^\d\d-\d\d \d\d:\d\d$/,
    );
    expect(table).toEqual({
      overflow: 0,
      columns: [
        ['lead time', 'right'],
        ['rotated at', 'left'],
        ['validity when issued', 'right'],
        ['interval', 'right'],
      ],
    });
  });

  test('the columns of the worst rotations are aligned by their content if one of them is missing', async () => {
    const page = await openIn('light', file([measured({ generations: 2, dated: false })]));
    const columns = await page
      .locator('.worst-rows :is(th, tr:first-child td)')
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).textAlign));
    expect(await page.locator('.worst-rows th').allInnerTexts()).toEqual([
      'lead time',
      'rotated at',
      'notes',
    ]);
    const expected = ['right', 'left', 'left'];
    expect(columns).toEqual([...expected, ...expected]);
  });

  ciTest.for(['phone', 'light', 'print'] as const)(
    'the cells of the facts fill each line: %s',
    async (mode) => {
      const page = await openIn(mode, file([measured()], []));
      const gaps = await page.locator('.facts').evaluate((card) => {
        const right = card.getBoundingClientRect().right;
        const cells = [...card.children].map((cell) => cell.getBoundingClientRect());
        const ends = new Map<number, number>();
        for (const cell of cells) ends.set(cell.top, Math.max(ends.get(cell.top) ?? 0, cell.right));
        return [...ends.values()].map((end) => Math.round(right - end)).filter((gap) => gap > 2);
      });
      expect(gaps).toEqual([]);
      expect(await page.locator('.facts dd:empty').count()).toBe(0);
    },
  );

  ciTest('the facts do not repeat the figures of the headline', async () => {
    const page = await openIn('light', file([measured()]));
    const facts = await page.locator('.facts').innerText();
    expect(facts).not.toContain('worst case\n');
    expect(facts).not.toContain('99.02%');
    expect(facts).not.toContain('11h 55m');
    expect(facts).toContain('6h 00m – 6h 28m');
  });

  ciTest('a safe verdict of little history looks weaker than one of many days', async () => {
    const [histories = [], jobs] = CASES['two rotations in seconds'] ?? [];
    const weak = await openIn('light', file(histories, jobs));
    const strong = await openIn('light', file([pretend({ time: 14 * DAY })], [job(4)]));
    const ground = (page: Page) =>
      page.locator('section.verdict').evaluate((each) => getComputedStyle(each).backgroundColor);
    const plain = (page: Page) =>
      page
        .locator('.chart')
        .first()
        .evaluate((each) => getComputedStyle(each).backgroundColor);
    expect(await weak.locator('h1 .state').innerText()).toMatch(/^Safe so far/);
    expect(await ground(weak)).toBe(await plain(weak));
    expect(await strong.locator('h1 .state').innerText()).toMatch(/^Safe\b(?! so far)/);
    expect(await ground(strong)).not.toBe(await plain(strong));
  });
});
