// Measures PostgreSQL as the database of a fleet: push, reports, and other ways to find each host's worst case.
// The first ten hosts push 90 days of hourly generations. The other hosts are copies of their rows.
// Usage: node bench/fleet.mjs [--generations N] [--raw-generations N] [--rounds N] [--folder FOLDER] [--json]
// --raw-generations: the size of the table of raw samples, which needs six times as many rows. Default: N.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment, missingNodePackage, PROGRAM, startCommands } from './harness/commands.mjs';
import {
  copyHosts,
  GENERATIONS_PER_HOST,
  nameHost,
  PUSHED_HOSTS,
  SAMPLES_PER_GENERATION,
  writeHosts,
} from './harness/fleet-data.mjs';
import { startPostgres } from './harness/postgres.mjs';
import { summarise } from './harness/statistics.mjs';
import { formatValue } from './harness/table.mjs';

const { values } = parseArgs({
  options: {
    generations: { type: 'string', default: '1000000' },
    'raw-generations': { type: 'string' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
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
  show({
    name,
    unit: 'ms',
    value: median((run) => run.value),
    cpuMs: median((run) => run.cpuMs),
    peakKiB: median((run) => run.peakKiB),
    serverPeakKiB,
  });
}

function program(args) {
  return [process.execPath, PROGRAM, ...args];
}

async function measurePushes() {
  const run = (args) => execFileSync(process.execPath, [PROGRAM, ...args], { env: cleanEnvironment(folder) });
  run(['push', '--to', server.url, '--migrate']);
  const one = await writeHosts(folder, 1);
  const push = async (name, file, rows) => {
    const { value, ...usage } = await commands.measure(
      program(['push', '--to', server.url, '--db', file, '--tag', 'team=a']),
    );
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
  const report = (args) => () =>
    commands.measure(program(['report', '-j', '4h', '--db', server.url, ...args]), { exitCodes: VERDICTS });
  const since = (days) => new Date(Date.now() - days * DAY).toISOString();
  await measureTimes('report --fleet', report(['--fleet']));
  await measureTimes('report --fleet -f json', report(['--fleet', '-f', 'json']));
  await measureTimes('report --group-by role', report(['--group-by', 'role']));
  await measureTimes('report --group-by team', report(['--group-by', 'team']));
  await measureTimes('report --fleet --since 7 days', report(['--fleet', '--since', since(7)]));
  await measureTimes('report --fleet --since 100 days', report(['--fleet', '--since', since(100)]));
  await measureTimes('report of one host', report(['--host', nameHost(hostCount - 1)]));
}

/** Runs a query, and checks that its `worst` is the worst case of the fleet. */
async function timeQuery(sql, expected) {
  const start = performance.now();
  const [{ worst }] = await server.query(sql);
  const value = performance.now() - start;
  if (expected !== null && Number(worst) !== expected)
    throw new Error(`the query found ${worst}, not ${expected}`);
  return { value };
}

const readWorst = async () =>
  Number((await server.query('SELECT min(worst_case) AS worst FROM cred_watch.series'))[0].worst);

async function measureQueries() {
  const worst = await readWorst();
  const perHost = (value, from) =>
    `SELECT min(worst) AS worst FROM (SELECT host, min(${value}) AS worst ${from} GROUP BY host) AS h`;
  await measureTimes('SQL: stored worst case of each series', () =>
    timeQuery(perHost('worst_case', 'FROM cred_watch.series'), worst),
  );
  await measureTimes('SQL: smallest stored value of each host’s generations', () =>
    timeQuery(perHost('remaining_when_served_last', 'FROM cred_watch.generations'), worst),
  );
  await measureTimes('SQL: lead times computed from generations', () =>
    timeQuery(perHost('lead_time', COMPUTED_FROM_GENERATIONS), worst),
  );
}

const COMPUTED_FROM_GENERATIONS = `FROM (
  SELECT host, (expiration - lead(last_updated) OVER (PARTITION BY host ORDER BY first_seen)) / 1000 AS lead_time
  FROM cred_watch.generations) AS rotations`;

/** The simplest table: one row per sample. SQL finds the lead times, without clocks, gaps and several endpoints. */
async function measureRawSamples() {
  const wanted = Math.min(rowCount, Number(values['raw-generations'] ?? rowCount));
  const hosts = Math.max(PUSHED_HOSTS, Math.round(wanted / GENERATIONS_PER_HOST));
  const samples = hosts * GENERATIONS_PER_HOST * SAMPLES_PER_GENERATION;
  await server.query(
    'CREATE TABLE raw_samples (host text, key text, last_updated bigint, expiration bigint, observed_at bigint)',
  );
  const start = performance.now();
  await server.query(
    `INSERT INTO raw_samples SELECT host, generation_key, last_updated, expiration,
       first_seen + n * (last_seen - first_seen) / ${SAMPLES_PER_GENERATION - 1}
     FROM cred_watch.generations, generate_series(0, ${SAMPLES_PER_GENERATION - 1}) AS n
     WHERE host <= '${nameHost(hosts - 1)}'`,
  );
  await server.query('VACUUM (ANALYZE) raw_samples');
  show({ name: 'raw samples: rows', unit: 'rows', value: samples });
  show({
    name: 'raw samples: bulk load',
    unit: 'per second',
    value: (1000 * samples) / (performance.now() - start),
  });
  const [{ size }] = await server.query("SELECT pg_total_relation_size('raw_samples')::float8 AS size");
  show({
    name: 'raw samples of a generation',
    unit: 'bytes',
    value: (size / samples) * SAMPLES_PER_GENERATION,
  });
  const worst = await readWorst();
  await measureTimes('SQL: lead times computed from raw samples', () =>
    timeQuery(COMPUTED_FROM_SAMPLES, worst),
  );
  await server.query('DROP TABLE raw_samples');
}

const COMPUTED_FROM_SAMPLES = `
  WITH generations AS (
    SELECT host, key, max(last_updated) AS last_updated, min(expiration) AS expiration, min(observed_at) AS first_seen
    FROM raw_samples GROUP BY host, key
  ), rotations AS (
    SELECT host, (expiration - lead(last_updated) OVER (PARTITION BY host ORDER BY first_seen)) / 1000 AS lead_time
    FROM generations
  )
  SELECT min(worst) AS worst FROM (SELECT host, min(lead_time) AS worst FROM rotations GROUP BY host) AS hosts`;

async function measureParquet() {
  if (missingNodePackage('@duckdb/node-api')) return;
  const objects = join(folder, 'objects');
  const file = join(folder, `hosts-${PUSHED_HOSTS}.db`);
  const pushed = await commands.measure(program(['push', '--to', objects, '--db', file]));
  show({ name: `push of ${PUSHED_HOSTS} hosts to a folder`, unit: 'ms', ...pushed });
  const copies = join(folder, 'copies.parquet');
  const start = performance.now();
  const duckDb = (sql) => commands.measure([process.execPath, '-e', DUCKDB, sql]);
  await duckDb(`COPY (
    SELECT p.* REPLACE ('host-' || lpad(n::VARCHAR, 6, '0') AS host)
    FROM range(${hostCount}) AS r(n) JOIN ${readParquet(`${objects}/**/*.parquet`)} AS p
      ON p.host = 'host-' || lpad((n % ${PUSHED_HOSTS})::VARCHAR, 6, '0')) TO '${copies}' (FORMAT parquet)`);
  show({
    name: 'Parquet: bulk write',
    unit: 'per second',
    value: (1000 * rowCount) / (performance.now() - start),
  });
  show({ name: 'Parquet: a generation', unit: 'bytes', value: statSync(copies).size / rowCount });
  await measureTimes('DuckDB: smallest stored value of each host’s generations', () =>
    duckDb(
      `SELECT min(worst) FROM (SELECT host, min(least_remaining_seconds) AS worst FROM '${copies}' GROUP BY host)`,
    ),
  );
  show({ name: 'objects of a host', unit: 'files', value: countFiles(objects) / PUSHED_HOSTS });
}

const readParquet = (files) =>
  `read_parquet('${files}', hive_partitioning = true, hive_types = {'host': VARCHAR, 'month': VARCHAR})`;

const countFiles = (path) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.parquet')).length;

const DUCKDB = `
  const { DuckDBInstance } = require('@duckdb/node-api');
  (async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(process.argv[1]);
    console.log(String(result.getRows()));
    connection.closeSync();
    instance.closeSync();
  })();`;

const folder = mkdtempSync(join(values.folder, 'cred-watch-bench-'));
// The user of the server passes through this folder.
chmodSync(folder, 0o711);
const server = await startPostgres(mkdirIn(folder, 'server'));
const commands = startCommands(folder);
try {
  show({ name: `generations of ${hostCount} hosts`, unit: 'rows', value: rowCount });
  await measurePushes();
  await measureCopies();
  await measureReports();
  await measureQueries();
  await measureRawSamples();
  await measureParquet();
} finally {
  await commands.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
