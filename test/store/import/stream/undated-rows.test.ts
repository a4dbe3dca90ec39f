import { expect, test } from 'vitest';
import { createDocument } from '../../../../src/store/import/documents/document.ts';
import { UndatedRowDetector } from '../../../../src/store/import/stream/undated-rows.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';

interface ColumnRow {
  at: number | null;
  lastUpdated?: number;
  offset?: number | null;
  isAmbiguous?: boolean;
}

function areUndated(...rows: readonly ColumnRow[]): boolean {
  const check = new UndatedRowDetector();
  for (const { at, lastUpdated, offset = 0, isAmbiguous = false } of rows) {
    const document = createDocument();
    document.timestamp = at === null ? null : createExact(at, offset, 0);
    document.lastUpdated = lastUpdated === undefined ? null : { instant: lastUpdated, zoneless: false };
    check.add({ document, isAmbiguous });
  }
  return check.areUndated;
}

const MINUTE = 60_000;

test.each<[string, boolean, ColumnRow[]]>([
  ['without rows', false, []],
  ['that repeat the first of two times', true, [1, 1].map((at) => ({ at, isAmbiguous: true }))],
  ['that repeat it once', true, [1, 2, 2, 3].map((at) => ({ at, isAmbiguous: true }))],
  ['whose first time changes', false, [1, 2, 1].map((at) => ({ at, isAmbiguous: true }))],
  ['that repeat the first of three times', false, [1, 1].map((at) => ({ at }))],
  [
    'without a first time',
    false,
    [
      { at: null, isAmbiguous: true },
      { at: null, isAmbiguous: true },
    ],
  ],
  ['whose first time precedes LastUpdated', true, [{ at: 0, lastUpdated: MINUTE + 1 }]],
  ['whose first time precedes LastUpdated by a minute', false, [{ at: 0, lastUpdated: MINUTE }]],
  ['without a zone', false, [{ at: 0, offset: null, lastUpdated: 2 * MINUTE }]],
  ['whose first time in UTC is later', false, [{ at: 0, offset: -3 * MINUTE, lastUpdated: 2 * MINUTE }]],
  [
    'whose first time in UTC is earlier',
    true,
    [{ at: 5 * MINUTE, offset: 5 * MINUTE, lastUpdated: 2 * MINUTE }],
  ],
  [
    'that are early and late',
    false,
    [
      { at: 0, lastUpdated: 2 * MINUTE },
      { at: 9 * MINUTE, lastUpdated: 0 },
    ],
  ],
  [
    'of which most are early',
    true,
    [
      { at: 0, lastUpdated: 2 * MINUTE },
      { at: 9 * MINUTE, lastUpdated: 0 },
      { at: 1, lastUpdated: 3 * MINUTE },
    ],
  ],
])('rows %s are undated: %j', (_, expected, rows) => {
  expect(areUndated(...rows)).toBe(expected);
});
