import { expect } from 'vitest';
import { renderFleetPage } from '../../../../src/report/page/html.ts';
import { HOUR, hourly, identity, job, NOW } from '../../../support/report/assessments.ts';
import { fleetContext, judgeFleet } from '../../../support/report/fleets.ts';
import { ciTest } from '../../../support/thorough.ts';
import { describeInBrowser } from './browser-pages.ts';
import { openServedPage } from './served-pages.ts';

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

/** The default is one second, in which a busy machine may not load a page. */
const ON_BUSY_MACHINE = { timeout: 20_000 };

describeInBrowser('a live page of a fleet', (started) => {
  const openFleet = (html: string) =>
    openServedPage(started.browser, html, { now: NOW, viewport: { width: 390, height: 700 } });

  ciTest('an update changes the values in place, and keeps the scroll position and the focus', async () => {
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
    await expect.poll(() => page.innerText('.host-rows tbody tr'), ON_BUSY_MACHINE).toMatch(/^web-007\s/);
    expect(await page.innerText('h1')).toMatch(/^\S* ?Not safe/);
    expect(await page.title()).toBe('not safe · fleet · cred-watch');
    const after = await readPage();
    // The first host needs more lines than before.
    expect(after.focus).toBe('card scroll');
    expect(Math.abs(after.top - before.top)).toBeLessThan(3);
    expect(state.navigations).toBe(1);
  });

  ciTest('the page says since when its server is away, and continues when the server is back', async () => {
    const { state, page } = await openFleet(render(3, []));
    const readOpacity = () => page.$eval('.verdict', (each) => getComputedStyle(each).opacity);
    state.isDown = true;
    await page.clock.runFor(41_000);
    await expect.poll(() => page.isVisible('.out-of-reach'), ON_BUSY_MACHINE).toBe(true);
    expect(await page.innerText('.out-of-reach')).toContain('This page shows the last known state.');
    expect(await readOpacity()).toBe('0.6');
    state.isDown = false;
    state.html = render(3, [1]);
    await page.clock.runFor(6000);
    await expect.poll(() => page.isVisible('.out-of-reach'), ON_BUSY_MACHINE).toBe(false);
    expect(await page.innerText('h1')).toContain('Not safe');
    expect(await readOpacity()).toBe('1');
    expect(state.navigations).toBe(1);
  });
});
