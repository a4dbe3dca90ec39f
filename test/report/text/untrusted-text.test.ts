import { expect, test } from 'vitest';
import { formatShare } from '../../../src/report/text/format-values.ts';
import { escapeUnprintable, maskKeyId } from '../../../src/report/text/untrusted-text.ts';

test.each([
  ['plain', 'plain'],
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['two\nlines\r', 'two\\u{a}lines\\u{d}'],
  ['left\u202eright', 'left\\u{202e}right'],
  ['\u009b2J', '\\u{9b}2J'],
  ['no character\uffff\u{1fffe}', 'no character\\u{ffff}\\u{1fffe}'],
  ['höst-日本', 'höst-日本'],
])('%j is escaped as %j', (text, shown) => {
  expect(escapeUnprintable(text)).toBe(shown);
});

test('a masked key id shows its two ends, and a short id is hidden completely', () => {
  expect(maskKeyId('ASIAEXAMPLEEXAMP7QXK')).toBe('ASIA…7QXK');
  expect(maskKeyId('ASIA7QXK')).toBe('…');
  expect(maskKeyId('')).toBe('…');
});

test('a share below 1 is never shown as 100%', () => {
  expect([1, 0.999_999, 0.999_44, 0.5, 0.000_01, 0].map(formatShare)).toEqual([
    '100%',
    '99.99%',
    '99.94%',
    '50%',
    '0%',
    '0%',
  ]);
});
