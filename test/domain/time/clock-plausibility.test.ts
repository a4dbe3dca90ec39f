import { expect, test } from 'vitest';
import { isPlausibleClockOffset } from '../../../src/domain/time/clock-plausibility.ts';

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
])('an offset is judged as expected if %s: %j', (_, offset, lastUpdated, expiration, plausible) => {
  expect(isPlausibleClockOffset(offset, NOW, document(lastUpdated, expiration))).toBe(plausible);
});

const DAY = 24 * HOUR;
// An offset of n seconds puts the clock of AWS n seconds before the host's clock, which fits each document.
test.each<[limit: string, lastUpdated: number | null, expiration: number, offset: number, step: number]>([
  ['15 minutes before the issue', 0, 6 * HOUR, 900, 1],
  ['36 hours before the expiration', null, 35 * HOUR, 3600, 1],
  ['30 days after the expiration', -31 * DAY, -30 * DAY + HOUR, -3600, -1],
])('the limit of a plausible date is %s', (_, lastUpdated, expiration, offset, step) => {
  expect(isPlausibleClockOffset(offset, NOW, document(lastUpdated, expiration))).toBe(true);
  expect(isPlausibleClockOffset(offset + step, NOW, document(lastUpdated, expiration))).toBe(false);
});

test('an offset is plausible if the host contradicts the document as well', () => {
  const farFuture = document(null, 40 * HOUR);
  expect(isPlausibleClockOffset(0, NOW, farFuture)).toBe(true);
  expect(isPlausibleClockOffset(3600, NOW, farFuture)).toBe(true);
  expect(isPlausibleClockOffset(-5 * 3600, NOW, farFuture)).toBe(true);
});
