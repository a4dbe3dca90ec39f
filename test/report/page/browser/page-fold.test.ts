import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../../src/domain/model.ts';
import type { JobToJudge } from '../../../../src/domain/verdict/assessment.ts';
import { DAY, HOUR, MINUTE, pretend } from '../../../support/report/charted-histories.ts';
import { job } from '../../../support/report/measured-series.ts';
import { ciTest } from '../../../support/thorough.ts';
import { createPageFolder, describeInBrowser, openPage, waitUntilDrawn } from './browser-pages.ts';

const LAPTOP = { viewport: { width: 1280, height: 800 } };

/** Rotations that vary, on a host with a long name. A job of five hours is too long for some of them. */
const usual = (options: Parameters<typeof pretend>[0] = {}) =>
  pretend({
    time: 3 * DAY,
    identity: { host: 'loader-1.eu-west-1.compute.internal', role: 'warehouse-loader' },
    lifetimes: Array.from({ length: 72 }, (_, index) => 6 * HOUR + ((index * 7) % 9) * MINUTE),
    ...options,
  });

const failAtTheEnd = { failing: [{ from: 3 * DAY - 30 * MINUTE, to: 3 * DAY }] };
/** The source serves expired credentials for a few minutes. */
const expireBeforeRotations = { rotateEvery: 75 * MINUTE, lifetimes: [HOUR] };

/** One late rotation in a history with a gap, whose headline is long. */
const expireOnce = {
  lifetimes: Array.from({ length: 72 }, (_, index) =>
    index === 30 ? HOUR / 2 : 5 * HOUR + (index % 30) * 5 * MINUTE,
  ),
  pauses: [{ from: 12 * HOUR, to: 18 * HOUR }],
};

describeInBrowser('the first screen of a laptop', (started) => {
  const file = createPageFolder(afterAll);

  async function open(url: string, options: BrowserContextOptions = LAPTOP): Promise<Page> {
    const { page } = await openPage(started.browser, url, options);
    await waitUntilDrawn(page);
    return page;
  }

  const findBottoms = (page: Page, selectors: readonly string[]) =>
    page.evaluate(
      (all) => all.map((each) => document.querySelector(each)?.getBoundingClientRect().bottom ?? 0),
      selectors,
    );

  const live = { refreshSeconds: 60 };
  const cases: [name: string, histories: SeriesHistory[], jobs: JobToJudge[], options?: typeof live][] = [
    ['a live page of a job that is not safe, with a problem', [usual(failAtTheEnd)], [job(5)], live],
    ['a live page of a safe job, with a problem', [usual(failAtTheEnd)], [job(4)], live],
    ['a live page of two jobs', [usual()], [job(5), job(3)], live],
    ['a live page without a job', [usual(failAtTheEnd)], [], live],
    [
      'a report with three problems and a long headline',
      [usual({ ...expireOnce, ...failAtTheEnd })],
      [job(5)],
    ],
    ['a report with three problems', [usual({ ...expireBeforeRotations, ...failAtTheEnd })], [job(5)]],
    [
      'a live page with three problems',
      [usual({ ...expireBeforeRotations, ...failAtTheEnd })],
      [job(5)],
      live,
    ],
  ];

  test.for(cases)(
    'the headline, the problems and the chart with its time axis are on the first screen: %s',
    async ([name, histories, jobs, options]) => {
      const page = await open(file(histories, jobs, options));
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
      const count = await page.locator('.problems > ul > li').count();
      if (name.includes('three')) expect(count).toBe(3);
      else if (name.includes('a problem')) expect(count).toBe(1);
      const parts = ['section.verdict', ...(count > 0 ? ['.problems'] : []), '.saw-tooth .live'];
      const bottoms = await findBottoms(page, parts);
      expect(bottoms).toEqual(bottoms.toSorted((a, b) => a - b));
      expect(bottoms.at(-1)).toBeLessThanOrEqual(800);
    },
  );

  ciTest('a long problem has one line, and can be opened, on a phone and on paper it is whole', async () => {
    const url = file([usual({ ...expireBeforeRotations, ...failAtTheEnd })]);
    const page = await open(url);
    const summary = page.locator('.long-problem summary').first();
    const readHeight = (on: Page) =>
      on
        .locator('.long-problem summary')
        .first()
        .evaluate((each) => each.getBoundingClientRect().height);
    const isCut = (on: Page) =>
      on
        .locator('.long-problem summary')
        .evaluateAll((all) => all.some((each) => each.scrollWidth > each.clientWidth));
    const closed = await readHeight(page);
    expect(await isCut(page)).toBe(true);
    await summary.click();
    expect(await readHeight(page)).toBeGreaterThan(1.5 * closed);
    await summary.click();
    await page.emulateMedia({ media: 'print' });
    expect(await isCut(page)).toBe(false);
    const phone = await open(url, { viewport: { width: 390, height: 844 } });
    expect(await isCut(phone)).toBe(false);
  });

  ciTest('twenty hosts and a problem fit on the first screen', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) =>
      usual({
        ...(index === 4 ? failAtTheEnd : {}),
        identity: { host: `host-${index}`, role: 'simulated-role' },
        lifetimes: [(5 + (index % 3)) * HOUR + index * MINUTE],
      }),
    );
    const page = await open(file(hosts));
    expect(await page.locator('.problems').first().locator('li').count()).toBe(1);
    expect(await page.locator('.overview tbody tr').count()).toBe(20);
    const [problems = 0, table = 0] = await findBottoms(page, ['.problems', '.overview']);
    expect(problems).toBeLessThan(table);
    expect(table).toBeLessThanOrEqual(800);
  });
});
