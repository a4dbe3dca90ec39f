import { expect, test } from 'vitest';
import type { PollNote } from '../../src/domain/poll-note.ts';
import { listSessionNotes, readSessionFacts } from '../../src/domain/session-facts.ts';

const NOW = Date.UTC(2026, 10, 22);

test.each<[string, PollNote[], ReturnType<typeof readSessionFacts>]>([
  ['no notes', [], null],
  ['another note', [{ code: 'IMDS_V1_USED' }], null],
  ['a chained role', [{ code: 'ROLE_CHAIN_CAPPED' }], { limit: 'ROLE_CHAIN_CAPPED', tokenExpiresAt: null }],
  ['no duration', [{ code: 'DURATION_NOT_SET' }], { limit: 'DURATION_NOT_SET', tokenExpiresAt: null }],
  [
    'a token that nothing renews',
    [{ code: 'SSO_TOKEN_EXPIRES', expiresAt: NOW, isRenewable: false }],
    { limit: null, tokenExpiresAt: NOW },
  ],
  [
    'a chained role of an expired token',
    [{ code: 'SSO_TOKEN_EXPIRED', expiresAt: NOW, isRenewable: false }, { code: 'ROLE_CHAIN_CAPPED' }],
    { limit: 'ROLE_CHAIN_CAPPED', tokenExpiresAt: NOW },
  ],
  ['a token that SDKs renew', [{ code: 'SSO_TOKEN_EXPIRES', expiresAt: NOW, isRenewable: true }], null],
])('a poll with %s stores these facts', (_, notes, facts) => {
  expect(readSessionFacts(notes)).toEqual(facts);
});

test('stored facts become the notes of a poll now', () => {
  const facts = { limit: 'DURATION_NOT_SET', tokenExpiresAt: NOW } as const;
  const token = { expiresAt: NOW, isRenewable: false };
  expect(listSessionNotes(facts, NOW - 1)).toEqual([
    { code: 'DURATION_NOT_SET' },
    { code: 'SSO_TOKEN_EXPIRES', ...token },
  ]);
  expect(listSessionNotes({ ...facts, limit: null }, NOW)).toEqual([{ code: 'SSO_TOKEN_EXPIRED', ...token }]);
  expect(listSessionNotes(null, NOW)).toEqual([]);
});
