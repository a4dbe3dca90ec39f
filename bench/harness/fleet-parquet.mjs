// The Parquet objects of a fleet: push to a folder, and DuckDB on copies of the objects.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missingNodePackage } from './commands.mjs';
import { PUSHED_HOSTS } from './fleet-data.mjs';
import { readWorst } from './fleet-queries.mjs';

/** @param file the database of the pushed hosts */
export async function measureParquet(context, file) {
  if (missingNodePackage('@duckdb/node-api')) return;
  const { commands, folder, show, measureTimes, hostCount, rowCount, server } = context;
  const objects = join(folder, 'objects');
  const pushed = await commands.measureProgram(['push', '--to', objects, '--db', file]);
  show({ name: `push of ${PUSHED_HOSTS} hosts to a folder`, unit: 'ms', ...pushed });
  const copies = join(folder, 'copies.parquet');
  const start = performance.now();
  const stdout = join(folder, 'duckdb.txt');
  const duckDb = (sql) => commands.measure([process.execPath, '-e', DUCKDB, sql], { stdout });
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
  const found = Number(readFileSync(stdout, 'utf8'));
  const worst = await readWorst(server.query);
  if (found !== worst) throw new Error(`DuckDB found ${found}, not ${worst}`);
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
