import { describe, expect, test } from 'vitest';
import { canSign, findAccountId, findKeyKind } from '../../../src/domain/keys/key-kind.ts';

describe('account of a key id', () => {
  // Public examples of other programs, which were compared with `sts get-access-key-info`.
  test.each([
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'],
    ['AKIASP2TPHJSQH3FJXYZ', '171436882533'],
    ['ASIAVJ2E6QGR2WZILJFM', '364679954851'],
    // LocalStack uses the same form.
    ['ASIAQAAAAAAAGMKEM7X5', '000000000000'],
  ])('%s belongs to account %s', (keyId, account) => {
    expect(findAccountId(keyId)).toBe(account);
  });

  test.each([
    ['an id from before 2019', 'AKIAIOSFODNN7EXAMPLE'],
    ['another id from before 2019', 'AKIAJ2E6QGR2WZILJFMA'],
    ['an id with digits that are not base32', 'ASIAQNZGKIQY56JQ7WM1'],
    ['an id of another length', 'ASIAQNZGKIQY56JQ7WMLA'],
    ['a masked id', 'ASIA…7WML'],
    ['a number above the largest account', 'ASIA77777777777QQQQQ'],
    ['an id of cred-watch simulate', 'ASIAFALSE6JQ7WMLQQQQ'],
    ['an empty text', ''],
  ])('%s has no account', (_, keyId) => {
    expect(findAccountId(keyId)).toBeNull();
  });
});

test.each([
  ['AKIAIOSFODNN7EXAMPLE', 'long-lived', true],
  ['ASIA…7QXK', 'temporary', true],
  ['AROAIOSFODNN7EXAMPLE', 'role', false],
  ['AIDAIOSFODNN7EXAMPLE', 'user', false],
  ['minioadmin', 'other', true],
  ['constructor', 'other', true],
])('%s is of the kind %s', (keyId, kind, isKey) => {
  expect(findKeyKind(keyId)).toBe(kind);
  expect(canSign(findKeyKind(keyId))).toBe(isKey);
});
