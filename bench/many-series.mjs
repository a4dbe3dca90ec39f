// Runs `report` on databases with n and 2n series, and prints the ratio of the CPU times and the peak memory. A ratio
// near 2 means linear time. Only ratios of one run are comparable, because the machine may be busy.
// Usage: node bench/many-series.mjs [--series N] [--layout tasks|hosts] [--format NAME]...
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModule } from './harness/bundles.mjs';
import { PROGRAM } from './harness/commands.mjs';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '20000' },
    layout: { type: 'string', default: 'tasks' },
    format: { type: 'string', multiple: true, default: ['json', 'table'] },
  },
});
const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));

/** Writes the used CPU time in ms and the peak memory in KiB when the process exits. */
const USAGE = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.BENCH_USAGE, JSON.stringify([(userCPUTime + systemCPUTime) / 1000, maxRSS]));
});`;

function measureReport(database, format) {
  const usage = join(folder, 'usage.json');
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    BENCH_USAGE: usage,
    NODE_OPTIONS: `--require ${folder}/usage.cjs`,
  };
  const args = ['report', '--db', database, '-f', format, '-o', join(folder, 'report')];
  execFileSync(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(usage, 'utf8'));
}

try {
  const { writeManySeries } = await loadModule('test/support/store/many-series.ts');
  writeFileSync(join(folder, 'usage.cjs'), USAGE);
  const count = Number(values.series);
  const databases = [count, 2 * count].map((series) => {
    const file = join(folder, `${series}.db`);
    writeManySeries(file, values.layout, series);
    return file;
  });
  for (const format of values.format) {
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let peak = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, database] of databases.entries()) {
        const [milliseconds, kibibytes] = measureReport(database, format);
        best[index] = Math.min(best[index], milliseconds);
        peak = Math.max(peak, kibibytes);
      }
    }
    console.log(
      `${format}: ${count} series ${Math.round(best[0])} ms, ${2 * count} series ${Math.round(best[1])} ms, ` +
        `ratio ${(best[1] / best[0]).toFixed(2)}, peak memory ${Math.round(peak / 1024)} MiB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
