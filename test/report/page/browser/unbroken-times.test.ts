import type { Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import type { FailedPollCount } from '../../../../src/domain/model.ts';
import { renderPage } from '../../../../src/report/page/html.ts';
import { HOUR, MINUTE, pretend } from '../../../support/report/charted-histories.ts';
import { contextAt, judgedAt } from '../../../support/report/judged-at.ts';
import { job, measured, START } from '../../../support/report/measured-series.ts';
import { ciTest } from '../../../support/thorough.ts';
import { createPageFolder, describeInBrowser, openPage } from './browser-pages.ts';
import { openServedPage } from './served-pages.ts';

const WIDTHS = [320, 340, 360, 375, 390, 410, 430, 600, 768, 1024, 1280];

/** The credentials of `measured` expire on the next day. */
const NOW = START + 20 * HOUR;

const failedAt = (at: number): FailedPollCount => ({
  reason: 'unreachable',
  count: 3,
  firstAt: at - 20 * MINUTE,
  lastAt: at,
  lastDetail: 'ECONNREFUSED',
});

const renderLive = (hosts: number, jobs: readonly number[], isFailing = false) => {
  const histories = Array.from({ length: hosts }, (_, index) =>
    measured({
      generations: 20,
      identity: { host: `db-loader-${index}` },
      failedPolls: isFailing ? [failedAt(NOW - MINUTE)] : [],
    }),
  );
  const assessment = judgedAt(
    NOW,
    histories,
    jobs.map((hours) => job(hours)),
  );
  return renderPage(assessment, contextAt(NOW, assessment, {}), { refreshSeconds: 60 });
};

/** The visible timestamps that a line end divides, in windows of several widths. */
async function findBrokenTimes(page: Page): Promise<string[]> {
  const broken = new Set<string>();
  let count = 0;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    const found = await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const times: { text: string; lines: number }[] = [];
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const pattern = /\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?/g;
        for (const { 0: text, index } of (node.nodeValue ?? '').matchAll(pattern)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + text.length);
          const tops = Array.from(range.getClientRects(), ({ top }) => Math.round(top));
          const parent = node.parentElement?.closest('[class]')?.className ?? '';
          times.push({ text: `${parent}: ${text}`, lines: new Set(tops).size });
        }
      }
      return times;
    });
    count += found.filter(({ lines }) => lines > 0).length;
    for (const { text, lines } of found) if (lines > 1) broken.add(text);
  }
  expect(count).toBeGreaterThan(WIDTHS.length);
  return [...broken];
}

const openAll = (page: Page) =>
  page.$$eval('details', (all: HTMLDetailsElement[]) => {
    for (const details of all) details.open = true;
  });

describeInBrowser('timestamps', (started) => {
  const file = createPageFolder(afterAll);

  ciTest.for([
    ['one series', renderLive(1, [5, 7])],
    ['one series that fails', renderLive(1, [5], true)],
    ['two series', renderLive(2, [5, 7])],
    ['a series without a job', renderLive(1, [])],
  ] as const)('no line of a live page with %s ends within a timestamp', async ([, html]) => {
    const { page, state } = await openServedPage(started.browser, html, { now: NOW });
    await openAll(page);
    // Each answer of a job, also those that become true later.
    await page.$$eval('[data-answer]', (all) => {
      for (const each of all) each.removeAttribute('hidden');
    });
    expect(await findBrokenTimes(page)).toEqual([]);
    state.isDown = true;
    await page.clock.runFor(70_000);
    await expect.poll(() => page.isVisible('.out-of-reach')).toBe(true);
    expect(await findBrokenTimes(page)).toEqual([]);
  });

  ciTest('no line of a report ends within a timestamp', async () => {
    const history = pretend({
      time: 40 * HOUR,
      lifetimes: [6 * HOUR, 5 * HOUR, 7 * HOUR],
      failing: [{ from: 9 * HOUR, to: 12 * HOUR }],
    });
    const { page } = await openPage(started.browser, file([history, measured({})], [job(5), job(9)]));
    await openAll(page);
    expect(await findBrokenTimes(page)).toEqual([]);
  });
});
