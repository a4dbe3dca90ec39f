import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  pairResults,
  parseResults,
  renderTable,
  TABLE_NAMES,
  type TableName,
} from '../support/accuracy/document-tables.ts';
import { KINDS } from '../support/accuracy/kinds.ts';
import type { KindResult } from '../support/accuracy/tables.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';

const DOCUMENT = 'docs/accuracy.md';
const readResults = (name: string) =>
  parseResults(readFileSync(join(ROOT, 'fixtures/accuracy', `${name}.ndjson`), 'utf8'));

const pairs = pairResults(readResults('before'), readResults('after'));

/** `<!-- table: NAME -->`, an empty line, then the table. */
const findTable = (name: TableName) =>
  new RegExp(`(?<=<!-- table: ${name} -->\\n\\n)(?:\\|.*\\n)+`).exec(readDocument(DOCUMENT))?.[0];

test.each(TABLE_NAMES)('docs/accuracy.md shows the stored results in the table %s', (name) => {
  const table = findTable(name);
  const current = renderTable(name, pairs);
  if (process.env.UPDATE_DOCS === '1' && table !== undefined) {
    writeFileSync(
      join(ROOT, DOCUMENT),
      readDocument(DOCUMENT).replace(table, () => current),
    );
  } else {
    expect(table).toBe(current);
  }
});

test('the stored results contain every kind of simulated history', () => {
  expect(pairs.map(({ after }) => after.kind)).toEqual(KINDS.map(({ name }) => name));
});

test('both versions were measured with the same number of histories', () => {
  const countHistories = ({ histories, forward }: KindResult) => [histories, forward.histories];
  expect(pairs.map(({ after }) => countHistories(after))).toEqual(
    pairs.map(({ before }) => countHistories(before)),
  );
});

/** These kinds refuse more. docs/accuracy.md says why, under "Where the rules refuse more jobs". */
const REFUSING_MORE =
  /^host slow.* no Date, dated$|^host fast.* Date right, undated$|^stall at the end, dated$/;

test('plain EC2 and ECS keep their worst case', () => {
  const plain = pairs.filter(({ after }) => ['EC2', 'ECS'].includes(after.kind));
  expect(plain.map(({ after }) => after.meanWorstCase)).toEqual(
    plain.map(({ before }) => before.meanWorstCase),
  );
});

test('no other kind lost 10 minutes of its mean worst case or 3 percentage points of comfortable jobs', () => {
  const refusedShare = ({ refused, comfortable }: KindResult) => refused / Math.max(1, comfortable);
  const worse = pairs.filter(
    ({ before, after }) =>
      before.meanWorstCase - after.meanWorstCase > 600 || refusedShare(after) - refusedShare(before) > 0.03,
  );
  expect(worse.map(({ after }) => after.kind).filter((kind) => !REFUSING_MORE.test(kind))).toEqual([]);
});
