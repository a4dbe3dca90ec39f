import { describe, expect, test } from 'vitest';
import { DOCUMENT_FORMS } from '../../../src/store/import/documents/forms.ts';
import { TableReader } from '../../../src/store/import/documents/table-reader.ts';
import { readText } from '../../support/store/logs/read-text.ts';

const { json, damaged, members, rows, table } = DOCUMENT_FORMS;

test('every form of documents has examples', () => {
  expect(Object.values(DOCUMENT_FORMS).map(({ name, examples }) => [name, examples.length])).toEqual([
    ['JSON', 4],
    ['damaged JSON', 1],
    ['members on lines', 5],
    ['rows of columns', 2],
    ['table with a header', 2],
    ['export of cred-watch', 1],
    ['output of cred-watch poll', 1],
  ]);
});

test.each(table.examples)('the header %s begins a table', (header) => {
  expect(TableReader.fromHeader(header)?.names).toEqual(header.split(','));
});

describe('a document', () => {
  test.each(
    [json, damaged, members].flatMap(({ name, examples }) =>
      examples.filter((text) => !text.includes('LastUpdated" :')).map((text) => [text, name] as const),
    ),
  )('the document %s has the form %s', async (text, name) => {
    const { samples, summary } = await readText(`2026-11-20T00:00:01Z ${text}\n`);
    expect(samples).toMatchObject([{ expiration: Date.UTC(2026, 10, 20, 6, 0, 1) }]);
    expect(summary.content.forms).toEqual([name]);
  });

  test.each(rows.examples)('the row %s is read', async (text) => {
    const { samples } = await readText(`${text}\n`);
    expect(samples).toMatchObject([
      {
        observedAt: Date.UTC(2026, 10, 20, 0, 0, 1),
        lastUpdated: Date.UTC(2026, 10, 19, 23, 50, 1),
        expiration: Date.UTC(2026, 10, 20, 6, 0, 1),
      },
    ]);
  });

  test.each([
    'Expiration',
    'expiration',
    'expires_at',
    'ExpiresAt',
    'AWS_CREDENTIAL_EXPIRATION',
    'AWS_SESSION_EXPIRATION',
  ])('a document may name its expiration %s', async (name) => {
    for (const text of [
      `{"${name}":"2026-11-20T06:00:01Z"}`,
      `${name}=2026-11-20T06:00:01Z`,
      `${name}: 1795154401`,
    ]) {
      const { samples } = await readText(`2026-11-20T00:00:01Z ${text}\n`);
      expect(samples, text).toMatchObject([{ expiration: Date.UTC(2026, 10, 20, 6, 0, 1) }]);
    }
  });

  test.each(['ts', 'timestamp', 'date', 'time', 'observed', '@timestamp', 'observed_at', 'when', 'asctime'])(
    'a document may name its timestamp %s',
    async (name) => {
      const { samples } = await readText(
        `{"${name}":"2026-11-20T00:00:01Z","Expiration":"2026-11-20T06:00:01Z"}\n`,
      );
      expect(samples).toMatchObject([{ observedAt: Date.UTC(2026, 10, 20, 0, 0, 1) }]);
    },
  );
});
