import { describe, expect, test } from 'vitest';
import {
  createDocument,
  hasCredentials,
  isRepeated,
  parseDocumentTime,
  parseRole,
  readTimestampValue,
  setMember,
} from '../../../../src/store/import/documents/document.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';
import { CANARY_SECRET } from '../../../support/store/logs/history.ts';

const TEXT = '2026-11-20T06:00:01Z';
const TIME = { instant: Date.parse(TEXT), zoneless: false };
const EMPTY = {
  accessKeyId: null,
  lastUpdated: null,
  expiration: null,
  role: null,
  errorCode: null,
  source: 'imds',
  timestamp: null,
  invalid: null,
};

type Member = [kind: Parameters<typeof setMember>[1], value: string | number];

function create(...members: readonly Member[]) {
  const document = createDocument();
  for (const [kind, value] of members) setMember(document, kind, value);
  return document;
}

describe('the members of a document', () => {
  test.each<[Member[], object]>([
    [[], {}],
    [[['expiration', TEXT]], { expiration: TIME }],
    [[['expiration', 1795154401]], { expiration: TIME }],
    [[['expiration', 'x']], { invalid: 'Expiration is not a time' }],
    [[['lastUpdated', TEXT]], { lastUpdated: TIME }],
    [[['lastUpdated', 'x']], { invalid: 'LastUpdated is not a time' }],
    [
      [
        ['lastUpdated', 'x'],
        ['expiration', 'x'],
      ],
      { invalid: 'Expiration is not a time' },
    ],
    [
      [
        ['expiration', 'x'],
        ['lastUpdated', 'x'],
      ],
      { invalid: 'Expiration is not a time' },
    ],
    [[['accessKeyId', 'ASIAEXAMPLE']], { accessKeyId: 'ASIAEXAMPLE' }],
    [[['accessKeyId', 'my-key']], { accessKeyId: expect.stringMatching(/^sha256:[\da-f]{16}$/) }],
    [[['accessKeyId', CANARY_SECRET]], { accessKeyId: '' }],
    [[['accessKeyId', `${'aB3xY9kQ7w'.repeat(4)}`]], { accessKeyId: '' }],
    [[['accessKeyId', '****']], { accessKeyId: '' }],
    [[['accessKeyId', 12]], { accessKeyId: '' }],
    [[['roleArn', 'arn:aws:iam::111122223333:role/app']], { source: 'container', role: 'app' }],
    [[['roleArn', 'x']], { source: 'container' }],
    [
      [
        ['role', 'other'],
        ['roleArn', 'arn:aws:iam::1:role/app'],
      ],
      { source: 'container', role: 'app' },
    ],
    [
      [
        ['role', 'other'],
        ['roleArn', 'x'],
      ],
      { source: 'container', role: 'other' },
    ],
    [
      [
        ['role', 'app'],
        ['role', 'other'],
      ],
      { role: 'app' },
    ],
    [
      [
        ['role', 'a b'],
        ['role', 'other'],
      ],
      { role: 'other' },
    ],
    [[['code', 'Failed']], { errorCode: 'Failed' }],
    [[['code', 'SUCCESS']], {}],
    [[['code', 'Successful']], { errorCode: 'Successful' }],
    [[['code', 'NoSuccess']], { errorCode: 'NoSuccess' }],
    [[['code', 400]], {}],
    [
      [
        ['timestamp', TEXT],
        ['timestamp', 'x'],
      ],
      { timestamp: expect.objectContaining({ wall: TIME.instant }) },
    ],
    [
      [
        ['timestamp', 'x'],
        ['timestamp', TEXT],
      ],
      { timestamp: expect.objectContaining({ wall: TIME.instant }) },
    ],
    [
      [
        [null, 'x'],
        ['secret', 'x'],
        ['message', 'x'],
        ['ignored', 'x'],
      ],
      {},
    ],
  ])('the members %j make the document %j', (members, document) => {
    expect(create(...members)).toEqual({ ...EMPTY, ...document });
  });

  test('the key id of a document is not that of the document before it', () => {
    const [one, two] = ['key-1', 'key-2'].map((id) => create(['accessKeyId', id]).accessKeyId);
    expect([one === two, create(['accessKeyId', 'key-1']).accessKeyId === one]).toEqual([false, true]);
  });
});

test.each<[Member[], boolean]>([
  [[['expiration', TEXT]], true],
  [[['lastUpdated', TEXT]], true],
  [[['accessKeyId', '']], true],
  [[['code', 'x']], true],
  [[['expiration', 'x']], true],
  [
    [
      ['role', 'x'],
      ['timestamp', TEXT],
    ],
    false,
  ],
])('a document with the members %j has credentials: %j', (members, expected) => {
  expect(hasCredentials(create(...members))).toBe(expected);
});

test.each<[Member[], Member[0], boolean]>([
  [[['expiration', TEXT]], 'expiration', true],
  [[['expiration', TEXT]], 'lastUpdated', false],
  [[['expiration', TEXT]], 'accessKeyId', false],
  [[['expiration', TEXT]], 'timestamp', false],
  [[['expiration', TEXT]], 'code', true],
  [[['lastUpdated', TEXT]], 'lastUpdated', true],
  [[['lastUpdated', TEXT]], 'expiration', false],
  [[['accessKeyId', 'x']], 'accessKeyId', true],
  [[['accessKeyId', 'x']], 'code', false],
  [[['timestamp', TEXT]], 'timestamp', true],
  [[['timestamp', TEXT]], 'code', false],
  [[['code', 'Failed']], 'code', true],
  [[['code', 'Failed']], 'expiration', false],
  [[['role', 'x']], 'role', false],
])('after the members %j, the kind %s is repeated: %j', (members, kind, expected) => {
  if (kind === null) throw new Error('no kind');
  expect(isRepeated(create(...members), kind)).toBe(expected);
});

test.each([
  ['arn:aws:iam::111122223333:role/app', 'app'],
  ['arn:aws-cn:iam::111122223333:role/path/to/app', 'app'],
  ['arn:aws-us-gov:iam:::role/app', 'app'],
  [`arn:aws:iam::1:role/${'a/'.repeat(20)}app`, 'app'],
  [`arn:aws:iam::1:role/${'a/'.repeat(21)}app`, null],
  ['arn:aws:sts::111122223333:assumed-role/app/session', 'app'],
  ['arn:aws:sts::111122223333:assumed-role/app', null],
  ['arn:aws:sts::111122223333:assumed-role/app/a/b', null],
  ['arn:aws:sts::111122223333:assumed-role/app/', null],
  ['arn:aws:sts::111122223333:role/app', null],
  ['arn:aws:iam::1111x:role/app', null],
  ['arn:aws1:iam::1:role/app', null],
  ['arn:aws:iam::1:user/app', null],
  ['arn:aws:iam::1:role/', null],
  // Secrets in the place of a role.
  ['arn:aws:iam::1:role/NbUhE6aTnrahj5w+Kibj/sKzO53uix2BCuze6smi', null],
  ['arn:aws:iam::1:role/(NbUhE6aTnrahj5w+Kibj/sKzO53uix2BCuze6smi', null],
  ['arn:aws:iam::1:role/token=NbUhE6aTnrahj5w+Kibj/sKzO53uix2BCuze6smi', null],
  ['arn:aws:iam::1:role/16zOOWBSUjl/sXar/qY2V0sgD8s2nMw8nYB/N3TpDt7p7oV3Sj3MC9==', null],
  ['arn:aws:iam::1:role/1cOvAegGJvBib3E5vASuLVLYJsZk87b1D34ncT6rvSarxmHdyLpi04==', null],
  ['arn:aws:iam::1:role//app', null],
  ['arn:aws:iam::1:role/a b', null],
  ['xarn:aws:iam::1:role/app', null],
  ['arn:aws:iam::1:role/app x', null],
])('the role of %s is %j', (arn, role) => {
  expect(create(['roleArn', arn]).role).toBe(role);
});

test.each([
  ['app', true],
  ['a+b=c,d.e@f-g_1', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['a b', false],
  ['a/b', false],
  ['/a', false],
  ['', false],
  ['aB3xY9kQ7w'.repeat(4), false],
])('%j is the name of a role: %j', (text, is) => {
  expect(parseRole(text)).toBe(is ? text : null);
});

describe('the time of a document', () => {
  const utc = (text: string) => ({ instant: Date.parse(text), zoneless: false });
  const python = (text: string) => `datetime.datetime(${text}, tzinfo=tzutc())`;

  test.each([
    [TEXT, TIME],
    ['2026-11-20T06:00:01', { ...TIME, zoneless: true }],
    ['2026-11-20 07:00:01 +0100', TIME],
    ['Fri Nov 20 06:00:01 UTC 2026', TIME],
    ['Fri Nov 20 06:00:01 2026', { ...TIME, zoneless: true }],
    ['Fri Nov 20 01:00:01 EST 2026', TIME],
    [' 1795154401 ', TIME],
    [1795154401, TIME],
    [17, null],
    [python('2026, 11, 20, 6, 0, 1'), TIME],
    [python('2026, 11, 20, 6, 0, 1, 500'), TIME],
    [python('2026, 11, 20, 6, 7'), utc('2026-11-20T06:07:00Z')],
    ['datetime.datetime(2026, 11, 20, 6, 0, 1, tzinfo=datetime.timezone.utc)', TIME],
    ['datetime.datetime(2026, 11, 20, 6, 0, 1, tzinfo=other)', null],
    ['datetime.datetime(2026, 11, 20, 6, 0, 1)', null],
    ['datetime.datetime(226, 11, 20, 6, 0, 1, tzinfo=tzutc())', null],
    [python('2026, 2, 30, 6, 0, 1'), null],
    [python('2026, 13, 20, 6, 0, 1'), null],
    [python('2026, 11, 20, 24, 0, 1'), null],
    [python('1999, 11, 20, 6, 0, 1'), null],
    [python('2024, 2, 29, 6, 0, 1'), utc('2024-02-29T06:00:01Z')],
    [python('2026, 11, 20, 6'), null],
    [python('2026, 11, 20, 6, 0, 1, 2, 3'), null],
    [python('2026, 11, 20, 6, 0, 1, 2x'), null],
    [` ${python('2026, 11, 20, 6, 0, 1')}`, null],
    ['Nov 20 06:00:01', null],
    ['11/12/2026 06:00:01', null],
    ['11/20/2026 06:00:01', { ...TIME, zoneless: true }],
    [TEXT.padEnd(100), TIME],
    [TEXT.padEnd(101), null],
    ['x', null],
    ['', null],
  ])('the time %j of a document is read as %j', (value, time) => {
    expect(parseDocumentTime(value)).toEqual(time);
    expect(parseDocumentTime(value)).toEqual(time);
  });

  test('the time of a document is not that of an earlier document', () => {
    const texts = Array.from({ length: 6 }, (_, index) => `2026-11-20T06:00:0${index}Z`);
    for (const text of [...texts, ...texts]) expect(parseDocumentTime(text)).toEqual(utc(text));
  });
});

test.each([
  [TEXT, { ...createExact(TIME.instant, 0, 20), family: 'ISO 8601' }],
  [TEXT.padEnd(100), { ...createExact(TIME.instant, 0, 20), family: 'ISO 8601' }],
  [TEXT.padEnd(101), null],
  [1795154401, { ...createExact(TIME.instant, 0, 0), family: 'epoch' }],
  [1795154401000, { ...createExact(TIME.instant, 0, 0), family: 'epoch' }],
  [17, null],
  ['x', null],
  [true, null],
  [null, null],
])('the value %j of a timestamp is read as %j', (value, timestamp) => {
  expect(readTimestampValue(value)).toEqual(timestamp);
});
