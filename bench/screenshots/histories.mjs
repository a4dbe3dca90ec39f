// The simulated histories of the screenshots. All times and random values are fixed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../harness/commands.mjs';

const NOW = '2026-11-22T12:00:00Z';
const FIXED_CLOCK = fileURLToPath(new URL('fixed-clock.cjs', import.meta.url));

const simulateHourly = (history, jitter = '8m') => [
  ...['--history', history, '--lifetime', '6h', '--rotate-every', '1h', '--jitter', jitter],
  ...['--role', 'loader'],
];

/** Each history is the simulation of these hosts. */
const HISTORIES = {
  // The page of the README: single rotations are visible.
  days: { hosts: { 'db-loader': simulateHourly('36h') }, report: ['-j', '5h'] },
  month: { hosts: { 'db-loader': simulateHourly('30d') }, report: ['-j', '4h'] },
  start: { hosts: { 'db-loader': simulateHourly('2h') }, report: ['-j', '4h'] },
  shortfall: {
    hosts: { 'db-loader': simulateHourly('3d', '1m') },
    report: ['-j', '4h', '-j', '4h55m'],
  },
  unknown: { hosts: { 'db-loader': simulateHourly('30m') }, report: ['-j', '4h'] },
  problems: {
    hosts: {
      'db-loader': [
        ...simulateHourly('3d'),
        ...['--fault', '503,from=24h,for=70m', '--fault', 'clock-skew=5m,from=30h,for=10h'],
        ...['--fault', 'reset,from=70h'],
      ],
    },
    report: ['-j', '4h'],
  },
  hosts: {
    hosts: Object.fromEntries(
      Array.from({ length: 5 }, (_, index) => [
        `db-loader-${index + 1}`,
        simulateHourly('4d', `${3 * index + 1}m`),
      ]),
    ),
    report: ['-j', '4h50m'],
  },
};

export const HISTORY_NAMES = Object.keys(HISTORIES);

/**
 * Writes the HTML report of a history.
 * @returns the path of the page
 */
export function writePage(name, folder) {
  const { hosts, report } = HISTORIES[name];
  const own = join(folder, name);
  mkdirSync(own);
  const run = (...args) => {
    const env = {
      PATH: process.env.PATH,
      HOME: own,
      CRED_WATCH_DB: join(own, 'samples.db'),
      FIXED_TIME: NOW,
    };
    const argv = ['--require', FIXED_CLOCK, PROGRAM, ...args];
    try {
      return execFileSync(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      // The exit codes 1 and 3 are verdicts.
      if (args[0] !== 'report' || ![1, 3].includes(error.status)) throw error;
      return error.stdout;
    }
  };
  for (const [host, options] of Object.entries(hosts)) {
    const file = join(own, `${host}.ndjson`);
    run('simulate', ...options, '--until', NOW, '--seed', host, '--host', host, '-o', file);
    // Key ids of AWS, because the report says that those of `simulate` are false.
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('ASIAFALSE', 'ASIAJ2345'));
    run('import', file);
  }
  const page = join(folder, `${name}.html`);
  run('report', ...report, '-f', 'html', '-o', page);
  return page;
}
