import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { renderPage } from '../../../../src/report/page/html.ts';
import { createTimeFormat } from '../../../../src/report/text/time-format.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { knownZone } from '../../../support/domain/known-zone.ts';
import { assessed, job, measured } from '../../../support/report/measured-series.ts';
import { ciTest } from '../../../support/thorough.ts';
import { describeInBrowser, locatePlot, openPage, readReadout, waitUntilDrawn } from './browser-pages.ts';

describeInBrowser('a page in a time zone', (started) => {
  ciTest('the script of the page writes times in the zone of the page, and not of the browser', async () => {
    const file = join(temporaryFolder(), 'page.html');
    const times = createTimeFormat(knownZone('Asia/Kolkata'));
    const { assessment, context } = assessed([measured({ generations: 230 })], [job(5)], { times });
    writeFileSync(file, renderPage(assessment, context));
    const { page, complaints } = await openPage(started.browser, pathToFileURL(file).href, {
      timezoneId: 'America/New_York',
    });
    await waitUntilDrawn(page);
    const plot = await locatePlot(page);
    await page.mouse.move(plot.x + 1, plot.y + 20);
    expect(await readReadout(page)).toMatch(/^2026-03-01 05:3\d:\d\d\+05:30: /);
    await page.locator('.generations summary').click();
    await page.locator('[data-older]').click();
    const rows = await page.locator('.generations tbody tr').allInnerTexts();
    expect(rows).toHaveLength(230);
    expect(rows.at(-1)).toMatch(/^2026-03-01 05:\d\d:\d\d\+05:30\t/);
    expect(rows.filter((row) => !/^(?:[^\t]*\+05:30\t){4}/.test(row))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
