import type { Seconds } from '../model.ts';

const UNIT_SECONDS = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
const UNITS = ['w', 'd', 'h', 'm', 's'] as const;

/**
 * Both patterns match the whole text. Libraries ignore parts that they do not know (`5h foo` becomes 5 h,
 * `P1DT2H` becomes 2 h), and a lost day could lead to a false `safe`.
 */
const SHORT = /^(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/;
const ISO_8601 = /^P(?:(?<w>\d+)W|(?:(?<d>\d+)D)?(?:T(?=\d)(?:(?<h>\d+)H)?(?:(?<m>\d+)M)?(?:(?<s>\d+)S)?)?)$/;

/** One hundred years. Longer durations are typing errors and would exceed the range of dates. */
const MAX_DURATION: Seconds = 36_525 * UNIT_SECONDS.d;

/** Parses `90s`, `15m`, `1h30m`, `5h`, `7d`, `0` and ISO 8601 (`PT5H`). Null for any other text. */
export function parseDuration(text: string): Seconds | null {
  const seconds = readSeconds(text);
  return seconds !== null && seconds <= MAX_DURATION ? seconds : null;
}

/** Whether the only error is that the duration is over one hundred years. */
export function isTooLongDuration(text: string): boolean {
  return (readSeconds(text) ?? 0) > MAX_DURATION;
}

function readSeconds(text: string): Seconds | null {
  if (text === '0') return 0;
  const units = (SHORT.exec(text) ?? ISO_8601.exec(text))?.groups;
  if (units === undefined) return null;
  const given = UNITS.filter((unit) => units[unit] !== undefined);
  if (given.length === 0) return null;
  return given.reduce((sum, unit) => sum + Number(units[unit]) * UNIT_SECONDS[unit], 0);
}

/**
 * `4h 59m 36s`, `5h 55m`, `5h 00m 07s`, `5h`, `0s`: the form for people. Units that are zero at the end are left out.
 * Units below the largest one have two digits, so that durations are easy to compare.
 */
export function formatDuration(seconds: Seconds): string {
  const parts = splitUnits(seconds);
  const last = parts.findLastIndex((part) => !isZero(part));
  return joinUnits(seconds, parts.slice(0, last + 1), ' ');
}

/** `5h`, `1h30m`, `0s`: the form of a flag, which `parseDuration` reads. It is also a label of metrics. */
export function formatFlagDuration(seconds: Seconds): string {
  return joinUnits(
    seconds,
    splitUnits(seconds).filter((part) => !isZero(part)),
    '',
  );
}

const isZero = (part: string) => /^0+\D/.test(part);

const joinUnits = (seconds: Seconds, parts: readonly string[], separator: string): string =>
  parts.length === 0 ? '0s' : (seconds < 0 ? '-' : '') + parts.join(separator);

function splitUnits(seconds: Seconds): string[] {
  const whole = Math.abs(Math.trunc(seconds));
  const amounts = [
    [Math.floor(whole / UNIT_SECONDS.d), 'd'],
    [Math.floor(whole / UNIT_SECONDS.h) % 24, 'h'],
    [Math.floor(whole / UNIT_SECONDS.m) % 60, 'm'],
    [whole % 60, 's'],
  ] as const;
  const first = amounts.findIndex(([amount, unit]) => amount > 0 || unit === 's');
  return amounts
    .slice(first)
    .map(([amount, unit], index) => `${index === 0 ? amount : String(amount).padStart(2, '0')}${unit}`);
}
