import type { Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { formatSeriesName } from '../../../../src/report/text/format-values.ts';
import { escapeUnprintable } from '../../../../src/untrusted-text.ts';
import { HOSTILE_NAMES, job, measured, START } from '../../../support/report/measured-series.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';
import {
  createPageFolder,
  describeInBrowser,
  locatePlot,
  openPage,
  readReadout,
  readView,
  waitUntilDrawn,
} from './browser-pages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Colours of the light scheme, from the style sheet. */
const COLOURS = {
  accent: [0x2a, 0x5b, 0xc7],
  bad: [0xb3, 0x26, 0x1e],
  ink: [0x18, 0x20, 0x2c],
  unsure: [0x83, 0x53, 0x00],
  hatch: [0xa9, 0xb2, 0xc0],
} as const;
type ColourName = keyof typeof COLOURS;

describeInBrowser('the page', (started) => {
  const file = createPageFolder(afterAll);

  const openDrawn = async (url: string, options?: Parameters<typeof openPage>[2]) => {
    const opened = await openPage(started.browser, url, options);
    await waitUntilDrawn(opened.page);
    return opened;
  };

  /**
   * Counts the pixels of a colour in a part of the plot.
   * @param area shares of the plot: left, right, top and bottom
   */
  const countPixels = (
    page: Page,
    colour: ColourName,
    area: readonly [number, number, number, number],
    tolerance = 24,
  ) =>
    page.evaluate(
      ({ rgb, tolerance: most, area: [left, right, top, bottom] }) => {
        const canvas = document.querySelector('canvas');
        const over = document.querySelector('.u-over');
        if (canvas === null || over === null) return -1;
        const [outer, inner] = [canvas.getBoundingClientRect(), over.getBoundingClientRect()];
        const scale = canvas.width / outer.width;
        const x = Math.round((inner.left - outer.left + left * inner.width) * scale);
        const y = Math.round((inner.top - outer.top + top * inner.height) * scale);
        const width = Math.max(1, Math.round((right - left) * inner.width * scale));
        const height = Math.max(1, Math.round((bottom - top) * inner.height * scale));
        const data = canvas.getContext('2d')?.getImageData(x, y, width, height).data ?? [];
        let count = 0;
        for (let index = 0; index < data.length; index += 4) {
          const opacity = (data[index + 3] ?? 0) / 255;
          const isNear = rgb.every((each, channel) => {
            const shown = (data[index + channel] ?? 0) * opacity + 255 * (1 - opacity);
            return Math.abs(shown - each) < most;
          });
          if (isNear) count += 1;
        }
        return count;
      },
      { rgb: COLOURS[colour], tolerance, area },
    );

  ciTest.each(sampleCases([1, 2], 2))(
    'the chart draws every mark at its position with %d device pixels per pixel',
    async (deviceScaleFactor) => {
      const failedPollSpans = [{ from: START + 9 * HOUR, to: START + 9 * HOUR + 30 * MINUTE }];
      const history = measured({ unseen: [5, 6], failedPollSpans });
      const { page } = await openDrawn(file([history]), { deviceScaleFactor });
      const { from, to } = await readView(page);
      const x = (at: number) => (at - from) / (to - from);
      const at = (hours: number) => x(START + hours * HOUR);
      // A gap is hatched over the whole height, and has no line.
      expect(await countPixels(page, 'hatch', [at(5.2), at(6.8), 0.1, 0.9])).toBeGreaterThan(300);
      expect(await countPixels(page, 'accent', [at(5.2), at(6.8), 0, 1])).toBe(0);
      expect(await countPixels(page, 'hatch', [at(2.2), at(3.8), 0.1, 0.9])).toBeLessThan(100);
      // Failed polls are a strip of six pixels at the bottom.
      expect(await countPixels(page, 'bad', [at(9.05), at(9.45), 0.985, 0.999])).toBeGreaterThan(50);
      expect(await countPixels(page, 'bad', [at(9.05), at(9.45), 0.9, 0.96])).toBe(0);
      expect(await countPixels(page, 'bad', [at(7.2), at(8.8), 0.98, 1])).toBe(0);
      expect(await countPixels(page, 'bad', [at(9.7), 1, 0.98, 1])).toBe(0);
      // The axis of validity begins 24 % below the worst case of 5h, and ends 8 % above the largest value.
      const largest = Math.max(
        ...history.generations.map((each) => (each.expiration - (each.lastUpdated ?? 0)) / HOUR),
      );
      const range = { from: 5 - 0.24 * (largest - 5), to: largest + 0.08 * (largest - 5) };
      const toY = (hours: number) => 1 - (hours - range.from) / (range.to - range.from);
      // The job needs 5h 5m. Its line is dashed.
      const y = toY(5 + 5 / 60);
      const line = await countPixels(page, 'bad', [at(2), at(4), y - 0.015, y + 0.015], 60);
      expect(line).toBeGreaterThan(20);
      expect(await countPixels(page, 'bad', [at(2), at(4), y + 0.04, y + 0.3], 60)).toBe(0);
      // The worst case is a dot at the end of the first generation.
      const worst = { x: x(START + HOUR), y: toY(5) };
      expect(
        await countPixels(page, 'ink', [worst.x - 0.004, worst.x + 0.004, worst.y - 0.01, worst.y + 0.01]),
      ).toBeGreaterThan(10);
      expect(await countPixels(page, 'ink', [at(1.3), 1, 0, 1])).toBe(0);
      // A rotation is a dot at the end of the line.
      const dot = { x: at(2), y: toY(5 + 7 / 60) };
      expect(
        await countPixels(page, 'accent', [dot.x - 0.003, dot.x + 0.003, dot.y - 0.01, dot.y + 0.01]),
      ).toBeGreaterThan(8);
    },
  );

  /** Opens a page and returns the texts that its chart draws, with their positions in the plot. */
  async function readChartTexts(url: string) {
    const record = () => {
      const texts: [text: string, x: number, y: number][] = [];
      Object.assign(window, { drawnTexts: texts });
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        texts.push([text, x, y]);
        fillText.call(this, text, x, y);
      };
    };
    const { page } = await openPage(started.browser, url, {}, async (fresh) => {
      await fresh.addInitScript(record);
    });
    await waitUntilDrawn(page);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    return page.evaluate(() => (window as unknown as { drawnTexts: [string, number, number][] }).drawnTexts);
  }

  ciTest('the chart has labels at round times and durations, and at the job', async () => {
    const texts = await readChartTexts(file([measured()]));
    const labels = [...new Set(texts.map(([text]) => text))];
    // The label at 5h would touch the label of the job.
    expect(labels.filter((label) => /^\d+[hms]/.test(label))).toEqual(['5h 30m', '6h', '6h 30m', '5h 05m']);
    expect(labels.filter((label) => label.includes(':'))).toEqual(
      Array.from({ length: 11 }, (_, index) => `${String(index + 1).padStart(2, '0')}:00`),
    );
    expect(labels.filter((label) => label.includes('-'))).toEqual(['03-01']);
    const find = (wanted: string) => texts.find(([text]) => text === wanted) ?? ['', Number.NaN, Number.NaN];
    // A label of the axis is as high as its value.
    const perMinute = (find('5h 30m')[2] - find('6h')[2]) / 30;
    expect((find('5h 05m')[2] - find('5h 30m')[2]) / 25).toBeCloseTo(perMinute, 0);
    expect(find('5h 05m')[1]).toBeLessThan(64);
    expect(find('02:00')[1]).toBeGreaterThan(find('01:00')[1] + 60);
  });

  ciTest('the interactive chart is as high as the static one', async () => {
    const { page } = await openDrawn(file([measured()]));
    const heights = await page.evaluate(() => [
      document.querySelector('.uplot')?.clientHeight,
      Number(document.querySelector('.still svg')?.getAttribute('height')),
    ]);
    expect(heights).toEqual([256, 256]);
  });

  ciTest('the chart draws rotation windows behind the line', async () => {
    const { page } = await openDrawn(file([measured({ dated: false })], []));
    const { from, to } = await readView(page);
    const window = [1, 1 + 1 / 20].map((hours) => (START + hours * HOUR - from) / (to - from));
    const [left = 0, right = 0] = window;
    const tint = (area: readonly [number, number, number, number]) =>
      page.evaluate(
        ([a, b]) => {
          const canvas = document.querySelector('canvas');
          const over = document.querySelector('.u-over');
          if (canvas === null || over === null) return '';
          const [outer, inner] = [canvas.getBoundingClientRect(), over.getBoundingClientRect()];
          const scale = canvas.width / outer.width;
          const x = (inner.left - outer.left + ((a ?? 0) + (b ?? 0)) * 0.5 * inner.width) * scale;
          const y = (inner.top - outer.top + 0.03 * inner.height) * scale;
          const [red = 0, , blue = 0] = canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? [];
          return red - blue > 20 ? 'tinted' : 'plain';
        },
        [area[0], area[1]],
      );
    expect(await tint([left, right, 0, 1])).toBe('tinted');
    expect(await tint([left + 0.03, right + 0.03, 0, 1])).toBe('plain');
  });

  ciTest(
    'the chart draws a band with a strong lower edge if teeth are narrower than six pixels',
    async () => {
      const { page } = await openDrawn(file([measured({ generations: 180 })], []));
      // The largest values are in the upper part. A band has no line there.
      const count = async () => [
        await countPixels(page, 'accent', [0, 1, 0, 0.25]),
        await countPixels(page, 'accent', [0, 1, 0.5, 1]),
      ];
      const [upper, lower] = await count();
      expect(upper).toBe(0);
      expect(lower).toBeGreaterThan(1000);
      await page.locator('.live').focus();
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      const [upperEnds] = await count();
      expect(upperEnds).toBeGreaterThan(300);
    },
  );

  ciTest('the chart is red between the curve and the line of a job that is not safe', async () => {
    /** The area is a mixture of red and the colours below it. */
    const countRed = (page: Page) =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        let count = 0;
        for (let index = 0; index < data.length; index += 4) {
          const [red = 0, green = 0, , opacity = 0] = data.slice(index, index + 4);
          if (red - green > 40 && opacity > 50) count += 1;
        }
        return count;
      });
    const count = async (hours: number, generations: number) =>
      countRed((await openDrawn(file([measured({ generations })], [job(hours)]))).page);
    for (const generations of [12, 500]) {
      const safe = await count(4, generations);
      const short = await count(5.2, generations);
      const never = await count(7, generations);
      expect(safe).toBeLessThan(100);
      expect(short).toBeGreaterThan(safe + 1000);
      expect(never).toBeGreaterThan(short + 10_000);
    }
  });

  ciTest('every button and key of the chart moves the view as named', async () => {
    const { page } = await openDrawn(file([measured()]));
    const whole = await readView(page);
    const full = whole.to - whole.from;
    const shares = async () => {
      const { from, to } = await readView(page);
      return [from - whole.from, to - whole.from].map((each) => Math.round((each / full) * 1000) / 1000);
    };
    const press = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).click();
      return shares();
    };
    expect(await press('zoom in')).toEqual([0.25, 0.75]);
    expect(await press('zoom in')).toEqual([0.375, 0.625]);
    expect(await press('earlier')).toEqual([0.312, 0.563]);
    expect(await press('later')).toEqual([0.375, 0.625]);
    expect(await press('zoom out')).toEqual([0.25, 0.75]);
    expect(await press('all')).toEqual([0, 1]);
    await page.locator('.live').focus();
    const type = async (key: string) => {
      await page.keyboard.press(key);
      return shares();
    };
    expect(await type('=')).toEqual([0.25, 0.75]);
    expect(await type('ArrowRight')).toEqual([0.375, 0.875]);
    expect(await type('ArrowLeft')).toEqual([0.25, 0.75]);
    expect(await type('-')).toEqual([0, 1]);
    await type('+');
    expect(await type('0')).toEqual([0, 1]);
    await type('+');
    for (const key of ['a', 'Control+-', 'Alt+-', 'Meta+-', 'Tab'])
      expect(await type(key)).toEqual([0.25, 0.75]);
    // After Tab, the chart has no focus.
    expect(await type('0')).toEqual([0.25, 0.75]);
  });

  ciTest('keys that the chart uses do not scroll the page, and other keys do', async () => {
    const { page } = await openDrawn(file([measured()]));
    const prevented = await page.evaluate(() => {
      const container = document.querySelector('.live');
      return ['+', 'ArrowLeft', 'Escape', 'PageDown', 'x'].map((key) => {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        container?.dispatchEvent(event);
        return event.defaultPrevented;
      });
    });
    expect(prevented).toEqual([true, true, true, false, false]);
  });

  ciTest(
    'arrow keys move the cursor by a hundredth of the view if all is shown, and stop at its ends',
    async () => {
      const { page } = await openDrawn(file([measured()]));
      const { from, to } = await readView(page);
      await page.locator('.live').focus();
      const at = async () => Date.parse((await readReadout(page)).slice(0, 20).replace(' ', 'T'));
      await page.keyboard.press('ArrowRight');
      const first = await at();
      expect(first / 1000).toBeCloseTo((from + (to - from) * 0.51) / 1000, -2);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      expect((first - (await at())) / ((to - from) / 50)).toBeCloseTo(1, 0);
      await page.keyboard.press('ArrowLeft');
      expect(await readView(page)).toEqual({ from, to });
      for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowRight');
      expect(Math.abs((await at()) - to)).toBeLessThan((to - from) / 90);
    },
  );

  ciTest('screen readers announce the readout of keys, and not of the pointer', async () => {
    const { page } = await openDrawn(file([measured()]));
    const live = () => page.getAttribute('.readout', 'aria-live');
    await page.locator('.live').focus();
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await live()).toBe('polite');
    const plot = await locatePlot(page);
    await page.mouse.move(plot.x + 30, plot.y + 30);
    expect(await live()).toBe('off');
    expect(await readReadout(page)).not.toBe('');
    await page.mouse.move(plot.x - 200, plot.y - 200);
    await expect.poll(() => readReadout(page)).toBe('');
  });

  ciTest('the readout shows how much a job would have been short', async () => {
    const { page } = await openDrawn(file([measured()], [job(7), job(4, 'nightly')]));
    const plot = await locatePlot(page);
    await page.mouse.move(plot.x + 2, plot.y + 20);
    expect(await readReadout(page)).toMatch(
      /^2026-03-01 00:0\d:\d\dZ: 5h 5\dm(?: \d\ds)? left · 7h would have been 1h 0\dm(?: \d\ds)? short · nightly \(4h\) was safe, 1h 5\dm(?: \d\ds)? to spare$/,
    );
  });

  ciTest('a drag of a few pixels does not zoom, and a drag beyond the edge zooms to the edge', async () => {
    const { page } = await openDrawn(file([measured()]));
    const whole = await readView(page);
    const plot = await locatePlot(page);
    const drag = async (from: number, to: number) => {
      await page.mouse.move(from, plot.y + 90);
      await page.mouse.down();
      await page.mouse.move(to, plot.y + 90, { steps: 3 });
      await page.mouse.up();
    };
    await drag(plot.x + 400, plot.x + 404);
    expect(await readView(page)).toEqual(whole);
    await drag(plot.x + plot.width * 0.75, plot.x + plot.width + 60);
    const { from, to } = await readView(page);
    expect(to).toBe(whole.to);
    expect((from - whole.from) / (whole.to - whole.from)).toBeCloseTo(0.75, 2);
    // The frame of the selection is removed.
    expect(await page.$eval('.u-select', (each) => (each as HTMLElement).style.width)).toBe('0px');
  });

  ciTest('the chart has the width of its container after a change of the window', async () => {
    const { page } = await openDrawn(file([measured()]));
    const widths = () =>
      page.$eval('.live', (each) => [each.clientWidth, each.querySelector('.uplot')?.clientWidth]);
    await page.setViewportSize({ width: 700, height: 900 });
    await expect.poll(async () => new Set(await widths()).size).toBe(1);
    const [narrow = 0] = await widths();
    expect(narrow).toBeLessThan(700);
    await page.setViewportSize({ width: 1100, height: 900 });
    await expect.poll(async () => ((await widths())[1] ?? 0) > narrow).toBe(true);
  });

  ciTest('a chart far below the window is drawn when the user scrolls to it', async () => {
    const hosts = ['a', 'b', 'c'].map((host) => measured({ identity: { host } }));
    const { page } = await openDrawn(file(hosts));
    const states = () =>
      page.$$eval('[data-chart]', (all) => all.map((each) => (each as HTMLElement).dataset.state ?? null));
    expect(await states()).toEqual(['drawn', null, null]);
    await page.locator('#series-3 figure').first().scrollIntoViewIfNeeded();
    await expect.poll(async () => (await states()).at(-1)).toBe('drawn');
  });

  ciTest('the button opens all sections, and links of the overview open their section', async () => {
    const hosts = ['a', 'b', 'c', 'd', 'e'].map((host) => measured({ identity: { host } }));
    const url = file(hosts, [job(4)]);
    const { page, complaints } = await openDrawn(url);
    const open = () =>
      page.$$eval('details.series', (all) =>
        all.filter((each) => each.hasAttribute('open')).map(({ id }) => id),
      );
    expect(await open()).toEqual(['series-1']);
    await page.getByRole('link', { name: 'c · imds v2 · app' }).click();
    expect(await open()).toEqual(['series-1', 'series-3']);
    const button = page.getByRole('button', { name: 'open all' });
    await button.click();
    expect(await open()).toHaveLength(5);
    expect(await button.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    const linked = await openPage(started.browser, `${url}#series-4`);
    await expect.poll(() => linked.page.$eval('#series-4', (each) => each.hasAttribute('open'))).toBe(true);
    expect(await linked.page.$eval('#series-3', (each) => each.hasAttribute('open'))).toBe(false);
    const [few] = [await openPage(started.browser, file(hosts.slice(0, 3)))];
    expect(await few.page.getByRole('button', { name: 'open all' }).isVisible()).toBe(false);
  });

  ciTest('printing opens up to twelve sections, and closes those that were closed', async () => {
    const hosts = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        measured({ generations: 3, identity: { host: `h${index}` } }),
      );
    const countOpen = (page: Page) => page.locator('details.series[open]').count();
    const fire = (page: Page, type: string) => page.evaluate((name) => dispatchEvent(new Event(name)), type);
    const twelve = await openPage(started.browser, file(hosts(12), [job(4)]));
    await fire(twelve.page, 'beforeprint');
    expect(await countOpen(twelve.page)).toBe(12);
    await fire(twelve.page, 'afterprint');
    expect(await countOpen(twelve.page)).toBe(1);
    const thirteen = await openPage(started.browser, file(hosts(13), [job(4)]));
    await fire(thirteen.page, 'beforeprint');
    expect(await countOpen(thirteen.page)).toBe(1);
  });

  ciTest('older generations are added without gaps until all are shown', async () => {
    const { page } = await openPage(started.browser, file([measured({ generations: 1250 })], []));
    await page.locator('.generations summary').click();
    const button = page.getByRole('button', { name: 'show older' });
    const remark = page.locator('.older span');
    expect(await remark.innerText()).toBe('1,050 older generations not shown');
    await button.click();
    expect(await remark.innerText()).toBe('550 older generations not shown');
    await button.click();
    await button.click();
    expect(await remark.innerText()).toBe('');
    expect(await button.isVisible()).toBe(false);
    const rows = await page.$$eval('.generations tbody tr', (all) =>
      (all as HTMLTableRowElement[]).map(
        (row) => [row.cells.length, row.cells[0]?.textContent ?? ''] as const,
      ),
    );
    const expected = Array.from({ length: 1250 }, (_, index) => START + (1249 - index) * HOUR + 3 * MINUTE);
    expect(rows.map(([, text]) => Date.parse(text.replace(' ', 'T')))).toEqual(expected);
    expect(new Set(rows.map(([cells]) => cells))).toEqual(new Set([9]));
  });

  ciTest(
    'a hostile name is the same text in headings, links, attributes, the title and the chart data',
    async () => {
      const names = [
        ...HOSTILE_NAMES.slice(0, -1),
        '{{x}}',
        '</style><style>*{display:none}',
        'javascript:pwned()',
        '__proto__',
      ];
      const histories = names.map((host) => measured({ generations: 3, identity: { host, role: host } }));
      const expected = histories.map(({ identity }) => formatSeriesName(identity));
      const { page, complaints } = await openPage(
        started.browser,
        file(
          histories,
          names.map((name) => job(5, name)),
        ),
      );
      const found = await page.evaluate(() => {
        const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
        const readJobs = ({ textContent }: HTMLElement): { name: string }[] =>
          JSON.parse(textContent ?? '').jobs;
        return {
          headings: all('.series h2').map(({ textContent }) => textContent),
          links: all('.overview tbody th').map(({ textContent }) => textContent),
          targets: all('.overview tbody a').map((each) => each.getAttribute('href')),
          sections: all('details.series').map(({ dataset }) => dataset.keep),
          charts: all('[data-chart]').map(({ dataset }) => dataset.series),
          jobs: all('[type="application/json"][id$=-data]').map((each) =>
            readJobs(each).map(({ name }) => name),
          ),
        };
      });
      expect(found.headings).toEqual(expected);
      expect(found.links).toEqual(expected);
      expect(found.targets).toEqual(names.map((_, index) => `#series-${index + 1}`));
      expect(found.sections).toEqual(expected);
      expect(found.charts).toEqual(expected);
      expect(found.jobs[0]).toHaveLength(names.length);
      expect(found.jobs[0]?.[0]).toBe('<script>window.pwned=1;alert(1)… (5h)');
      for (const name of names)
        expect(await page.title()).toContain(escapeUnprintable(name).replace(/\s+/g, ' '));
      expect(complaints).toEqual([]);
    },
  );
});
