import { expect, test } from 'vitest';
import { formatShare, maskKeyId } from '../../../src/report/text/format-values.ts';

test('a masked key id shows its two ends, and a short id is hidden completely', () => {
  expect(maskKeyId('ASIAEXAMPLEEXAMP7QXK')).toBe('ASIA…7QXK');
  expect(maskKeyId('ASIA7QXK')).toBe('…');
  expect(maskKeyId('')).toBe('…');
});

test('a key id of an unknown form is hidden, and its digest is shown', () => {
  expect(maskKeyId('wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY')).toBe('…');
  expect(maskKeyId('sha256:0123456789abcdef')).toBe('sha256:0123456789abcdef');
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
