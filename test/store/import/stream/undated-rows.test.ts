import { expect, test } from 'vitest';
import { createDocument } from '../../../../src/store/import/documents/document.ts';
import { UndatedRowDetector, type UndatedRows } from '../../../../src/store/import/stream/undated-rows.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface ColumnRow {
  at: number | null;
  lastUpdated?: number;
  offset?: number | null;
  isAmbiguous?: boolean;
  expiration?: number;
  isExpirationZoneless?: boolean;
}

function findReason(...rows: readonly ColumnRow[]): UndatedRows | null {
  const check = new UndatedRowDetector();
  for (const row of rows) {
    const { at, lastUpdated, offset = 0, isAmbiguous = false } = row;
    const { expiration = (at ?? 0) + HOUR, isExpirationZoneless: zoneless = offset === null } = row;
    const document = createDocument();
    document.timestamp = at === null ? null : createExact(at, offset, 0);
    document.lastUpdated = lastUpdated === undefined ? null : { instant: lastUpdated, zoneless: false };
    document.expiration = { instant: expiration, zoneless };
    check.add({ document, isAmbiguous });
  }
  return check.reason;
}

test.each<[string, UndatedRows | null, ColumnRow[]]>([
  ['without rows', null, []],
  ['that repeat the first of two times', 'repeated', [1, 1].map((at) => ({ at, isAmbiguous: true }))],
  ['that repeat it once', 'repeated', [1, 2, 2, 3].map((at) => ({ at, isAmbiguous: true }))],
  ['whose first time changes', null, [1, 2, 1].map((at) => ({ at, isAmbiguous: true }))],
  [
    'that repeat a line of a log with several polls of one generation',
    null,
    [
      { at: 1, expiration: HOUR },
      { at: 2, expiration: HOUR },
      { at: 2, expiration: HOUR },
    ].map((row) => ({ ...row, isAmbiguous: true })),
  ],
  [
    'that repeat a local time',
    null,
    [1, 1].map((at) => ({ at, offset: null, isExpirationZoneless: false, isAmbiguous: true })),
  ],
  [
    'that repeat a first time with a later expiration',
    'repeated',
    [HOUR, 2 * HOUR].map((expiration) => ({ at: 1, expiration, isAmbiguous: true })),
  ],
  [
    'that begin with the expiration',
    'expiration-first',
    [1, 2].map((expiration) => ({ at: HOUR, offset: 0, expiration, isAmbiguous: true })),
  ],
  [
    'that begin with the expiration before a local time',
    'expiration-first',
    [1, 2].map((expiration) => ({ at: HOUR, expiration, isExpirationZoneless: true, isAmbiguous: true })),
  ],
  ['that repeat the first of three times', null, [1, 1].map((at) => ({ at }))],
  [
    'without a first time',
    null,
    [
      { at: null, isAmbiguous: true },
      { at: null, isAmbiguous: true },
    ],
  ],
  ['whose first time precedes LastUpdated', 'before-last-updated', [{ at: 0, lastUpdated: MINUTE + 1 }]],
  ['whose first time precedes LastUpdated by a minute', null, [{ at: 0, lastUpdated: MINUTE }]],
  ['without a zone', null, [{ at: 0, offset: null, lastUpdated: 2 * MINUTE }]],
  ['whose first time in UTC is later', null, [{ at: 0, offset: -3 * MINUTE, lastUpdated: 2 * MINUTE }]],
  [
    'whose first time in UTC is earlier',
    'before-last-updated',
    [{ at: 5 * MINUTE, offset: 5 * MINUTE, lastUpdated: 2 * MINUTE }],
  ],
  [
    'that are early and late',
    null,
    [
      { at: 0, lastUpdated: 2 * MINUTE },
      { at: 9 * MINUTE, lastUpdated: 0 },
    ],
  ],
  [
    'of which most are early',
    'before-last-updated',
    [
      { at: 0, lastUpdated: 2 * MINUTE },
      { at: 9 * MINUTE, lastUpdated: 0 },
      { at: 1, lastUpdated: 3 * MINUTE },
    ],
  ],
])('rows %s have the reason %j', (_, expected, rows) => {
  expect(findReason(...rows)).toBe(expected);
});
