import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FailedPollCount, SeriesHistory } from '../../../../src/domain/model.ts';
import type { LastPoll } from '../../../../src/report/context.ts';
import { renderPage } from '../../../../src/report/page/html.ts';
import { contextAt, judgedAt } from '../../../support/report/judged-at.ts';
import { job, measured, START } from '../../../support/report/measured-series.ts';
import { ciTest } from '../../../support/thorough.ts';
import { describeInBrowser, readView } from './browser-pages.ts';
import { openServedPage } from './served-pages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Two minutes after the last sample. The newest credentials expire at 17:17. */
const NOW = START + 12 * HOUR;

interface Rendered {
  now?: number;
  jobs?: readonly number[];
  lastPolls?: readonly LastPoll[];
  version?: string;
}

const render = (
  histories: readonly SeriesHistory[],
  { now = NOW, jobs = [5], ...more }: Rendered = {},
): string => {
  const assessment = judgedAt(
    now,
    histories,
    jobs.map((hours) => job(hours)),
  );
  return renderPage(assessment, contextAt(now, assessment, more), { refreshSeconds: 60 });
};

/** The default is one second, in which a busy machine may not load a page. */
const ON_BUSY_MACHINE = { timeout: 20_000 };

const series = (host: string, options: Parameters<typeof measured>[0] = {}) =>
  measured({ ...options, identity: { host } });

const failure = (at: number): FailedPollCount => ({
  reason: 'unreachable',
  count: 1,
  firstAt: at,
  lastAt: at,
  lastDetail: 'ECONNREFUSED',
});

describeInBrowser('a live page', (started) => {
  /** As {@link openServedPage}. */
  async function openLive(html: string, options: BrowserContextOptions = {}) {
    const { state, page } = await openServedPage(started.browser, html, { now: NOW, ...options });
    /** Runs the clock until the page has got another response. */
    const update = async () => {
      const before = state.requests;
      for (let second = 0; second < 70 && state.requests === before; second += 1) {
        await page.clock.runFor(1000);
        await page.evaluate(() => 0);
      }
      await settle(page);
    };
    return { state, page, update };
  }

  /** Waits until the page has merged a response: `fetch` and reading its body take some turns. */
  const settle = async (page: Page) => {
    for (let turn = 0; turn < 10; turn += 1)
      await page.evaluate(() =>
        fetch('/x')
          .then((response) => response.text())
          .catch(() => ''),
      );
  };

  /** Playwright's own click waits for frames, and the clock does not run. */
  const click = (page: Page, selector: string) =>
    page.$eval(selector, (each) => (each as HTMLElement).click());

  /** The first chart is drawn when the user scrolls near it. */
  const waitUntilDrawn = (page: Page) =>
    expect.poll(() => page.$$eval('[data-state=drawn]', (all) => all.length)).toBeGreaterThan(0);

  const readNow = async (page: Page) =>
    (await page.innerText('.now')).split('\n').filter((line) => line !== '');

  test('a live page counts down every second without requests', async () => {
    const lastPolls: LastPoll[] = [
      { host: 'a', source: 'imds', seconds: 0.1, endedAt: NOW - 10_000, nextPollAt: NOW + 60_000 },
    ];
    const { state, page } = await openLive(render([series('a')], { lastPolls }));
    expect(await readNow(page)).toEqual([
      'Now times in UTC',
      'May a 5h job start now?',
      'Yes, until 12:12:00',
      'A start now is safe, but a start at another time may not be.',
      'time left',
      '5h 16m 40s',
      'expires at 17:17:00',
      'next rotation',
      'overdue for 20s',
      'expected at 12:00:00',
      'last poll',
      '30s ago',
      'recorded',
      'next poll',
      'in 40s',
    ]);
    await page.clock.runFor(3000);
    const later = await readNow(page);
    expect(later[5]).toBe('5h 16m 37s');
    expect(later[8]).toBe('overdue for 23s');
    expect([later[11], later[14]]).toEqual(['33s ago', 'in 37s']);
    expect(state.requests).toBe(0);
  });

  ciTest('an answer ends at its time, without a response of the server', async () => {
    const { state, page } = await openLive(render([series('a')]));
    state.isDown = true;
    const answer = async () => page.innerText('.start');
    await page.clock.fastForward(11 * MINUTE);
    expect(await answer()).toBe('Was: yes, until 12:12:00');
    await page.clock.fastForward(80_000);
    expect(await answer()).toBe('No: a start was safe until 12:12:00');
    await page.clock.fastForward(MINUTE);
    expect(await answer()).toBe('Unknown: no sample since 11:58:00');
  });

  test('an update changes values in place, and keeps focus, view, sections, scroll position and rows', async () => {
    const hosts = ['a', 'b', 'c'];
    const before = hosts.map((host) => series(host, { generations: 250 }));
    const now = START + 250 * HOUR;
    const { state, page, update } = await openLive(render(before, { now }));
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await waitUntilDrawn(page);
    await click(page, '#series-1 .older button');
    await click(page, '#series-2 > summary');
    await page.locator('.live').first().focus();
    await page.keyboard.press('+');
    const zoomed = await readView(page);
    await page.evaluate(() => scrollTo(0, 900));
    const top = await page
      .locator('.live')
      .first()
      .evaluate((each) => each.getBoundingClientRect().top);
    state.html = render(
      hosts.map((host, index) =>
        series(host, { generations: 252, failedPolls: index === 1 ? [failure(now + 2 * HOUR)] : [] }),
      ),
      { now: now + 2 * HOUR },
    );
    await update();
    await expect.poll(() => page.innerText('.now')).toContain('failed: unreachable (ECONNREFUSED)');
    const after = await page.evaluate(() => ({
      isSamePage: 'isSamePage' in window,
      focus: document.activeElement?.className,
      open: [...document.querySelectorAll('details.series')].map((each) => each.hasAttribute('open')),
      rows: document.querySelectorAll('#series-1 .generations tbody tr').length,
      first: document.querySelector('#series-1 .generations tbody tr')?.textContent?.slice(0, 19),
      top: document.querySelector('.live')?.getBoundingClientRect().top,
    }));
    expect(after).toMatchObject({ isSamePage: true, focus: 'live', rows: 250 });
    expect(after.open).toEqual([true, false, true]);
    expect(Math.abs((after.top ?? 0) - top)).toBeLessThan(2);
    expect(await readView(page)).toEqual(zoomed);
    expect(state.navigations).toBe(1);
  });

  ciTest('a page after an update equals the same page when it is opened', async () => {
    const first = render([series('b', { generations: 3 }), series('c')], { jobs: [5, 1] });
    const second = render([
      series('a', { failedPolls: [failure(NOW - 1000)] }),
      series('b', { generations: 5, unseen: [2] }),
      series('d', { dated: false }),
      series('c', { generations: 12, failedPolls: [failure(NOW - HOUR)] }),
    ]);
    const read = (page: Page) =>
      page.evaluate(() => {
        const main = document.querySelector('main')?.cloneNode(true) as Element;
        for (const each of main.querySelectorAll('.live, .readout')) each.replaceChildren();
        for (const each of main.querySelectorAll('*')) {
          for (const { name } of [...each.attributes])
            if (['open', 'hidden', 'data-state', 'data-from', 'data-to', 'data-points'].includes(name))
              each.removeAttribute(name);
        }
        return [document.title, document.querySelector('link[rel=icon]')?.outerHTML, main.outerHTML];
      });
    const updated = await openLive(first);
    updated.state.html = second;
    await updated.update();
    await expect.poll(() => updated.page.innerText('.now')).toContain('failed: unreachable');
    await updated.page.clock.runFor(1000);
    const opened = await openLive(second);
    const difference =
      (await updated.page.evaluate(() => Date.now())) - (await opened.page.evaluate(() => Date.now()));
    await opened.page.clock.runFor(difference);
    expect(await read(updated.page)).toEqual(await read(opened.page));
  });

  ciTest('a chart extends to new samples, and the chart of a series that moves stays the same', async () => {
    const { state, page, update } = await openLive(render([series('b')]));
    await waitUntilDrawn(page);
    const { to } = await readView(page);
    await page.evaluate(() => {
      Object.assign(window, { canvas: document.querySelector('canvas') });
    });
    state.html = render([series('b', { generations: 14 })], { now: NOW + 2 * HOUR });
    await update();
    await expect.poll(async () => (await readView(page)).to).toBe(to + 2 * HOUR);
    expect(await page.evaluate(() => (window as unknown as { canvas: Element }).canvas.isConnected)).toBe(
      true,
    );
  });

  test('a page says since when its server is away, retries, and continues when the server is back', async () => {
    const { state, page, update } = await openLive(render([series('a')]));
    state.isDown = true;
    await update();
    await expect.poll(() => page.isVisible('.out-of-reach')).toBe(true);
    expect(await page.innerText('.start')).toBe('Was: yes, until 12:12:00');
    const readColour = (selector: string) => page.$eval(selector, (each) => getComputedStyle(each).color);
    expect(await readColour('[data-answer=former]')).toBe(await readColour('.question'));
    const text = await page.innerText('.out-of-reach');
    expect(text).toMatch(
      /^The server of this page has not responded since 2026-03-01 12:01:\d\dZ\. This page shows the last known state\.$/,
    );
    await page.clock.runFor(11_000);
    expect(await page.innerText('.out-of-reach')).toBe(text);
    state.isDown = false;
    state.html = render([series('a', { generations: 13 })], { now: NOW + HOUR });
    await update();
    await expect.poll(() => page.isVisible('.out-of-reach')).toBe(false);
    expect(await page.innerText('.start')).toMatch(/^Yes, until 13:19:00\nA start now is safe, but /);
    expect(await page.innerText('.now')).toContain('expires at 18:24:00');
    expect(state.navigations).toBe(1);
  });

  ciTest('a page is up to date at once after its tab was asleep', async () => {
    const { state, page } = await openLive(render([series('a')]));
    const setHidden = (isHidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await setHidden(true);
    const before = state.requests;
    state.html = render([series('a', { generations: 15 })], { now: NOW + 3 * HOUR });
    await page.clock.pauseAt(NOW + 3 * HOUR + 10_000);
    await setHidden(false);
    await page.clock.runFor(10);
    await expect.poll(() => state.requests).toBeGreaterThan(before);
    await settle(page);
    await expect.poll(() => page.innerText('.now')).toContain('expires at 20:');
  });

  ciTest('a selection is not disturbed, and the update follows', async () => {
    const { state, page, update } = await openLive(render([series('a')]));
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('.verdict')!));
    const selected = await page.evaluate(() => String(getSelection()));
    state.html = render([series('a', { generations: 13 })], { now: NOW + HOUR });
    await update();
    await page.clock.runFor(3000);
    expect(await page.evaluate(() => String(getSelection()))).toBe(selected);
    expect(await page.innerText('.made')).toContain('12:00:00Z');
    expect(state.requests).toBe(1);
    await page.evaluate(() => getSelection()?.removeAllRanges());
    await page.clock.runFor(2000);
    await expect.poll(() => page.innerText('.made')).toContain('13:00:00Z');
  });

  ciTest('a selection that stays delays an update by one minute', async () => {
    const { state, page, update } = await openLive(render([series('a')]));
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('.verdict')!));
    state.html = render([series('a', { generations: 13 })], { now: NOW + HOUR });
    await update();
    await page.clock.runFor(50_000);
    expect(await page.innerText('.made')).toContain('12:00:00Z');
    await page.clock.runFor(15_000);
    await expect.poll(() => page.innerText('.made')).toContain('13:00:00Z');
  });

  ciTest('a clock of the device that is set back does not extend an answer', async () => {
    const { state, page } = await openLive(render([series('a')]));
    expect(await page.innerText('.start')).toMatch(/^Yes, until 12:12:00\n/);
    state.isDown = true;
    await page.clock.runFor(10 * MINUTE);
    await page.clock.setSystemTime(NOW - HOUR);
    await page.clock.runFor(2 * MINUTE);
    await expect.poll(() => page.innerText('.start')).toBe('No: a start was safe until 12:12:00');
  });

  ciTest('a poll that is due is shown soon after it', async () => {
    const lastPolls: LastPoll[] = [
      { host: 'a', source: 'imds', seconds: 0.1, endedAt: NOW - 10_000, nextPollAt: NOW + 30_000 },
    ];
    const { state, page } = await openLive(render([series('a')], { lastPolls }));
    await page.clock.runFor(4000);
    expect(state.requests).toBe(0);
    await page.clock.runFor(8000);
    await expect.poll(() => state.requests).toBe(1);
  });

  ciTest('a page reloads if the server has another version of it, and keeps open sections', async () => {
    const hosts = ['a', 'b', 'c', 'd'].map((host) => series(host));
    const { state, page, update } = await openLive(render(hosts));
    await click(page, '#series-3 > summary');
    const isOpen = await page.$eval('#series-3', (each) => each.hasAttribute('open'));
    await page.$eval('#series-3', (each) => each.setAttribute('data-old', ''));
    state.html = render(hosts).replace('base-uri ', 'frame-src &#39;none&#39;; base-uri ');
    // The navigation ends the scripts of the test in the page.
    await update().catch(() => {});
    await expect.poll(() => state.navigations, ON_BUSY_MACHINE).toBe(2);
    // The old document can still be there when the new one is requested.
    const readSection = () =>
      page
        .$eval('#series-3', (each) => [each.hasAttribute('data-old'), each.hasAttribute('open')])
        .catch(() => null);
    await expect.poll(readSection, ON_BUSY_MACHINE).toEqual([false, isOpen]);
  });

  ciTest('a page counts by the clock of its server', async () => {
    const { state, page, update } = await openLive(render([series('a')]));
    // The clock of the device is two hours behind.
    state.date = NOW + 2 * HOUR;
    state.html = render([series('a', { generations: 14 })], { now: NOW + 2 * HOUR });
    await update();
    await page.clock.runFor(1000);
    await expect.poll(() => page.innerText('.now')).toMatch(/last poll\n2m 0\ds ago/);
  });

  ciTest('several jobs and series are a table, with failures first', async () => {
    const { page } = await openLive(
      render([series('a'), series('b', { failedPolls: [failure(NOW - 5000)] })], { jobs: [5, 1] }),
    );
    const rows = await page.$$eval('.now tbody tr', (all) =>
      all.map((each) => (each as HTMLElement).innerText.replace(/\s+/g, ' ')),
    );
    expect(rows[0]).toMatch(
      /^b · imds v2 · app unknown: the last poll failed unknown: .* 25s ago failed: unreachable/,
    );
    expect(rows[1]).toMatch(/^a · imds v2 · app yes, until 12:12:00 yes, until 16:12:00 5h 16m 40s/);
    expect(await page.innerText('.now')).toContain(
      'Where the answer is yes, a start now is safe, but a start at another time may not be.',
    );
  });

  const LAST_POLL = { host: 'a', source: 'imds', seconds: 0.1, endedAt: NOW - 10_000 } as const;

  ciTest('the next poll is shown only for series that this poller polls', async () => {
    const pages = [
      { lastPolls: [], next: null },
      { lastPolls: [{ ...LAST_POLL, host: 'b', nextPollAt: NOW + 30_000 }], next: null },
      { lastPolls: [{ ...LAST_POLL, nextPollAt: NOW + 3_600_000 }], next: 'in 59m' },
      { lastPolls: [{ ...LAST_POLL, nextPollAt: null }], next: 'polling now' },
      { lastPolls: [{ ...LAST_POLL, nextPollAt: Number.POSITIVE_INFINITY }], next: 'no further poll' },
    ];
    const { state, page } = await openLive(render([series('a')]));
    for (const { lastPolls, next } of pages) {
      state.html = render([series('a')], { lastPolls });
      await page.reload();
      await page.clock.runFor(10);
      const lines = await readNow(page);
      const index = lines.indexOf('next poll');
      expect(index < 0 ? null : lines[index + 1]?.replace(/ \d\ds$/, '')).toBe(next);
    }
  });

  ciTest.for([
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ])('the answer for now is above the headline about all start times: $width px', async (viewport) => {
    const { page } = await openLive(render([series('a')], { jobs: [7] }), { viewport });
    const tops = await page.$$eval('.answer, .verdict, .verdict > .advice', (all) =>
      all.map((each) => [each.className.split(' ').at(-1), each.getBoundingClientRect().top]),
    );
    expect(tops.map(([name]) => name)).toEqual(['answer', 'bad', 'advice']);
    expect(tops.map(([, top]) => Number(top))).toEqual(
      tops.map(([, top]) => Number(top)).toSorted((a, b) => a - b),
    );
    expect(Number(tops[0]?.[1])).toBeLessThan(120);
    const readSize = (selector: string) =>
      page.$eval(selector, (each) => Number.parseFloat(getComputedStyle(each).fontSize));
    expect(await readSize('.verdict h1')).toBeLessThan(await readSize('.answer'));
    expect(await page.innerText('.verdict .question')).toBe('If the job may start at any time');
  });

  ciTest('expired credentials have a time in the past, with its date', async () => {
    const { page } = await openLive(render([series('a')], { now: NOW + 24 * HOUR, lastPolls: [] }));
    await page.clock.runFor(24 * HOUR);
    expect(await readNow(page)).toContain('expired at 2026-03-01 17:17:00');
  });

  ciTest('a page without script has all values', async () => {
    const { page } = await openLive(render([series('a')]), { javaScriptEnabled: false });
    const text = await page.innerText('.now');
    expect(text).toContain('Yes, until 12:12:00');
    expect(text).not.toContain('no sample since');
    expect(text).toContain('5h 17m');
    expect(text).toContain('2m ago');
  });
});
