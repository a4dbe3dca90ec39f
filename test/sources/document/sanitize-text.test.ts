import { expect, test } from 'vitest';
import { sanitizeText } from '../../../src/sources/document/sanitize-text.ts';

test.each<[string, string[], string]>([
  ['AWS_CREDENTIAL_EXPIRATION is not set', ['T', 'is', ''], 'AWS_CREDENTIAL_EXPIRATION is not set'],
  ['a word of seven: letters', ['letters'], 'a word of seven: letters'],
  ['one of eight: secretly', ['secretly'], 'one of eight: [redacted]'],
  ['both secretly-more and secretly', ['secretly', 'secretly-more'], 'both [redacted] and [redacted]'],
])('%s without %j', (text, secrets, expected) => {
  expect(sanitizeText(text, secrets)).toBe(expected);
});

test('a secret goes before the cut, which would leave a part of it', () => {
  const secret = 's'.repeat(100);
  expect(sanitizeText(`${'x'.repeat(190)}${secret}`, [secret])).toBe(`${'x'.repeat(190)}[redacted]`);
});
