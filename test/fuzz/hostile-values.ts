/** Values that programs often handle wrongly, and changes that make a valid input invalid. */
import fc from 'fast-check';

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\u001b[31m',
  '\u009b31m',
  '\u202e',
  '\ufeff',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e309',
  '9007199254740993',
  '-1',
  '0x10',
  '%s%n',
  '%2e%2e%2f',
  '..',
  '=1+1',
  '$(true)',
  '`true`',
  "'",
  '"',
  '\\',
  '<script>',
  '2026-02-30T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '2026-11-22T06:23:11+99:99',
  'a'.repeat(5000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]]),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A valid text after some random changes of its bytes. */
export const changedText = (valid: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      valid.map((text) => Buffer.from(text)),
      changes,
    )
    .map(([bytes, list]) => list.reduce(change, bytes));

interface Change {
  /** As a share of the length. */
  at: number;
  remove: number;
  insert: Buffer;
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.nat(4), fc.nat(2000)),
    insert: fc.oneof(
      fc.constant(Buffer.alloc(0)),
      hostileText.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    ),
  }),
  { maxLength: 4 },
);

function change(bytes: Buffer, { at, remove, insert }: Change): Buffer {
  const start = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
}

export const changedBytes = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  changes.map((list) => list.reduce(change, bytes));

/** An object with some members replaced, removed or added. */
export const changedObject = (valid: Readonly<Record<string, unknown>>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.dictionary(fc.constantFrom(...Object.keys(valid), '__proto__', 'Code', 'Message'), hostileValue),
      fc.subarray(Object.keys(valid), { minLength: Math.max(0, Object.keys(valid).length - 2) }),
    )
    .map(([replaced, kept]) =>
      JSON.stringify({ ...Object.fromEntries(kept.map((key) => [key, valid[key]])), ...replaced }),
    );
