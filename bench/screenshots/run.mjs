// Makes screenshots of the HTML report of simulated histories: light, dark, on a phone and printed. Also makes the
// screenshot of the README. The same version of the program, of Chromium and of its fonts makes the same images.
//
// node bench/screenshots/run.mjs [--to FOLDER] [--history NAME]
//   --to FOLDER     write all images to this folder, and do not change the README's
//   --history NAME  only the images of this history, for example days; see histories.mjs
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { HISTORY_NAMES, writePage } from './histories.mjs';

const README_IMAGE = fileURLToPath(new URL('../../docs/images/report.png', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** A4 with 96 pixels per inch. */
const PAPER = { width: 794, height: 1123 };

const MAX_SCREENSHOTS = 20;
const PAUSE_MS = 100;
const SPACE_BELOW_CHART = 14;

const VIEWS = {
  light: { viewport: DESKTOP, colorScheme: 'light' },
  dark: { viewport: DESKTOP, colorScheme: 'dark' },
  phone: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2, isMobile: true },
  print: { viewport: PAPER, colorScheme: 'light' },
};

function findChromium() {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const paths = folders.flatMap((folder) =>
    ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
  );
  const path = paths.find((each) => existsSync(each));
  if (path === undefined) throw new Error('chromium is missing: apt-get install chromium');
  return path;
}

/** The browser must send no requests. */
const CHROMIUM_ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--font-render-hinting=none'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--host-resolver-rules=MAP * ~NOTFOUND',
];

/** Charts are drawn when they are near the visible part. */
const waitUntilDrawn = (page) =>
  page.waitForFunction(() => {
    const isNear = (element) =>
      element.checkVisibility() && element.getBoundingClientRect().top < window.innerHeight;
    const charts = [...document.querySelectorAll('[data-chart]')];
    return charts.filter(isNear).every(({ dataset }) => dataset.state === 'drawn');
  });

async function open(browser, file, options) {
  const context = await browser.newContext({
    ...options,
    reducedMotion: 'reduce',
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await waitUntilDrawn(page);
  return page;
}

/** Charts are drawn again after a change of the size, so takes screenshots until two are equal. */
async function takeScreenshot(page, path, options = {}) {
  let before = Buffer.alloc(0);
  for (let count = 0; count < MAX_SCREENSHOTS; count += 1) {
    const image = await page.screenshot(options);
    if (image.equals(before)) {
      writeFileSync(path, image);
      return;
    }
    before = image;
    await page.waitForTimeout(PAUSE_MS);
  }
  throw new Error(`the page does not stop changing: ${path}`);
}

async function photograph(browser, file, view, path) {
  const { viewport, ...options } = VIEWS[view];
  const page = await open(browser, file, { viewport, ...options });
  if (view === 'print') await page.emulateMedia({ media: 'print' });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...viewport, height });
  await waitUntilDrawn(page);
  await takeScreenshot(page, path, { fullPage: true });
  if (view === 'print')
    await page.pdf({ path: path.replace(/png$/, 'pdf'), format: 'A4', printBackground: true });
  await page.context().close();
}

/** The page down to the end of the chart, which is visible at first. */
async function photographForReadme(browser, file, path) {
  const page = await open(browser, file, VIEWS.light);
  const chart = await page.locator('[data-chart]').first().boundingBox();
  const height = Math.min(DESKTOP.height, Math.round(chart.y + chart.height) + SPACE_BELOW_CHART);
  await takeScreenshot(page, path, { clip: { x: 0, y: 0, width: DESKTOP.width, height } });
  await page.context().close();
}

const { values } = parseArgs({ options: { to: { type: 'string' }, history: { type: 'string' } } });
const names = values.history === undefined ? HISTORY_NAMES : [values.history];
const target =
  values.to === undefined ? mkdtempSync(join(tmpdir(), 'cred-watch-screenshots-')) : resolve(values.to);
const readmeImage = values.to === undefined ? README_IMAGE : join(target, 'report.png');
const pages = mkdtempSync(join(tmpdir(), 'cred-watch-pages-'));
mkdirSync(target, { recursive: true });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
try {
  for (const name of names) {
    const file = writePage(name, pages);
    for (const view of Object.keys(VIEWS))
      await photograph(browser, file, view, join(target, `${name}-${view}.png`));
    if (name === 'days') await photographForReadme(browser, file, readmeImage);
  }
} finally {
  await browser.close();
  rmSync(pages, { recursive: true });
}
console.log(`all images: ${target}`);
if (names.includes('days')) console.log(`image of the README: ${readmeImage}`);
