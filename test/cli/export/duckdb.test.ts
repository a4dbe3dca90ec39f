import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ArchiveRecord, parseArchiveRecord } from '../../../src/store/archive/record.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { listCodeBlocks } from '../../support/docs/markdown.ts';
import { describeDuckDb, type Query, type Row, sqlText } from '../../support/report/duckdb.ts';
import { fillRichly, HOSTILE, recordSamples, START } from '../../support/report/rich-store.ts';

interface Exported {
  db: string;
  root: string;
}

function fillDatabase(fill: (store: SampleStore) => void): Exported {
  const folder = temporaryFolder();
  const [db, root] = [join(folder, 'samples.db'), join(folder, 'history')];
  using store = SampleStore.open(db);
  fill(store);
  return { db, root };
}

const exportParquet = ({ db, root }: Exported, ...flags: string[]) =>
  succeed(['export', '-f', 'parquet', '--db', db, '-o', root, ...flags]);

/** The rows of an export. Without the types, DuckDB reads a host such as `007` as a number. */
const readRows = (root: string) =>
  `read_parquet(${sqlText(`${root}/**/*.parquet`)}, hive_partitioning=true,
     hive_types={'host': VARCHAR, 'month': VARCHAR})`;

const FIGURES = `
  retired, polled, several_endpoints, issued_per_request,
  count(*) AS generation_count,
  sum(sample_count)::BIGINT AS sample_count,
  count(witnessed) AS rotation_count,
  count(*) FILTER (witnessed) AS witnessed_rotation_count,
  epoch_ms(min(first_seen_at)) AS first_sample_at,
  epoch_ms(max(last_seen_at)) AS last_sample_at,
  min(remaining_when_last_seen_seconds) AS sampled_minimum,
  min(least_remaining_seconds) AS worst_case,
  min(lead_time_seconds) AS smallest_lead_time,
  min(validity_when_issued_seconds) AS smallest_validity,
  max(validity_when_issued_seconds) AS largest_validity,
  min(rotation_interval_seconds) AS shortest_interval,
  max(rotation_interval_seconds) AS longest_interval`;

/** By the name of the series. Whole numbers are numbers. */
const byName = (rows: readonly Row[]): Record<string, Row> =>
  Object.fromEntries(
    rows.map(({ host, source, api_version, role, ...figures }) => [
      JSON.stringify([host, source, api_version, role]),
      Object.fromEntries(
        Object.entries(figures).map(([name, value]) => [
          name,
          typeof value === 'string' ? Number(value) : value,
        ]),
      ),
    ]),
  );

async function computeFigures(query: Query, root: string): Promise<Record<string, Row>> {
  const rows = await query(
    `SELECT host, source, api_version, role, ${FIGURES} FROM ${readRows(root)} GROUP BY ALL`,
  );
  return byName(rows);
}

/** The figures of `report -f json`. */
async function reportFigures(db: string, ...flags: string[]): Promise<Record<string, Row>> {
  const { stdout } = await runCommand(['report', '-f', 'json', '--db', db, ...flags]);
  const { series } = JSON.parse(stdout);
  return byName(
    series
      .filter((each: Row) => each.sample_count !== 0)
      // biome-ignore lint/suspicious/noExplicitAny: parsed JSON
      .map((each: any) => ({
        host: each.host,
        source: each.source,
        api_version: each.api_version,
        role: each.role,
        retired: each.retired,
        polled: each.polled,
        several_endpoints: each.several_endpoints,
        issued_per_request: each.issued_per_request,
        generation_count: each.generation_count,
        sample_count: each.sample_count,
        rotation_count: each.rotation_count,
        witnessed_rotation_count: each.witnessed_rotation_count,
        first_sample_at: Date.parse(each.first_sample_at),
        last_sample_at: Date.parse(each.last_sample_at),
        sampled_minimum: each.sampled_minimum.remaining_seconds,
        worst_case: each.worst_case.remaining_seconds,
        // The report has the lead time only if it is the worst case.
        smallest_lead_time: each.worst_case.at_rotation ? each.worst_case.remaining_seconds : null,
        smallest_validity: each.validity_when_issued?.min_seconds ?? null,
        largest_validity: each.validity_when_issued?.max_seconds ?? null,
        shortest_interval: each.rotation_interval?.min_seconds ?? null,
        longest_interval: each.rotation_interval?.max_seconds ?? null,
      })),
  );
}

async function expectSameFigures(query: Query, { db, root }: Exported, ...flags: string[]): Promise<number> {
  const [computed, reported] = [await computeFigures(query, root), await reportFigures(db, ...flags)];
  for (const [name, figures] of Object.entries(reported)) {
    if (figures.smallest_lead_time === null) figures.smallest_lead_time = computed[name]?.smallest_lead_time;
  }
  expect(computed).toEqual(reported);
  return Object.keys(computed).length;
}

const HISTORIES = fixturePath('histories');

/** The records of a history in `fixtures/histories`, with a host of its own. */
function readHistory(name: string): ArchiveRecord[] {
  const text = readFileSync(join(HISTORIES, name, 'observations.ndjson'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const fields = JSON.parse(line);
      return parseArchiveRecord({ ...fields, host: `${name}/${fields.host}` });
    });
}

describeDuckDb('DuckDB', (query) => {
  test('DuckDB computes the worst case of the logs of 2015 to the second', async () => {
    const folder = temporaryFolder();
    const exported = { db: join(folder, 'samples.db'), root: join(folder, 'history') };
    await succeed(['import', fixturePath('curl.log'), fixturePath('invoke.log'), '--db', exported.db]);
    await exportParquet(exported);
    const rows = await query(
      `SELECT host, month, min(lead_time_seconds) AS worst, arg_min(rotated_at, lead_time_seconds)::VARCHAR AS at
       FROM ${readRows(exported.root)} WHERE witnessed GROUP BY ALL ORDER BY host`,
    );
    expect(rows).toEqual([
      {
        host: 'curl',
        month: '2015-11',
        worst: String(4 * 3600 + 59 * 60 + 36),
        at: '2015-11-18 08:03:35+00',
      },
      {
        host: 'invoke',
        month: '2015-11',
        worst: String(5 * 3600 + 4 * 60 + 44),
        at: '2015-11-18 06:03:03+00',
      },
    ]);
    expect(await expectSameFigures(query, exported)).toBe(2);
  });

  test('DuckDB computes the figures of the report for every history in fixtures', async () => {
    const histories = readdirSync(HISTORIES);
    const exported = fillDatabase((store) => {
      for (const name of histories) store.writeRecords(readHistory(name));
    });
    await exportParquet(exported);
    expect(await expectSameFigures(query, exported)).toBeGreaterThan(60);
    const kinds = await query(
      `SELECT count(*) FILTER (several_endpoints) > 9 AS several, count(*) FILTER (issued_per_request) > 9 AS per_request,
         count(*) FILTER (retired) > 0 AS retired, count(*) FILTER (NOT witnessed) > 0 AS unwitnessed,
         count(*) FILTER (NOT rotation_dated) > 9 AS undated, count(*) FILTER (lead_time_at_most) > 0 AS at_most,
         count(*) FILTER (abs(largest_clock_offset_seconds) > 60) > 9 AS skewed
       FROM ${readRows(exported.root)}`,
    );
    expect(kinds.flatMap((row) => Object.entries(row).filter(([, isFound]) => isFound !== true))).toEqual([]);
  });

  test('DuckDB runs the documented statements', async () => {
    const exported = fillDatabase(fillRichly);
    await exportParquet(exported);
    const statements = listCodeBlocks('docs/parquet.md')
      .filter(({ language, code }) => language === 'sql' && code.includes('read_parquet('))
      .map(({ code }) => code.replaceAll("'history/", `'${exported.root}/`));
    expect(statements.length).toBe(2);
    const [worst = [], daily = []] = await Promise.all(statements.map(query));
    expect(worst.length).toBe(4);
    expect(worst[0]).toMatchObject({ host: 'task', worst_case_seconds: '3592', witnessed_rotations: '9' });
    expect(daily).toContainEqual({ host: 'i-0abc', day: '2026-01-02', shortest: '18000', median: 18060 });
  });

  test('filters select the rows that the report uses', async () => {
    const { db } = fillDatabase(fillRichly);
    const filters = [
      [],
      ['--since', '2026-01-01T12:00:00Z', '--until', '2026-01-02'],
      ['--source', 'container'],
      ['--role', 'loader'],
      ['--host', 'task'],
    ];
    for (const flags of filters) {
      const exported = { db, root: join(temporaryFolder(), 'history') };
      await exportParquet(exported, ...flags);
      expect(await expectSameFigures(query, exported, ...flags)).toBeGreaterThan(0);
    }
  });

  test('DuckDB reads every host name back from the folders', async () => {
    const hosts = [
      '..',
      'a/b',
      'a=b&c',
      '%2F',
      'a+b c',
      'tab\tand\nline',
      '\0nul',
      'café · ｉ-0abc',
      '🙂',
      'quote\'"`$(x)*?[a]{b}\\',
      '007',
      '2026-01-01',
      'null',
      'NULL',
      '__HIVE_DEFAULT_PARTITION__',
      'trailing.',
      'x'.repeat(249),
      HOSTILE.host,
    ];
    const exported = fillDatabase((store) => {
      for (const host of hosts) {
        const identity = { host, source: 'imds', apiVersion: '2', role: 'a' } as const;
        recordSamples(store, identity, { from: START, hours: 2, every: 30 });
      }
    });
    await exportParquet(exported);
    const rows = await query(`SELECT DISTINCT host FROM ${readRows(exported.root)}`);
    expect(rows.map(({ host }) => host).sort()).toEqual([...hosts].sort());
  });

  test('DuckDB reads months as text, and files have no column of the path', async () => {
    const exported = fillDatabase((store) =>
      recordSamples(
        store,
        { host: 'a', source: 'imds', apiVersion: '2', role: 'r' },
        { from: START - 3_600_000, hours: 3 },
      ),
    );
    await exportParquet(exported);
    const source = sqlText(`${exported.root}/**/*.parquet`);
    const months = await query(
      `SELECT DISTINCT month, typeof(month) AS type FROM read_parquet(${source}) ORDER BY 1`,
    );
    expect(months).toEqual([
      { month: '2025-12', type: 'VARCHAR' },
      { month: '2026-01', type: 'VARCHAR' },
    ]);
    const columns = await query(`SELECT DISTINCT name FROM parquet_schema(${source})`);
    expect(columns.filter(({ name }) => name === 'host' || name === 'month')).toEqual([]);
  });
});
