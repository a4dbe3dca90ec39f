// Measures PostgreSQL as the database of a fleet: push, reports, and other ways to find each host's worst case.
// The first ten hosts push 90 days of hourly generations. The other hosts are copies of their rows.
// Usage: node bench/fleet.mjs [--generations N] [--raw-generations N] [--rounds N] [--folder FOLDER] [--check] [--json]
// --raw-generations: the size of the table of raw samples, which has six times as many rows. Default: N.
// --check: fails if a fleet report takes too long or too much memory.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment, PROGRAM, startCommands } from './harness/commands.mjs';
import {
  copyHosts,
  GENERATIONS_PER_HOST,
  nameHost,
  PUSHED_HOSTS,
  writeHosts,
} from './harness/fleet-data.mjs';
import { measureParquet } from './harness/fleet-parquet.mjs';
import { measureQueries, measureRawSamples } from './harness/fleet-queries.mjs';
import { startPostgres } from './harness/postgres.mjs';
import { summarise } from './harness/statistics.mjs';
import { formatValue } from './harness/table.mjs';

const { values } = parseArgs({
  options: {
    generations: { type: 'string', default: '1000000' },
    'raw-generations': { type: 'string' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const generationCount = Number(values.generations);
const hostCount = Math.max(PUSHED_HOSTS, Math.round(generationCount / GENERATIONS_PER_HOST));
const rowCount = hostCount * GENERATIONS_PER_HOST;
const rounds = Number(values.rounds);
/** Exit codes of a verdict. */
const VERDICTS = [0, 1, 3];
const DAY = 86_400_000;
/** For `--check`, on a busy machine. An idle one takes a tenth of the time. */
const MAX_REPORT_MS = 10_000;
const MAX_REPORT_KIB = 120 * 1024;

function show(row) {
  if (values.json) return console.log(JSON.stringify(row));
  const { name, unit, value, cpuMs, peakKiB, serverPeakKiB } = row;
  const memory = (text, kib) => (kib === undefined ? '' : `, ${text} ${(kib / 1024).toFixed(0)} MiB`);
  const cpu = cpuMs === undefined ? '' : `, CPU ${formatValue(cpuMs, 'ms')}`;
  console.log(
    `${name}: ${formatValue(value, unit)}${cpu}${memory('memory', peakKiB)}${memory('server', serverPeakKiB)}`,
  );
}

function mkdirIn(parent, name) {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

/** Medians of several runs. The first run fills caches, and is discarded if there are others. */
async function measureTimes(name, action) {
  const { result: runs, serverPeakKiB } = await server.watchMemory(async () => {
    const all = [];
    for (let round = 0; round <= (rounds > 1 ? rounds : 0); round += 1) all.push(await action());
    return all.length > 1 ? all.slice(1) : all;
  });
  const median = (read) => {
    const all = runs.map(read).filter((each) => each !== undefined);
    return all.length === 0 ? undefined : summarise(all).median;
  };
  const row = {
    ...{ name, unit: 'ms', value: median((run) => run.value) },
    ...{ cpuMs: median((run) => run.cpuMs), peakKiB: median((run) => run.peakKiB), serverPeakKiB },
  };
  show(row);
  return row;
}

/** Returns the database file of the hosts. */
async function measurePushes() {
  const run = (args) => execFileSync(process.execPath, [PROGRAM, ...args], { env: cleanEnvironment(folder) });
  run(['push', '--to', server.url, '--migrate']);
  const one = await writeHosts(folder, 1);
  const push = async (name, file, rows) => {
    const { value, ...usage } = await commands.measureProgram([
      'push',
      '--to',
      server.url,
      '--db',
      file,
      '--tag',
      'team=a',
    ]);
    show({ name, unit: 'ms', value, ...usage });
    if (rows > 0) show({ name: `${name}: rows`, unit: 'per second', value: (1000 * rows) / value });
  };
  await push('first push of one host', one, GENERATIONS_PER_HOST);
  await push('second push, without changes', one, 0);
  await server.query(
    'TRUNCATE cred_watch.hosts, cred_watch.host_tags, cred_watch.series, cred_watch.generations, cred_watch.findings',
  );
  const all = await writeHosts(folder, PUSHED_HOSTS);
  await push(`first push of ${PUSHED_HOSTS} hosts`, all, PUSHED_HOSTS * GENERATIONS_PER_HOST);
  return all;
}

async function measureCopies() {
  const start = performance.now();
  await copyHosts(server.query, hostCount);
  const ms = performance.now() - start;
  const copied = rowCount - PUSHED_HOSTS * GENERATIONS_PER_HOST;
  if (copied > 0)
    show({
      name: 'bulk load with INSERT … SELECT and VACUUM',
      unit: 'per second',
      value: (1000 * copied) / ms,
    });
  const [{ size }] = await server.query(
    "SELECT pg_total_relation_size('cred_watch.generations')::float8 AS size",
  );
  show({ name: 'a generation with its index', unit: 'bytes', value: size / rowCount });
}

async function measureReports() {
  const measure = (name, args) =>
    measureTimes(name, () =>
      commands.measureProgram(['report', '-j', '4h', '--db', server.url, ...args], { exitCodes: VERDICTS }),
    );
  const since = (days) => new Date(Date.now() - days * DAY).toISOString();
  const rows = [
    await measure('report --fleet', ['--fleet']),
    await measure('report --fleet -f json', ['--fleet', '-f', 'json']),
    await measure('report --group-by role', ['--group-by', 'role']),
    await measure('report --group-by team', ['--group-by', 'team']),
    await measure('report --fleet --since 7 days', ['--fleet', '--since', since(7)]),
    await measure('report --fleet --since 100 days', ['--fleet', '--since', since(100)]),
  ];
  await measure('report of one host', ['--host', nameHost(hostCount - 1)]);
  if (!values.check) return;
  for (const { name, value, peakKiB } of rows) {
    if (value > MAX_REPORT_MS || peakKiB > MAX_REPORT_KIB)
      throw new Error(`${name} took ${value.toFixed(0)} ms and ${(peakKiB / 1024).toFixed(0)} MiB`);
  }
}

const folder = mkdtempSync(join(values.folder, 'cred-watch-bench-'));
// The user of the server passes through this folder.
chmodSync(folder, 0o711);
const server = await startPostgres(mkdirIn(folder, 'server'));
const commands = startCommands(folder);
try {
  show({ name: `generations of ${hostCount} hosts`, unit: 'rows', value: rowCount });
  const file = await measurePushes();
  await measureCopies();
  await measureReports();
  const context = { server, commands, folder, show, measureTimes, hostCount, rowCount };
  await measureQueries(context);
  await measureRawSamples(context, Math.min(rowCount, Number(values['raw-generations'] ?? rowCount)));
  await measureParquet(context, file);
} finally {
  await commands.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
