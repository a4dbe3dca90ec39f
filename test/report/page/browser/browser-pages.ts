import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { SeriesHistory } from '../../../../src/domain/model.ts';
import type { JobToJudge } from '../../../../src/domain/verdict/assessment.ts';
import { type PageOptions, renderPage } from '../../../../src/report/page/html.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { describeReader } from '../../../support/credential-formats/describe-reader.ts';
import { assessed, job } from '../../../support/report/measured-series.ts';

export interface OpenedPage {
  page: Page;
  /** Console messages, errors, dialogs and requests. */
  complaints: string[];
}

/** The browser must not send its own requests either. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** The browser of the tests of one suite. */
export interface StartedBrowser {
  /** Only in tests and hooks, after the browser has started. */
  readonly browser: Browser;
}

/** Tests that run in Chromium. */
export const describeInBrowser = (name: string, declare: (started: StartedBrowser) => void): void =>
  describeReader(name, { program: 'chromium', package: 'chromium', folders: ['/usr/bin'] }, (path) => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: path, args: CHROMIUM_ARGS });
    });
    afterAll(() => browser?.close());
    declare({
      get browser() {
        if (browser === undefined) throw new Error('the browser has not started yet');
        return browser;
      },
    });
  });

export const renderHistories = (
  histories: readonly SeriesHistory[],
  jobs: readonly JobToJudge[] = [job(5)],
  options?: PageOptions,
): string => {
  const { assessment, context } = assessed(histories, jobs);
  return renderPage(assessment, context, options);
};

/** Writes pages to a folder that is deleted after the tests of a file. */
export function createPageFolder(finished: (clean: () => void) => void) {
  const folder = temporaryFolder(finished);
  let count = 0;
  return (...args: Parameters<typeof renderHistories>): string => {
    count += 1;
    const name = join(folder, `page-${count}.html`);
    writeFileSync(name, renderHistories(...args));
    return pathToFileURL(name).href;
  };
}

export const newContext = (browser: Browser, options: BrowserContextOptions = {}) =>
  browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });

/** Opens a page until the test ends. Each console message, error, dialog and further request is a complaint. */
export async function openPage(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<OpenedPage> {
  const context = await newContext(browser, options);
  onTestFinished(() => context.close());
  return openIn(await context.newPage(), url, prepare);
}

export async function openIn(
  page: Page,
  url: string,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<OpenedPage> {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    return dialog.dismiss();
  });
  const [file] = url.split('#');
  await page.route('**', (route) => {
    const isPage = route.request().url() === file && route.request().isNavigationRequest();
    if (!isPage) complaints.push(route.request().url());
    return isPage ? route.continue() : route.abort();
  });
  await prepare(page);
  await page.goto(url);
  return { page, complaints };
}

/** The position of the sawtooth on the screen, which is scrolled into view. */
export async function locatePlot(page: Page) {
  await page.locator('.live').evaluate((each) => each.scrollIntoView({ block: 'center' }));
  const box = await page.locator('.u-over').boundingBox();
  if (box === null) throw new Error('the chart is not visible');
  return box;
}

export const waitUntilDrawn = (page: Page, count = 1) =>
  page.waitForFunction((wanted) => document.querySelectorAll('[data-state=drawn]').length >= wanted, count);

export const readView = (page: Page) =>
  page.$eval('[data-chart]', ({ dataset }: HTMLElement) => ({
    from: Number(dataset.from) * 1000,
    to: Number(dataset.to) * 1000,
  }));

export const readReadout = (page: Page) =>
  page.$eval('output.readout', (each: HTMLOutputElement) => each.value);
