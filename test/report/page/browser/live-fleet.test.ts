import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { renderFleetPage } from '../../../../src/report/page/html.ts';
import { describeReader } from '../../../support/credential-formats/describe-reader.ts';
import { HOUR, hourly, identity, job, NOW } from '../../../support/report/assessments.ts';
import { fleetContext, judgeFleet } from '../../../support/report/fleets.ts';
import { newContext, startBrowser } from './browser-pages.ts';

/** A fleet of hosts that are safe, except those with short sessions. */
function render(hosts: number, short: readonly number[], now = NOW): string {
  const histories = Array.from({ length: hosts }, (_, index) =>
    hourly(identity({ host: `web-${String(index).padStart(3, '0')}` }), {
      lifetimes: short.includes(index) ? [2 * HOUR, 2 * HOUR, 2 * HOUR] : [6 * HOUR, 6 * HOUR, 6 * HOUR],
    }),
  );
  const fleet = judgeFleet(histories, { jobs: [job(3 * HOUR)] });
  return renderFleetPage(fleet, fleetContext({ now, refreshSeconds: 60 }));
}

describeReader(
  'a live page of a fleet',
  { program: 'chromium', package: 'chromium', folders: ['/usr/bin'] },
  (path) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser(path);
    });
    afterAll(() => browser.close());

    /** Serves `state.html` on loopback, and opens the page with a simulated clock. */
    async function openFleet(html: string) {
      const state = { html, isDown: false, navigations: 0 };
      const server = createServer(({ headers }, response) => {
        if (headers['sec-fetch-mode'] === 'navigate') state.navigations += 1;
        response.writeHead(state.isDown ? 503 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
        response.end(state.html);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const context = await newContext(browser, { viewport: { width: 390, height: 700 } });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        // The browser reports each response 503, and requests an icon.
        if (!message.text().includes('503')) errors.push(message.text());
      });
      onTestFinished(() => expect(errors).toEqual([]));
      await page.clock.install({ time: NOW });
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.clock.pauseAt(NOW + 20_000);
      return { state, page };
    }

    test('an update changes the values in place, and keeps the scroll position and the focus', async () => {
      const { state, page } = await openFleet(render(60, []));
      await page.evaluate(() => {
        scrollTo(0, 900);
        document.querySelector<HTMLElement>('.card.scroll')?.focus({ preventScroll: true });
        const visible = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr');
        Object.assign(window, { visible });
      });
      const readPage = () =>
        page.evaluate(() => {
          const { visible } = window as unknown as { visible: Element | undefined };
          const top = visible?.getBoundingClientRect().top;
          return { top: Math.round(top ?? 0), focus: document.activeElement?.className };
        });
      const before = await readPage();
      expect(before.focus).toBe('card scroll');
      expect(before.top).toBeGreaterThan(0);
      state.html = render(60, [7], NOW + HOUR);
      await page.clock.runFor(41_000);
      await expect.poll(() => page.innerText('.host-rows tbody tr')).toMatch(/^web-007\s/);
      expect(await page.innerText('h1')).toMatch(/^\S* ?Not safe/);
      expect(await page.title()).toBe('not safe · fleet · cred-watch');
      const after = await readPage();
      // The first host needs more lines than before.
      expect(after.focus).toBe('card scroll');
      expect(Math.abs(after.top - before.top)).toBeLessThan(3);
      expect(state.navigations).toBe(1);
    });

    test('the page says since when its server is away, and continues when the server is back', async () => {
      const { state, page } = await openFleet(render(3, []));
      const readOpacity = () => page.$eval('.verdict', (each) => getComputedStyle(each).opacity);
      state.isDown = true;
      await page.clock.runFor(41_000);
      await expect.poll(() => page.isVisible('.out-of-reach')).toBe(true);
      expect(await page.innerText('.out-of-reach')).toContain('This page shows the last known state.');
      expect(await readOpacity()).toBe('0.6');
      state.isDown = false;
      state.html = render(3, [1]);
      await page.clock.runFor(6000);
      await expect.poll(() => page.isVisible('.out-of-reach')).toBe(false);
      expect(await page.innerText('h1')).toContain('Not safe');
      expect(await readOpacity()).toBe('1');
      expect(state.navigations).toBe(1);
    });
  },
);
