import { expect, test } from 'vitest';
import { isQuoted } from '../../../src/sources/document/named-value.ts';
import {
  chooseToken,
  createKeysDocument,
  type UnvalidatedKeys,
} from '../../../src/sources/document/unvalidated-keys.ts';
import { Notes } from '../../../src/sources/notes.ts';
import { OngoingPoll } from '../../../src/sources/poll.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { catchError } from '../../support/catch-error.ts';
import { CANARIES, options } from '../../support/sources/polling.ts';

const [SECRET, TOKEN] = CANARIES;
const AT = '2026-11-22T06:23:11Z';
const NOW = Date.parse('2026-11-22T00:00:00Z');

/** Reads keys with these values. `EXPIRATIONS` are separated by commas. */
function read(
  changes: Partial<Record<'ID' | 'SECRET' | 'TOKEN' | 'EXPIRATIONS' | 'ACCOUNT', string | null>> = {},
  tokenName = 'TOKEN',
) {
  const values = { ID: 'ASIACANARY', SECRET, TOKEN, EXPIRATIONS: AT, ACCOUNT: null, ...changes };
  const named = (name: 'ID' | 'SECRET' | 'TOKEN') => ({ name, value: values[name] });
  const keys: UnvalidatedKeys = {
    accessKeyId: named('ID'),
    secretAccessKey: named('SECRET'),
    token: { ...named('TOKEN'), name: tokenName },
    expirations: (values.EXPIRATIONS?.split(',') ?? []).map((value, index) => ({
      name: `E${index}`,
      value,
      impliedZone: 'utc',
    })),
    accountId: values.ACCOUNT,
    reasonIfIncomplete: 'invalid-configuration',
    missingExpirationDetail: 'no expiration',
  };
  const poll = new OngoingPoll(
    options({}, { clock: { now: () => NOW, sleep: async () => {} } }),
    new AbortController().signal,
  );
  return { poll, run: () => createKeysDocument(keys, poll) };
}

function reject(changes: Parameters<typeof read>[0]) {
  const { poll, run } = read(changes);
  const error = catchError(run);
  if (!(error instanceof PollError)) throw error;
  const { reason, detail, accessKeyId, expiration } = error;
  return { reason, detail, accessKeyId, expiration, codes: poll.notes.list.map(({ code }) => code) };
}

test('valid keys become a document, and their values are secrets of the poll', () => {
  const { poll, run } = read({ ACCOUNT: '123456789012' });
  const { document, observedAt } = run();
  expect(observedAt).toBe(NOW);
  expect(document).toMatchObject({
    credentials: {
      accessKeyId: 'ASIACANARY',
      lastUpdated: null,
      expiration: Date.parse(AT),
      zoneless: false,
    },
    accountId: '123456789012',
    roleArn: null,
  });
  expect(poll.secrets).toEqual(new Set(['ASIACANARY', SECRET, TOKEN]));
  expect(poll.accountId).toBe('123456789012');
  expect(poll.notes.list).toEqual([]);
});

const KNOWN = { accessKeyId: 'ASIACANARY', expiration: Date.parse(AT), codes: [] };
test.each<[changes: Parameters<typeof read>[0], expected: object]>([
  [{ ID: null }, { reason: 'invalid-configuration', detail: 'missing: ID', accessKeyId: null }],
  [{ SECRET: null }, { reason: 'invalid-configuration', detail: 'missing: SECRET' }],
  [
    { ID: null, SECRET: null },
    { reason: 'invalid-configuration', detail: 'missing: ID, SECRET', accessKeyId: null },
  ],
  [{ ID: '"ASIA"' }, { detail: 'ID is quoted', accessKeyId: null, codes: ['VALUE_QUOTED'] }],
  [
    { SECRET: "'a'", TOKEN: '"a"' },
    { detail: 'SECRET is quoted', codes: ['VALUE_QUOTED'] },
  ],
  [{ SECRET: 'a b', TOKEN: 'c d' }, { detail: 'SECRET contains characters that no key or token has' }],
  [{ SECRET: 'AKIACANARY' }, {}],
  [
    { ID: 'local', SECRET: 'AKIACANARY' },
    { detail: 'the values of ID and SECRET seem to be swapped', accessKeyId: null },
  ],
  [{ ID: 'a/b' }, { detail: 'ID is not a key id', accessKeyId: null }],
  [
    { TOKEN: 'a\u0020' },
    {
      detail: 'the value of TOKEN begins or ends with a blank or line break',
      codes: ['VALUE_HAS_BLANKS'],
    },
  ],
  [{ TOKEN: 'a\u007f' }, { detail: 'TOKEN contains characters that no key or token has' }],
  [{ EXPIRATIONS: null }, { reason: 'unknown-expiry', detail: 'no expiration', expiration: null }],
  [
    { EXPIRATIONS: null, TOKEN: null },
    {
      reason: 'invalid-configuration',
      detail: 'missing: TOKEN',
      expiration: null,
      codes: ['SESSION_KEY_WITHOUT_TOKEN'],
    },
  ],
  [
    { TOKEN: null },
    {
      reason: 'invalid-configuration',
      detail: 'missing: TOKEN',
      codes: ['SESSION_KEY_WITHOUT_TOKEN'],
    },
  ],
  [
    { EXPIRATIONS: null, ID: 'AKIACANARY' },
    { reason: 'unknown-expiry', detail: 'no expiration', expiration: null, accessKeyId: 'AKIACANARY' },
  ],
  [
    { EXPIRATIONS: null, ID: 'AKIACANARY', TOKEN: null },
    { reason: 'long-lived', detail: '', expiration: null, accessKeyId: 'AKIACANARY' },
  ],
  [
    { EXPIRATIONS: 'soon,later' },
    {
      reason: 'unknown-expiry',
      detail: 'E0, E1 is not a time',
      expiration: null,
      codes: ['EXPIRATION_UNREADABLE', 'EXPIRATION_UNREADABLE'],
    },
  ],
  [
    { EXPIRATIONS: '2026-11-29 19:00' },
    {
      reason: 'unknown-expiry',
      detail: 'E0 is not a time, because it has no seconds; use a time like 2026-01-31T12:00:00Z',
      expiration: null,
      codes: ['EXPIRATION_UNREADABLE'],
    },
  ],
  [
    { EXPIRATIONS: "soon,'later'" },
    {
      reason: 'unknown-expiry',
      detail: 'E0, E1 is not a time, because its value is quoted',
      expiration: null,
      codes: ['EXPIRATION_UNREADABLE', 'EXPIRATION_UNREADABLE', 'VALUE_QUOTED'],
    },
  ],
])('keys with the changes %j are rejected as expected', (changes, expected) => {
  if (Object.keys(expected).length === 0) return expect(read(changes).run().document.roleArn).toBeNull();
  expect(reject(changes)).toEqual({ reason: 'invalid-configuration', ...KNOWN, ...expected });
});

test('the first and the last visible character are allowed in a key', () => {
  const { document } = read({ SECRET: '!~', TOKEN: '~!' }).run();
  expect(document.secrets.secretAccessKey.reveal()).toBe('!~');
});

test('a session key is one that begins with ASIA', () => {
  expect(catchError(read({ ID: 'ASIACANARY', TOKEN: null }).run)).toMatchObject({
    misconfiguration: { code: 'NO_SESSION_TOKEN', name: 'TOKEN' },
  });
  const { poll, run } = read({ ID: 'AKIAASIA', TOKEN: null });
  expect(run().document.secrets.token).toBeNull();
  expect(poll.notes.list).toEqual([]);
});

test('a session token beside long-term keys belongs to other keys', () => {
  const id = 'AKIACANARY0000000001';
  expect(catchError(read({ ID: id }).run)).toMatchObject({
    reason: 'invalid-configuration',
    accessKeyId: id,
    misconfiguration: { code: 'TOKEN_OF_OTHER_KEY', name: 'TOKEN' },
  });
  expect(read({ ID: id, TOKEN: null }).run().document.secrets.token).toBeNull();
  // Only botocore sends the token under its old name, and not every such id is from AWS.
  expect(read({ ID: id }, 'AWS_SECURITY_TOKEN').run().document.secrets.token?.reveal()).toBe(TOKEN);
  expect(read({ ID: 'AKIACANARY' }).run().document.secrets.token?.reveal()).toBe(TOKEN);
});

test('a poll that fails reports the account', () => {
  const { poll, run } = read({ EXPIRATIONS: null, ACCOUNT: '123456789012' });
  expect(catchError(run)).toBeInstanceOf(PollError);
  expect(poll.accountId).toBe('123456789012');
});

test.each([
  ['1234567890123', null],
  ['12345678901', null],
  [' 123456789012', null],
  ['123456789012', '123456789012'],
])('the account %j is read as %j', (ACCOUNT, expected) => {
  expect(read({ ACCOUNT }).run().document.accountId).toBe(expected);
});

test.each<[token: string | null, old: string | null, chosen: string, codes: string[]]>([
  [null, null, 'NEW', []],
  ['a', null, 'NEW', []],
  ['a', 'a', 'NEW', []],
  ['a', 'b', 'NEW', ['TWO_SESSION_TOKENS']],
  [null, 'b', 'OLD', ['ONLY_OLD_TOKEN']],
])('of the tokens %j and %j, %s is used', (value, old, chosen, codes) => {
  const notes = new Notes();
  expect(chooseToken({ name: 'NEW', value }, { name: 'OLD', value: old }, notes).name).toBe(chosen);
  expect(notes.list).toEqual(
    codes.map((code) =>
      code === 'ONLY_OLD_TOKEN' ? { code, name: 'OLD' } : { code, name: 'OLD', otherName: 'NEW' },
    ),
  );
});

test.each([
  ['"a"', true],
  [" 'a\nb' \n", true],
  ['""', true],
  ['"a', false],
  ['a"', false],
  ['"a\'', false],
  ['x "a"', false],
  ['"a" x', false],
  ['"', false],
  [null, false],
])('whether %j is quoted: %s', (value, expected) => {
  expect(isQuoted({ name: 'X', value })).toBe(expected);
});
