import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { renderFleetPage } from '../../../../src/report/page/html.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { job as fleetJob, hourly, identity } from '../../../support/report/assessments.ts';
import { DAY, HOUR, MINUTE, pretend } from '../../../support/report/charted-histories.ts';
import { fleetContext, judgeFleet } from '../../../support/report/fleets.ts';
import { wantedJob } from '../../../support/report/judged-at.ts';
import { job, measured } from '../../../support/report/measured-series.ts';
import { ciTest } from '../../../support/thorough.ts';
import { createPageFolder, describeInBrowser, openPage, waitUntilDrawn } from './browser-pages.ts';

const LIGHT = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 } };

/** One host whose lead time is once shorter than usual. */
const oneShortRotation = (short: number) =>
  pretend({
    time: 3 * DAY,
    lifetimes: Array.from({ length: 72 }, (_, index) => 6 * HOUR - (index === 20 ? short : 0)),
  });

/** The number of reddish pixels of the drawn chart. */
const countRed = (page: Page) =>
  page.$eval('.live canvas', (canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let index = 0; index < data.length; index += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(index, index + 4);
      if (alpha > 100 && red > green + 50 && red > blue + 50) count += 1;
    }
    return count;
  });

describeInBrowser('what a reader sees on the page', (started) => {
  const file = createPageFolder(afterAll);

  async function openDrawn(...args: Parameters<typeof file>): Promise<Page> {
    const { page } = await openPage(started.browser, file(...args), LIGHT);
    await waitUntilDrawn(page);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    return page;
  }

  ciTest(
    'a shortfall of ten seconds in three days is visible in the chart, with and without the script',
    async () => {
      const history = oneShortRotation(10_000);
      // A start just before the rotation has 5 h less ten seconds.
      const required = wantedJob(5 * 3600 - 300, { margin: 300 });
      const unsafe = await openDrawn([history], [required]);
      const safe = await openDrawn([history], [wantedJob(5 * 3600 - 400, { margin: 300 })]);
      expect(await unsafe.locator('.legend').first().innerText()).toContain('too short for the job');
      expect(await countRed(safe)).toBe(0);
      // The dashed line is red, too.
      const line = (await unsafe.$eval('.live canvas', ({ clientWidth }) => clientWidth)) * 2;
      expect(await countRed(unsafe)).toBeGreaterThan(10);
      expect(await countRed(unsafe)).toBeLessThan(line);
      const { page: still } = await openPage(started.browser, file([history], [required]), {
        ...LIGHT,
        javaScriptEnabled: false,
      });
      const short = still.locator('.still path.short').first();
      expect(await short.evaluate((each) => getComputedStyle(each).strokeWidth)).toBe('2px');
      expect(
        await short.evaluate(
          (each) => each.getAttribute('vector-effect') ?? getComputedStyle(each).vectorEffect,
        ),
      ).toBe('non-scaling-stroke');
    },
  );

  ciTest('dates of one year have no year, because it would stand below one date only', async () => {
    const labels = async (history: ReturnType<typeof pretend>) => {
      const { page } = await openPage(started.browser, file([history]), {
        ...PHONE,
        javaScriptEnabled: false,
      });
      return page.locator('.saw-tooth .ticks text:visible').allTextContents();
    };
    const days = (await labels(pretend({ time: 14 * DAY }))).filter((text) => /^\d\d-\d\d$/.test(text));
    expect(days.length).toBeGreaterThan(1);
    expect(await labels(pretend({ time: 14 * DAY }))).not.toContain('2026');
    const twoYears = await labels(measured({ generations: 400 * 24 }));
    expect(twoYears.filter((text) => /^20\d\d$/.test(text)).length).toBeGreaterThan(1);
  });

  /** Hosts with a long verdict and advice, as usual. */
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      pretend({
        time: 4 * DAY,
        identity: { host: `db-loader-${index}`, role: 'loader' },
        lifetimes: Array.from(
          { length: 97 },
          (_, number) => 6 * HOUR - ((number * (index + 3)) % 13) * MINUTE,
        ),
      }),
    );

  ciTest('five unsafe series print on three pages, with charts, evidence and worst rotations', async () => {
    const page = await openDrawn(hosts(5), [job(4.85)]);
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(3);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
    for (const part of ['.saw-tooth .still', '.beside .wide', '.evidence', '.worst-rows', '.facts'])
      expect(await page.locator(`${part}:visible`).count(), part).toBe(5);
  });

  ciTest('the page of one series prints on one page', async () => {
    const page = await openDrawn(hosts(1), [job(4.85)]);
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
  });

  ciTest('a command in the advice is code, and keeps its case', async () => {
    const page = await openDrawn(hosts(1), [job(4.85)]);
    const advice = page.locator('.advice li.command');
    expect(await advice.locator('code').innerText()).toMatch(/^cred-watch exec -j 4h51m /);
    const transform = await advice.evaluate((each) => getComputedStyle(each, '::first-letter').textTransform);
    expect(transform).toBe('none');
  });

  ciTest('on a phone, each series has its verdict, shortfall and share of safe starts', async () => {
    const { page } = await openPage(started.browser, file(hosts(2), [job(4.85)]), PHONE);
    const [row] = await page.locator('.series-rows tbody tr').all();
    const visible =
      row === undefined ? [] : await row.locator('th, td').filter({ visible: true }).allInnerTexts();
    expect(visible).toHaveLength(4);
    expect(visible.slice(1)).toEqual([
      'not safe',
      expect.stringMatching(/ short$/),
      expect.stringMatching(/^[\d.]+%$/),
    ]);
    expect(await page.$eval('.scroll:has(.series-rows)', (each) => each.scrollWidth - each.clientWidth)).toBe(
      0,
    );
  });

  ciTest('twenty hosts of a fleet fit on one screen, with notes about old samples', async () => {
    const folder = temporaryFolder();
    const histories = Array.from({ length: 20 }, (_, index) =>
      hourly(identity({ host: `web-${index}` }), {
        lifetimes: index < 5 ? [2 * 3600, 2 * 3600] : [6 * 3600, 6 * 3600, 6 * 3600],
        ...(index === 7 ? { began: 90 } : {}),
      }),
    );
    const fleet = judgeFleet(histories, { jobs: [fleetJob(3 * 3600)] });
    const path = join(folder, 'fleet.html');
    writeFileSync(path, renderFleetPage(fleet, fleetContext()));
    const { page } = await openPage(started.browser, pathToFileURL(path).href, LIGHT);
    expect(await page.locator('.host-rows tbody tr').count()).toBe(20);
    const bottom = await page.locator('.host-rows').evaluate((each) => each.getBoundingClientRect().bottom);
    expect(bottom).toBeLessThanOrEqual(800);
    const old = page.locator('.host-rows tr', { hasText: 'web-7' });
    expect(await old.locator('.warning').innerText()).toMatch(/^samples \d+d old$/);
    const colour = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((each) => getComputedStyle(each).color);
    expect(await colour('.warning')).toBe(await colour('.badge.unsure'));
  });
});
