import { expect, test } from 'vitest';
import { sanitizeText } from '../../../src/sources/document/sanitize-text.ts';

test.each<[string, string[], string]>([
  ['AWS_CREDENTIAL_EXPIRATION is not set', ['T', 'is', ''], 'AWS_CREDENTIAL_EXPIRATION is not set'],
  ['seven characters: letters', ['letters'], 'seven characters: letters'],
  ['eight characters: secretly', ['secretly'], 'eight characters: [redacted]'],
  ['both secretly-more and secretly', ['secretly', 'secretly-more'], 'both [redacted] and [redacted]'],
])('%s, with the secrets %j', (text, secrets, expected) => {
  expect(sanitizeText(text, secrets)).toBe(expected);
});

test('secrets are removed before the text is shortened', () => {
  const secret = 's'.repeat(100);
  expect(sanitizeText(`${'x'.repeat(190)}${secret}`, [secret])).toBe(`${'x'.repeat(190)}[redacted]`);
});
