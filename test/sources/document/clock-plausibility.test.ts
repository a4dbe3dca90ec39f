import { expect, test } from 'vitest';
import { isPlausibleClockOffset } from '../../../src/sources/document/clock-plausibility.ts';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const document = (lastUpdated: number | null, expiration: number) => ({
  accessKeyId: 'ASIA',
  lastUpdated: lastUpdated === null ? null : NOW + lastUpdated,
  expiration: NOW + expiration,
  zoneless: false,
});

test.each<[string, number, number | null, number, boolean]>([
  ['clocks agree', 0, -HOUR, 5 * HOUR, true],
  ['the host is ahead, and the document is older', 1800, -HOUR, 5 * HOUR, true],
  ['the host is behind', -7200, HOUR, 8 * HOUR, true],
  ['the host is a month ahead, and the document is a month old', 2_592_000, -721 * HOUR, -715 * HOUR, true],
  ['credentials would be served an hour before they were issued', 3600, -MINUTE, 6 * HOUR, false],
  ['credentials without a date would be valid for years', 1_700_000_000, null, 6 * HOUR, false],
  ['credentials would be served years after they expired', -1_400_000_000, null, 6 * HOUR, false],
  ['credentials were served a week after they expired', 0, null, -168 * HOUR, true],
  ['neither clock fits', 3600, 2 * HOUR, 8 * HOUR, true],
  ['the clocks differ by minutes', 800, -MINUTE, 6 * HOUR, true],
])('%s: %j', (_, offset, lastUpdated, expiration, plausible) => {
  expect(isPlausibleClockOffset(offset, NOW, document(lastUpdated, expiration))).toBe(plausible);
});
