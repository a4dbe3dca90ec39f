import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SOURCE_NAMES } from '../../../src/domain/model.ts';
import { redactText } from '../../../src/redact.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../../src/store/archive/writer.ts';
import { readRecords } from '../../../src/store/import/reader.ts';

const START = Date.UTC(2026, 10, 22);

async function writeText(records: readonly ArchiveRecord[], format: ArchiveFormat): Promise<string> {
  let text = '';
  for await (const piece of writeArchive(records, format)) text += piece;
  return text;
}

async function readText(text: string) {
  const identity = { host: 'unused', source: 'imds', apiVersion: '', role: '' } as const;
  const chunks = (async function* () {
    yield Buffer.from(text);
  })();
  const records: ArchiveRecord[] = [];
  const options = { identity, convert: (at: number) => [at] as const, isZoneGiven: false, fileTime: null };
  const { skipped } = await readRecords(chunks, 'export', options, (some) => records.push(...some));
  expect(skipped).toEqual([]);
  return records;
}

/** Text that spreadsheets, CSV readers and terminals may misread. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'=+-@\'",;|\t\r\n \u00a0＝＋－＠\ufeff\u200b\u007f\u009b\u202e\u2028\u{e0041}'),
      fc.constantFrom("'=", "''", '"=', '\r\n', 'name', 'ü', '日'),
      fc.string({ unit: 'grapheme', maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.join('') || 'name');

const identity = fc.record({
  host: hostileText,
  source: fc.constantFrom(...SOURCE_NAMES),
  apiVersion: hostileText,
  role: hostileText,
});

const records = fc
  .record({
    identity,
    accessKeyId: fc.stringMatching(/^ASIA[A-Z\d]{0,16}$|^sha256:[\da-f]{16}$/),
    text: hostileText,
  })
  .map(({ identity: series, accessKeyId, text }): ArchiveRecord[] => [
    {
      record: 'sample',
      identity: series,
      sample: {
        observedAt: START,
        clockOffset: -2,
        accessKeyId,
        lastUpdated: null,
        expiration: START + 1,
        zoneless: false,
      },
      ordinal: 0,
    },
    {
      record: 'failed_poll',
      host: series.host,
      source: series.source,
      poll: {
        observedAt: START,
        accessKeyId: null,
        expiration: null,
        reason: 'timeout',
        // An import removes control characters and secrets.
        detail: redactText(text),
        clockOffset: null,
      },
      ordinal: 0,
    },
    {
      record: 'job_run',
      run: {
        identity: series,
        job: text,
        startedAt: START,
        remainingAtStart: -60,
        end: { duration: 60, exitCode: 0, remainingAtEnd: -120 },
      },
      ordinal: 0,
    },
  ]);

describe('an export', () => {
  test.each(ARCHIVE_FORMATS)(
    'an export as %s is read back with every hostile name unchanged',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(fc.array(records, { maxLength: 4 }), async (groups) => {
          const written = groups.flat();
          if (written.length === 0) return;
          expect(await readText(await writeText(written, format))).toEqual(written);
        }),
      );
    },
  );

  test('an export as CSV has no text cell that a spreadsheet reads as a formula', async () => {
    const { parse } = await import('csv-parse/sync');
    await fc.assert(
      fc.asyncProperty(records, async (group) => {
        const rows: string[][] = parse(await writeText(group, 'csv'));
        const formulas = rows
          .flat()
          .filter((cell) => /(?:^|["\t\r\n,;|])\s*[-=+@＝＋－＠]|^[\t\r]/.test(cell));
        expect(formulas.filter((cell) => !/^-\d+$/.test(cell))).toEqual([]);
      }),
    );
  });

  test('an export as NDJSON has no raw control, bidirectional or invisible character', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (group) => {
        expect(await writeText(group, 'ndjson')).not.toMatch(
          /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u,
        );
      }),
    );
  });
});
