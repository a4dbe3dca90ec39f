// Compares the HTML report of ten years of polls with a plain table of the same generations: time until each
// is readable in one browser, in alternation. Only the ratio is comparable between machines. Needs Chromium
// at /usr/bin/chromium, and takes some minutes.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { PROGRAM } from './harness/commands.mjs';

const ROUNDS = 3;
/** The number of columns in the generation table of the report. */
const COLUMNS = 9;
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
const at = (name) => join(folder, name);

/** Runs a cred-watch command and writes its output to a file. */
function credWatch(args, file = 'out.txt') {
  const output = openSync(at(file), 'w');
  const env = { PATH: process.env.PATH, HOME: folder, CRED_WATCH_DB: at('samples.db') };
  try {
    execFileSync(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', output, 'inherit'] });
  } finally {
    closeSync(output);
  }
}

/** One sample per generation gives the same page as twelve samples, in a twelfth of the time. */
function makePages() {
  const options = ['--every', '1h', '--lifetime', '6h', '--rotate-every', '1h', '--jitter', '5m'];
  credWatch(['simulate', '--history', '3472d', ...options, '--seed', 'bench', '-o', at('history.ndjson')]);
  credWatch(['import', at('history.ndjson')]);
  credWatch(['report', '-f', 'html', '-o', at('report.html')]);
  const rows = readFileSync(at('history.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const cells = rows.map(
    (row) =>
      `<tr>${Object.values(row)
        .slice(0, COLUMNS)
        .map((value) => `<td>${value}`)
        .join('')}`,
  );
  writeFileSync(at('table.html'), `<!doctype html><meta charset="utf-8"><table>${cells.join('\n')}</table>`);
  return rows.length;
}

async function timeToRead(browser, name) {
  const page = await browser.newPage();
  const begun = performance.now();
  await page.goto(pathToFileURL(at(name)).href, { timeout: 300_000 });
  if (name === 'report.html') await page.waitForSelector('[data-chart][data-points]');
  // The page is readable after layout and paint.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const took = performance.now() - begun;
  await page.close();
  return took;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const count = makePages();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  const times = { 'report.html': [], 'table.html': [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(times)) times[name].push(await timeToRead(browser, name));
  }
  await browser.close();
  const [report, table] = [median(times['report.html']), median(times['table.html'])];
  const megabytes = (name) => (statSync(at(name)).size / 1e6).toFixed(1);
  process.stdout.write(
    `${count.toLocaleString('en-US')} generations, median of ${ROUNDS} rounds\n` +
      `  report.html  ${megabytes('report.html')} MB  ${Math.round(report)} ms\n` +
      `  plain table  ${megabytes('table.html')} MB  ${Math.round(table)} ms\n` +
      `the report is readable after ${(report / table).toFixed(2)} of the time of the table\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
