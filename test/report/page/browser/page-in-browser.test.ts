import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { HOSTILE_NAMES, job, measured, START } from '../../../support/report/measured-series.ts';
import { ciTest, isThorough } from '../../../support/thorough.ts';
import {
  createPageFolder,
  describeInBrowser,
  locatePlot,
  newContext,
  type OpenedPage,
  openIn,
  openPage,
  readReadout,
  readView,
  renderHistories,
  waitUntilDrawn,
} from './browser-pages.ts';

const HOUR = 3_600_000;

describeInBrowser('the page', (started) => {
  const file = createPageFolder(afterAll);

  // Opening a page is slow, so tests that restore its state share it.
  let alone: OpenedPage;
  let several: OpenedPage;

  beforeAll(async () => {
    const openShared = async (url: string) =>
      openIn(await (await newContext(started.browser)).newPage(), url);
    const failedPollSpans = [{ from: START, to: START }];
    alone = await openShared(file([measured({ unseen: [5, 6], failedPollSpans })]));
    const others = ['b', 'c', 'd'].map((host) => measured({ identity: { host } }));
    several = await openShared(file([measured({ generations: 300 }), ...others], [job(5), job(4)]));
    await Promise.all([waitUntilDrawn(alone.page), waitUntilDrawn(several.page)]);
  });

  const open = (url: string, options?: BrowserContextOptions, prepare?: (page: Page) => Promise<void>) =>
    openPage(started.browser, url, options, prepare);

  test('the page opens from a file without errors and draws the chart', async () => {
    const { page, complaints } = alone;
    expect(await page.title()).toBe('not safe · 5h · web-1 · imds v2 · app · cred-watch');
    expect(await page.locator('.live canvas').isVisible()).toBe(true);
    expect(await page.locator('.still').isVisible()).toBe(false);
    // Two points for each of ten generations, and one that interrupts the line.
    expect(await page.getAttribute('[data-chart]', 'data-points')).toBe('21');
    expect(complaints).toEqual([]);
  });

  ciTest('the page zooms by dragging, and resets with a double click', async () => {
    const { page, complaints } = alone;
    const whole = await readView(page);
    expect(whole).toEqual({ from: START + 180_000, to: START + 11 * HOUR + 58 * 60_000 });
    const plot = await locatePlot(page);
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + plot.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.5, y, { steps: 4 });
    await page.mouse.up();
    const zoomed = await readView(page);
    const length = whole.to - whole.from;
    expect(Math.abs(zoomed.from - (whole.from + length * 0.25))).toBeLessThan(length * 0.01);
    expect(Math.abs(zoomed.to - (whole.from + length * 0.5))).toBeLessThan(length * 0.01);
    await page.mouse.dblclick(plot.x + plot.width / 2, y);
    expect(await readView(page)).toEqual(whole);
    expect(complaints).toEqual([]);
  });

  test('the page shows the remaining validity at the pointer, and the spare of the job', async () => {
    const { page } = alone;
    const plot = await locatePlot(page);
    await page.mouse.move(plot.x + 1, plot.y + 20);
    expect(await readReadout(page)).toMatch(
      /^2026-03-01 00:0\d:\d\dZ: 5h 5\dm(?: \d\ds)? left · 5h was safe, \d+m(?: \d\ds)? to spare$/,
    );
    await page.mouse.move(plot.x + plot.width / 2, plot.y + 20);
    expect(await readReadout(page)).toMatch(/^2026-03-01 0\S+: gap, served credentials unknown$/);
  });

  test('the chart can be moved, zoomed and read with keys and buttons', async () => {
    const { page, complaints } = alone;
    const whole = await readView(page);
    const length = async () => {
      const { from, to } = await readView(page);
      return (to - from) / (whole.to - whole.from);
    };
    await page.locator('.live').focus();
    await page.keyboard.press('+');
    expect(await length()).toBeCloseTo(0.5, 2);
    const before = await readView(page);
    await page.keyboard.press('ArrowLeft');
    expect((await readView(page)).from).toBeLessThan(before.from);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await readReadout(page)).toMatch(/ left · 5h /);
    expect(await page.getAttribute('.readout', 'aria-live')).toBe('polite');
    await page.keyboard.press('-');
    expect(await length()).toBe(1);
    await page.keyboard.press('+');
    await page.keyboard.press('Escape');
    expect(await readView(page)).toEqual(whole);
    for (const [name, expected] of [
      ['zoom in', 0.5],
      ['later', 0.5],
      ['zoom out', 1],
      ['zoom in', 0.5],
      ['all', 1],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click();
      expect(await length()).toBeCloseTo(expected, 2);
    }
    expect(complaints).toEqual([]);
  });

  test('the page blocks other scripts and all requests', async () => {
    const { page } = alone;
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.pwned = 1';
      document.body.append(script);
      document.body.setAttribute('onclick', 'window.pwned = 2');
      document.body.click();
      const fetched = await fetch('data:text/plain,x').then(
        () => 'fetched',
        () => 'refused',
      );
      return [(window as { pwned?: number }).pwned, fetched];
    });
    expect(outcome).toEqual([undefined, 'refused']);
  });

  ciTest(
    'the page has enough contrast in both colour schemes, and repaints when the scheme changes',
    async () => {
      const { page } = several;
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const picture = () => page.evaluate(() => document.querySelector('canvas')?.toDataURL());
      const light = [await ground(), await picture()] as const;
      expect(await faintTexts(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await ground()).not.toBe(light[0]);
      await expect.poll(picture).not.toBe(light[1]);
      expect(await faintTexts(page)).toEqual([]);
    },
  );

  ciTest('the page has accessible names, unique ids and correct heading levels', async () => {
    const { page } = several;
    const nameless = await page.evaluate(() => {
      const isNamed = (element: Element) =>
        Boolean(
          element.getAttribute('aria-label') ||
            document.getElementById(element.getAttribute('aria-labelledby') ?? '')?.textContent ||
            element.textContent?.trim(),
        );
      const wanted =
        'button, a, summary, [role], [tabindex], svg:not([aria-hidden=true] *):not([aria-hidden=true])';
      return [...document.querySelectorAll(wanted)]
        .filter((element) => !element.classList.contains('shapes') && !isNamed(element))
        .map((element) => element.outerHTML.slice(0, 80));
    });
    expect(nameless).toEqual([]);
    const ids = await page.$$eval('[id]', (all) => all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(await page.$$eval('th:not([scope])', (all) => all.length)).toBe(0);
    const levels = await page.$$eval('h1, h2, h3', (all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1 && index > 1)).toEqual([]);
  });

  ciTest('the page is complete without its script', async () => {
    const { page, complaints } = await open(file([measured({ generations: 300 })]), {
      javaScriptEnabled: false,
    });
    expect(await page.locator('.still svg.plot').isVisible()).toBe(true);
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.locator('.rows').first().isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  ciTest('the page prints on white, with charts and without buttons', async () => {
    const { page, complaints } = several;
    await page.emulateMedia({ colorScheme: 'dark' });
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('.series:not([open])').count()).toBe(0);
    expect(await page.locator('.still:visible').count()).toBe(4);
    expect(await page.locator('button:visible, .live:visible, .generations:visible').count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    expect(complaints).toEqual([]);
  });

  test('the page fits a phone and runs no script with hostile names', async () => {
    const histories = HOSTILE_NAMES.map((name, index) =>
      measured({
        identity: { host: name, role: HOSTILE_NAMES.at(-index - 1) ?? '' },
        failedPolls: [{ reason: 'malformed', count: 1, firstAt: START, lastAt: START, lastDetail: name }],
      }),
    );
    const jobs = HOSTILE_NAMES.map((name) => job(5, name));
    const { page, complaints } = await open(file(histories, jobs), { viewport: { width: 360, height: 740 } });
    expect(await page.locator('details.series:not([open])').count()).toBe(0);
    for (const figure of await page.locator('[data-chart]').all()) await figure.scrollIntoViewIfNeeded();
    await waitUntilDrawn(page, histories.length);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
    expect(
      await page.locator('h2', { hasText: '<script>window.pwned=1;alert(1)</script>' }).count(),
    ).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  ciTest('the page draws every generation of a long history, and adds older rows on demand', async () => {
    const generations = isThorough ? 85_000 : 5_000;
    const { page, complaints } = await open(file([measured({ generations })]));
    await waitUntilDrawn(page);
    expect(await page.getAttribute('[data-chart]', 'data-points')).toBe(`${2 * generations}`);
    await page.locator('.generations summary').click();
    const rows = page.locator('.generations tbody tr');
    expect(await rows.count()).toBe(200);
    await page.getByRole('button', { name: 'show older' }).click();
    expect(await rows.count()).toBe(700);
    expect(await rows.nth(0).innerText()).toContain('the newest');
    const [shown, next] = [await rows.nth(199).innerText(), await rows.nth(200).innerText()];
    const hour = (text: string) => Date.parse(text.slice(0, 19).replace(' ', 'T').concat('Z'));
    expect(hour(shown) - hour(next)).toBe(HOUR);
    expect(await page.locator('.older').innerText()).toContain(
      `${(generations - 700).toLocaleString('en-US')} older generations not shown`,
    );
    expect(complaints).toEqual([]);
  });

  /** Serves a live page on loopback. A restarted server has the same port. */
  async function openServed(html: string) {
    const serve = async (port: number) => {
      const server = createServer((_, response) =>
        response.setHeader('Content-Type', 'text/html').end(html),
      ).listen(port, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      return server;
    };
    const server = await serve(0);
    const { port } = server.address() as AddressInfo;
    const browserContext = await newContext(started.browser);
    onTestFinished(() => browserContext.close());
    const page = await browserContext.newPage();
    await page.clock.install();
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await waitUntilDrawn(page);
    const update = async () => {
      const response = page.waitForResponse((each) => each.request().resourceType() === 'fetch');
      await page.clock.runFor(31_000);
      await (await response).finished();
    };
    return { page, server, update, restart: () => serve(port), countLoads: () => loads };
  }

  ciTest('the page shows that its server is unreachable, and continues when the server is back', async () => {
    const html = renderHistories([measured()], [job(5)], { refreshSeconds: 30 });
    const { page, server, update, restart, countLoads } = await openServed(html);
    const stopped = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await stopped;
    await page.clock.runFor(31_000);
    await page.locator('.out-of-reach').waitFor();
    expect(await page.innerText('.out-of-reach')).toMatch(
      /^The server of this page has not responded since .*Z\. This page shows the last known state\.$/,
    );
    expect(await page.innerText('h1 .state')).toMatch(/^Not safe/);
    await restart();
    await update();
    await page.locator('.out-of-reach').waitFor({ state: 'hidden' });
    expect(countLoads()).toBe(1);
  });

  ciTest('the page updates without a reload, and keeps the view, the focus and open sections', async () => {
    const html = renderHistories([measured(), measured({ identity: { host: 'b' } })], [job(5)], {
      refreshSeconds: 30,
    });
    const { page, update, countLoads } = await openServed(html);
    await page.locator('#series-2 > summary').click();
    await page.locator('.live').first().focus();
    await page.keyboard.press('+');
    const zoomed = await readView(page);
    await page.evaluate(() => document.querySelector('.made')?.replaceChildren('changed'));
    await update();
    // The response replaces the text, so the update is complete.
    await page.waitForFunction(() =>
      document.querySelector('.made')?.textContent?.includes('cred-watch report'),
    );
    expect(await readView(page)).toEqual(zoomed);
    expect(await page.getAttribute('#series-2', 'open')).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('live');
    expect(countLoads()).toBe(1);
  });
});

/** Texts with a contrast below 4.5 to 1. */
const faintTexts = (page: Page) =>
  page.evaluate(() => {
    const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string) => {
      const [r = 0, g = 0, b = 0] = parse(colour).map((each) => {
        const share = each / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const findBackground = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return (parse(backgroundColor)[3] ?? 1) === 0 ? findBackground(element.parentElement) : backgroundColor;
    };
    return [...document.querySelectorAll('body *')].flatMap((element) => {
      const text = [...element.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map(({ nodeValue }) => nodeValue);
      if (text.join('').trim() === '' || ['SCRIPT', 'TITLE'].includes(element.tagName.toUpperCase()))
        return [];
      const style = getComputedStyle(element);
      const colour = element instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [light(colour), light(findBackground(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast < 4.5
        ? [`${element.tagName} ${text.join('').slice(0, 40)} ${contrast.toFixed(2)}`]
        : [];
    });
  });
