import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../../src/domain/model.ts';
import type { JobToJudge } from '../../../../src/domain/verdict/assessment.ts';
import { describeReader } from '../../../support/credential-formats/describe-reader.ts';
import { DAY, HOUR, MINUTE, pretend } from '../../../support/report/charted-histories.ts';
import { wantedJob } from '../../../support/report/judged-at.ts';
import { HOSTILE_NAMES, job, measured, START } from '../../../support/report/measured-series.ts';
import { sampleCases } from '../../../support/thorough.ts';
import { createPageFolder, openPage, startBrowser, waitUntilDrawn } from './browser-pages.ts';
import { findCollisions, measureCharts, recordDrawnTexts } from './drawn-texts.ts';

/** Validity when issued of consecutive generations: between `hours` and `hours` plus `spread`. */
const lifetimes = (hours: number, spread: number): number[] =>
  Array.from({ length: 50 }, (_, index) => hours * HOUR + ((index * 7919) % (spread * 60)) * MINUTE);

const fail = (from: number, to: number) => ({
  failedPolls: [{ reason: 'timeout', count: 9, firstAt: from, lastAt: to, lastDetail: 'after 1 s' }] as const,
  failedPollSpans: [{ from, to }],
});

/** Histories with labels at many different positions. */
const CASES: Record<string, [histories: SeriesHistory[], jobs: JobToJudge[]]> = {
  'twelve hours': [[measured()], [job(5)]],
  'fourteen days': [[pretend({ time: 14 * DAY, lifetimes: lifetimes(6, 1) })], [job(5.2)]],
  'two rotations in seconds': [
    [pretend({ time: 167_000, every: 2000, rotateEvery: 20_000, lifetimes: [60_000] })],
    [wantedJob(20, { margin: 5 })],
  ],
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
  'a duration with seconds': [[measured()], [wantedJob(17_999, { name: 'nightly' })]],
};

const MODES = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  print: { viewport: { width: 688, height: 1000 } },
} satisfies Record<string, BrowserContextOptions>;
type Mode = keyof typeof MODES;

describeReader(
  'the layout of the page',
  { program: 'chromium', package: 'chromium', folders: ['/usr/bin'] },
  (path) => {
    let browser: Browser;
    const file = createPageFolder(afterAll);
    beforeAll(async () => {
      browser = await startBrowser(path);
    });
    afterAll(() => browser.close());

    async function openIn(mode: Mode, url: string): Promise<Page> {
      const { page } = await openPage(browser, url, MODES[mode], recordDrawnTexts);
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

    test.for(sampleCases(cases, 12))(
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
  },
);
