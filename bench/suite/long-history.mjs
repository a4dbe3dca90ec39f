// Reports of ten million samples, compared with programs that find the shortest lead time in the raw samples. The
// others do much less: no gaps, no clocks, no verdict.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { missingNodePackage, missingTools, startCommands } from '../harness/commands.mjs';
import { importRows, loadLongSeries, writeLog } from '../harness/long-series.mjs';

const FULL_GENERATIONS = 166_666;
const QUICK_GENERATIONS = 16_666;
/** That of test/support/store/long-series.ts. Its credentials have expired, so only the forecast is of use. */
const SERIES = ['--host', 'i-0123456789abcdef0', '--source', 'imds', '--max-age', '36500d'];
/** Exit codes of a verdict and of `check` on a history that ended. */
const VERDICTS = [0, 1, 3];

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'long-history',
  title: 'Ten million samples (one million in a quick run)',
  rounds: { full: 3, quick: 1 },
  prepare: async ({ folder, quick, keep }) => {
    const generations = quick ? QUICK_GENERATIONS : FULL_GENERATIONS;
    const { writeLongSeries, generateLongSeries } = await loadLongSeries();
    const commands = startCommands(folder);
    const database = await keep(`history-${generations}.db`, (file) => writeLongSeries(file, generations));
    const small = join(folder, 'small.db');
    writeLongSeries(small, 1);
    const log = await keep(`history-${generations}.log`, (file) =>
      writeLog(file, generateLongSeries(generations)),
    );
    const noSqlite = missingTools('sqlite3');
    const rows = noSqlite ? '' : await keep(`rows-${generations}.db`, (file) => importRows(file, log));
    const noDuckDb = missingNodePackage('@duckdb/node-api');
    const table = noDuckDb
      ? ''
      : await keep(`rows-${generations}.duckdb`, (file) => runDuckDb(file, createTable(log)));
    const report = (format, file) => () =>
      commands.measureProgram(['report', '-f', format, '--db', file, '-o', join(folder, 'report')]);
    const check = (file) => () =>
      commands.measureProgram(['check', '--offline', '-j', '4h', ...SERIES, '--db', file], {
        exitCodes: VERDICTS,
      });
    return {
      cases: [
        { name: 'node -e 0', runsPerRound: 5, measure: commands.measureBareNode },
        {
          name: 'report -f json',
          measure: report('json', database),
          goals: [
            { figure: 'cpu', most: 10 },
            { figure: 'memory', most: 3 },
            { most: 1, against: 'DuckDB' },
            { most: 0.1, against: 'mawk on the log' },
          ],
        },
        {
          name: 'report -f html',
          measure: report('html', database),
          goals: [{ most: 2, against: 'report -f json' }],
        },
        { name: 'check --offline, 60 samples', runsPerRound: 3, measure: check(small) },
        {
          name: 'check --offline',
          measure: check(database),
          goals: [{ most: 1.5, against: 'check --offline, 60 samples' }],
        },
        {
          name: 'mawk on the log',
          skip: missingTools('mawk'),
          measure: () => commands.measure(['mawk', MAWK, log]),
        },
        {
          name: 'sqlite3 on raw rows',
          skip: noSqlite,
          measure: () => commands.measure(['sqlite3', rows, MIN_LEAD_TIME_QUERY]),
        },
        {
          name: 'DuckDB',
          skip: noDuckDb,
          measure: () => commands.measure([process.execPath, '-e', DUCKDB, table, MIN_LEAD_TIME_QUERY]),
        },
      ],
      close: commands.close,
    };
  },
};

const MAWK = `
  $3 != updated { if (updated && (!rotations++ || expiration - $3 < least)) least = expiration - $3
                  updated = $3; expiration = $4 }
  END { print rotations, least }`;

/** The same in SQLite and DuckDB. */
const MIN_LEAD_TIME_QUERY = `
  WITH generations AS (
    SELECT updated, min(expiration) AS expiration, min(polled) AS first_seen, max(polled) AS last_seen
    FROM samples GROUP BY updated
  ), rotations AS (
    SELECT expiration - lead(updated) OVER (ORDER BY updated) AS lead_time FROM generations
  )
  SELECT count(lead_time), min(lead_time) FROM rotations`;

const createTable = (log) => `
  CREATE TABLE samples AS SELECT * FROM read_csv('${log}', delim = ' ', header = false,
    columns = {'polled': 'BIGINT', 'key': 'VARCHAR', 'updated': 'BIGINT', 'expiration': 'BIGINT'})`;

const runDuckDb = (file, sql) =>
  execFileSync(process.execPath, ['-e', DUCKDB, file, sql], { stdio: 'ignore' });

const DUCKDB = `
  const { DuckDBInstance } = require('@duckdb/node-api');
  (async () => {
    const instance = await DuckDBInstance.create(process.argv[1]);
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(process.argv[2]);
    console.log(String(result.getRows()));
    connection.closeSync();
    instance.closeSync();
  })();`;
