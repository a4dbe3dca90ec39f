import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ColumnType } from '../../src/report/parquet/columns.ts';
import { PARQUET_COLUMNS } from '../../src/report/parquet/parquet-columns.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';

const DOCUMENT = 'docs/parquet.md';

/** The type of the column in the table, and the unit. */
const TYPE_NAMES: Record<ColumnType, string> = {
  string: 'text',
  boolean: 'boolean',
  seconds: 'integer, seconds',
  milliseconds: 'integer, milliseconds',
  count: 'integer',
  instant: 'timestamp',
};

const ATHENA_TYPES: Record<ColumnType, string> = {
  string: 'string',
  boolean: 'boolean',
  seconds: 'bigint',
  milliseconds: 'bigint',
  count: 'bigint',
  instant: 'timestamp',
};

const renderTable = () =>
  [
    '| column | type | may be null | content |',
    '|---|---|---|---|',
    ...PARQUET_COLUMNS.map(
      ({ name, type, isNullable, description }) =>
        `| \`${name}\` | ${TYPE_NAMES[type]} | ${isNullable ? 'yes' : 'no'} | ${description} |`,
    ),
    '',
  ].join('\n');

const renderStatement = () =>
  [
    '```sql',
    'CREATE EXTERNAL TABLE credential_generations (',
    PARQUET_COLUMNS.map(({ name, type }) => `  ${name} ${ATHENA_TYPES[type]}`).join(',\n'),
    ')',
    'PARTITIONED BY (host string, month string)',
    'STORED AS PARQUET',
    "LOCATION 's3://amzn-s3-demo-bucket/history/';",
    '',
    'MSCK REPAIR TABLE credential_generations;',
    '```',
    '',
  ].join('\n');

test.each([
  ['table: columns', String.raw`(?:\|.*\n)*`, renderTable()],
  ['ddl', '```sql\\n[\\s\\S]*?```\\n', renderStatement()],
])('docs/parquet.md shows the current %s', (marker, pattern, text) => {
  const place = new RegExp(`(?<=<!-- ${marker} -->\\n\\n)${pattern}`);
  const current = readDocument(DOCUMENT);
  if (process.env.UPDATE_DOCS === '1')
    writeFileSync(
      join(ROOT, DOCUMENT),
      current.replace(place, () => text),
    );
  else expect(place.exec(current)?.[0]).toBe(text);
});
