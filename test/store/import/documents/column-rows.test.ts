import { expect, test } from 'vitest';
import { readColumnRow } from '../../../../src/store/import/documents/column-rows.ts';
import { readTimestamp } from '../../../../src/store/import/timestamps/families.ts';

const [HOUR_5, HOUR_6, HOUR_7] = ['2026-11-20T05:00:00Z', '2026-11-20T06:00:00Z', '2026-11-20T07:00:00Z'];

/** Texts of hours in UTC, and the rest. The hours of the timestamp at the start and on an earlier line. */
function read(text: string, before: string | null = null, pending: string | null = null) {
  const full = text.replace(/#(\d)/g, '2026-11-20T0$1:00:00Z');
  const toTimestamp = (each: string | null) => (each === null ? null : readTimestamp(each));
  const row = readColumnRow(full, toTimestamp(before), toTimestamp(pending));
  if (row === null) return null;
  const { timestamp, lastUpdated, expiration, accessKeyId, role } = row.document;
  const hour = (instant: number | undefined) =>
    instant === undefined ? null : new Date(instant).getUTCHours();
  return {
    times: [hour(timestamp?.wall), hour(lastUpdated?.instant), hour(expiration?.instant)],
    ...(row.isAmbiguous && { isAmbiguous: true }),
    ...(accessKeyId !== null && { accessKeyId }),
    ...(role !== null && { role }),
  };
}

test.each([
  ['#5,#6,#7', { times: [5, 6, 7] }],
  ['#5\t#6\t#7', { times: [5, 6, 7] }],
  ['#5;#6;#7', { times: [5, 6, 7] }],
  ['#5|#6|#7', { times: [5, 6, 7] }],
  ['#5 | #6 , #7', { times: [5, 6, 7] }],
  ['#5  #6   #7', { times: [5, 6, 7] }],
  ['#5 #6 #7', { times: [5, 6, 7] }],
  [' "#5","#6","#7" ', { times: [5, 6, 7] }],
  ["'#5','#6','#7'", { times: [5, 6, 7] }],
  ['|#5|#6|#7|', { times: [5, 6, 7] }],
  ['#5,#7,#6', { times: [6, 5, 7] }],
  ['#6,#7,#5', { times: [6, 5, 7] }],
  ['#5,#7', { times: [5, null, 7], isAmbiguous: true }],
  ['#7,#5', { times: [7, null, 5], isAmbiguous: true }],
  ['#7', { times: [null, null, 7] }],
  ['#5,#6,#7,#8', null],
  ['#5,ASIAEXAMPLE,#6,#7', { times: [5, 6, 7], accessKeyId: 'ASIAEXAMPLE' }],
  ['ASIAEXAMPLE,#7', { times: [null, null, 7], accessKeyId: 'ASIAEXAMPLE' }],
  ['ASIAEXAMPLE,secret/x,#7', { times: [null, null, 7], accessKeyId: 'ASIAEXAMPLE' }],
  ['CREDENTIALS\tASIAEXAMPLE\t#7\tsecret', { times: [null, null, 7], accessKeyId: 'ASIAEXAMPLE' }],
  ['CREDENTIAL\tASIAEXAMPLE\t#7\tsecret', null],
  [
    '1795132801 ASIAEXAMPLE 1795154401',
    { times: [0, null, 6], isAmbiguous: true, accessKeyId: 'ASIAEXAMPLE' },
  ],
  ['@1795132801 1795154401', { times: [0, null, 6], isAmbiguous: true }],
  ['#5,arn:aws:iam::1:role/app,#7', { times: [5, null, 7], isAmbiguous: true, role: 'app' }],
  ['#5,x arn:aws:iam::1:role/app,#7', { times: [5, null, 7], isAmbiguous: true, role: 'app' }],
  ['#5,xarn:aws:iam::1:role/app,#7', { times: [5, null, 7], isAmbiguous: true }],
  ['#5,2026-11-20 06:00:00,2026-11-20 07:00:00 UTC', { times: [5, 6, 7] }],
  ['#5,text of a cell,#7', { times: [5, null, 7], isAmbiguous: true }],
  ['x,#5,#7', null],
  ['X,#5,#7', null],
  ['#5 x #7', null],
  ['ASIAEXAMPLE,x', null],
  ['1,2,3', null],
  ['ASIA2026', null],
  ['', null],
])('the row %j is read as %j', (text, row) => {
  expect(read(text)).toEqual(row);
});

test.each([
  ['AKIA1234', true],
  ['ABIA1234', true],
  ['ASIA1234', true],
  ['ACCA1234', true],
  ['LKIA1234', true],
  ['LSIA1234', true],
  [`ASIA${'X'.repeat(28)}`, true],
  [`ASIA${'X'.repeat(29)}`, false],
  ['ASIA123', false],
  ['AXIA1234', false],
  ['LXIA1234', false],
  ['ASIAabcd', false],
  ['xASIA1234', false],
  ['ASIA1234x', false],
])('the cell %s is a key id: %j', (cell, is) => {
  expect(read(`#5,${cell},#7`)?.accessKeyId).toBe(is ? cell : undefined);
  expect(read(`#5 ${cell} #7`)?.accessKeyId).toBe(is ? cell : undefined);
});

test.each([
  ['#6,#7', HOUR_5, null, { times: [5, 6, 7] }],
  ['#7', HOUR_5, null, { times: [5, null, 7], isAmbiguous: true }],
  ['#6,#7,#8', HOUR_5, null, null],
  ['#7', null, HOUR_5, { times: [5, null, 7] }],
  ['#6,#7', null, HOUR_5, { times: [5, 6, 7] }],
  ['#7,#6', null, HOUR_5, { times: [5, 6, 7] }],
  ['#8,#7', HOUR_6, null, { times: [7, 6, 8] }],
  ['#8,#6', HOUR_6, null, { times: [6, 6, 8] }],
  ['#8,#5', HOUR_6, null, { times: [6, 5, 8] }],
  ['#8,#7', null, HOUR_6, { times: [6, 7, 8] }],
  // The time at the start of the line is `LastUpdated` if it precedes the timestamp of an earlier line.
  ['#7', HOUR_5, HOUR_6, { times: [6, 5, 7] }],
  ['#7', HOUR_6, HOUR_6, { times: [6, 6, 7] }],
  ['#8', HOUR_7, HOUR_6, { times: [7, null, 8], isAmbiguous: true }],
  ['#8', '2026-11-20 07:00:00', HOUR_6, { times: [6, 7, 8] }],
  ['#8', HOUR_7, '2026-11-20 06:00:00', { times: [6, 7, 8] }],
  ['#8', '2026-11-20T08:00:00+02:00', HOUR_6, { times: [6, 6, 8] }],
  ['#8', '2026-11-20T08:00:00+01:00', HOUR_6, { times: [8, null, 8], isAmbiguous: true }],
  ['#8', HOUR_7, '2026-11-20T08:00:00+01:00', { times: [8, 7, 8] }],
  ['#8', HOUR_7, '2026-11-20T08:00:00+02:00', { times: [7, null, 8], isAmbiguous: true }],
])('the row %j behind %j, after the line %j, is read as %j', (text, before, pending, row) => {
  expect(read(text, before, pending)).toEqual(row);
});

test('a time without a zone is read as UTC', () => {
  const row = readColumnRow('2026-11-20 05:00:00,2026-11-20 06:00:00,2026-11-20T08:00:00+01:00', null, null);
  expect(row?.document).toMatchObject({
    lastUpdated: { instant: Date.parse('2026-11-20T06:00:00Z'), zoneless: true },
    expiration: { instant: Date.parse('2026-11-20T07:00:00Z'), zoneless: false },
  });
});

test('a row has at most 8192 characters', () => {
  const row = `${HOUR_5},${HOUR_7},`;
  expect(readColumnRow(row.padEnd(8192, 'x'), null, null)).not.toBeNull();
  expect(readColumnRow(row.padEnd(8193, 'x'), null, null)).toBeNull();
});
