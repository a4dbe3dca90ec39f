import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ColumnType } from '../../src/report/parquet/columns.ts';
import { PARQUET_COLUMNS } from '../../src/report/parquet/parquet-columns.ts';
import { listCodeBlocks, ROOT, readDocument } from '../support/docs/markdown.ts';
import { useFalseKeys } from '../support/object-storage/aws-variables.ts';
import { createBucket, pushTo } from '../support/object-storage/pushed.ts';
import { fillRichly, IMDS, recordSamples, START } from '../support/report/rich-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

useFalseKeys();

const DOCUMENT = 'docs/object-storage.md';

const ATHENA_TYPES: Record<ColumnType, string> = {
  string: 'string',
  boolean: 'boolean',
  seconds: 'bigint',
  milliseconds: 'bigint',
  count: 'bigint',
  instant: 'timestamp',
};

const renderStatement = () =>
  [
    '```sql',
    'CREATE EXTERNAL TABLE credential_generations (',
    PARQUET_COLUMNS.map(({ name, type }) => `  ${name} ${ATHENA_TYPES[type]}`).join(',\n'),
    ')',
    'PARTITIONED BY (host string, month string)',
    'STORED AS PARQUET',
    "LOCATION 's3://amzn-s3-demo-bucket/cred-watch/'",
    'TBLPROPERTIES (',
    "  'projection.enabled' = 'true',",
    "  'projection.host.type' = 'injected',",
    "  'projection.month.type' = 'date',",
    "  'projection.month.format' = 'yyyy-MM',",
    "  'projection.month.range' = '2025-01,NOW',",
    "  'projection.month.interval' = '1',",
    "  'projection.month.interval.unit' = 'MONTHS',",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena replaces these names
    "  'storage.location.template' = 's3://amzn-s3-demo-bucket/cred-watch/host=${host}/month=${month}'",
    ');',
    '```',
    '',
  ].join('\n');

test('the statement for Athena has the columns of the files', () => {
  const place = /(?<=<!-- ddl: athena -->\n\n)```sql\n[\s\S]*?```\n/;
  const current = readDocument(DOCUMENT);
  if (process.env.UPDATE_DOCS === '1')
    writeFileSync(join(ROOT, DOCUMENT), current.replace(place, renderStatement));
  else expect(place.exec(current)?.[0]).toBe(renderStatement());
});

test('the columns of partitions are not columns of the files, because Athena rejects this', () => {
  expect(PARQUET_COLUMNS.filter(({ name }) => name === 'host' || name === 'month')).toEqual([]);
});

test('the policy allows the requests of push, and nothing else', async () => {
  const [bucket, store] = [await createBucket(), temporaryStore()];
  fillRichly(store);
  await pushTo(bucket, store);
  recordSamples(store, IMDS, { from: START + 40 * 3_600_000, hours: 1 });
  await pushTo(bucket, store);
  // A second database, so that objects are read too.
  const other = temporaryStore();
  recordSamples(other, IMDS, { from: START + 41 * 3_600_000, hours: 1 });
  await pushTo(bucket, other);
  const [policy] = listCodeBlocks(DOCUMENT).filter(({ language }) => language === 'json');
  const { Statement: statements } = JSON.parse(policy?.code ?? '');
  const ofObjects = statements.find(({ Resource }: { Resource: string }) =>
    Resource.endsWith('/cred-watch/*'),
  );
  const used = new Set(bucket.server?.requests.map(({ action }) => action));
  expect([...used].sort()).toEqual(ofObjects.Action);
  expect(bucket.server?.requests.filter(({ key }) => !key.startsWith('cw/'))).toEqual([]);
  // Not a request: with this permission, S3 says that an object is missing.
  expect(statements.flatMap(({ Action }: { Action: string | string[] }) => Action)).toEqual([
    ...ofObjects.Action,
    's3:ListBucket',
  ]);
});

test('the documented numbers of requests are those of a push', async () => {
  const [bucket, store] = [await createBucket(), temporaryStore()];
  const { server } = bucket;
  if (server === null) throw new Error('no server');
  recordSamples(store, IMDS, { from: START, hours: 5 });
  await pushTo(bucket, store);
  const countRequests = async () => {
    server.requests.length = 0;
    await pushTo(bucket, store);
    const count = (action: string) => server.requests.filter((each) => each.action === action).length;
    return `${count('s3:GetObject')} GET, ${count('s3:PutObject')} PUT`;
  };
  expect(await countRequests()).toBe('1 GET, 0 PUT');
  recordSamples(store, IMDS, { from: START + 6 * 3_600_000, hours: 0.5 });
  expect(await countRequests()).toBe('1 GET, 1 PUT');
});
