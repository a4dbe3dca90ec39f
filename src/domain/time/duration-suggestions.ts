import type { Seconds } from '../model.ts';
import { formatFlagDuration, parseDuration } from './duration.ts';

const UNIT_SECONDS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;
type Unit = keyof typeof UNIT_SECONDS;

/** Names of units that people write. A month has no fixed length. */
const UNIT_NAMES: Readonly<Record<string, readonly [unit: Unit, factor: number]>> = {
  ...defineNames('s', ['s', 'sec', 'secs', 'second', 'seconds']),
  ...defineNames('m', ['m', 'min', 'mins', 'minute', 'minutes']),
  ...defineNames('h', ['h', 'hr', 'hrs', 'hour', 'hours']),
  ...defineNames('d', ['d', 'day', 'days']),
  ...defineNames('d', ['w', 'wk', 'wks', 'week', 'weeks'], 7),
};

function defineNames(unit: Unit, names: readonly string[], factor = 1) {
  return Object.fromEntries(names.map((name) => [name, [unit, factor] as const]));
}

/** The unit of a last number without a unit: `5h30` has 30 minutes. */
const NEXT_UNIT: Partial<Record<Unit, Unit>> = { d: 'h', h: 'm', m: 's' };

/**
 * The valid durations that a text can mean, in the form of a flag. Empty if the text is not a duration.
 * @param text is not a valid duration: `5 hours`, `1.5h`, `5h 55m`, `5:30`, `5`
 */
export function suggestDurations(text: string): string[] {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/(\d),(?=\d)/g, '$1.');
  const candidates = /^\d{1,6}(?:\.\d+)?$/.test(plain)
    ? (['s', 'm', 'h', 'd'] as const).map((unit) => Number(plain) * UNIT_SECONDS[unit])
    : plain.includes(':')
      ? readColons(plain)
      : [readUnits(plain)];
  const isWhole = /^\d{1,6}$/.test(plain);
  const suggestions = candidates.flatMap((seconds, index) => {
    if (seconds === null || !Number.isInteger(seconds) || seconds === 0) return [];
    // 300s is easier to recognise than 5m.
    return [isWhole ? `${Number(plain)}${'smhd'[index]}` : formatFlagDuration(seconds)];
  });
  return [...new Set(suggestions)].filter((suggestion) => parseDuration(suggestion) !== null);
}

/** `5:30` is hours and minutes, or minutes and seconds. `5:30:00` has all three. */
function readColons(text: string): Seconds[] {
  const [, first, second, third] = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (first === undefined) return [];
  const [large, middle] = [Number(first), Number(second)];
  if (third !== undefined) return [large * 3600 + middle * 60 + Number(third)];
  return [large * 3600 + middle * 60, large * 60 + middle];
}

/** `5 hours`, `1h 30min`, `1.5h`, `5h30`, `pt1.5h`. Null for any other text. */
function readUnits(text: string): Seconds | null {
  // A list of durations, such as `5h,90m`.
  if (/[a-z],\d/.test(text)) return null;
  const words = isoToWords(text) ?? text;
  const parts = [...words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
  const rest = words.replace(/\d+(?:\.\d+)?\s*[a-z]*|[\s,]|\band\b/g, '');
  if (parts.length === 0 || rest !== '') return null;
  const seen = new Set<Unit>();
  let sum = 0;
  let previous: Unit | undefined;
  for (const [index, [, amount, name = '']] of parts.entries()) {
    const known = Object.hasOwn(UNIT_NAMES, name) ? UNIT_NAMES[name] : undefined;
    const next = previous === undefined ? undefined : NEXT_UNIT[previous];
    const isBareEnd = name === '' && index === parts.length - 1 && next !== undefined;
    const [unit, factor] = isBareEnd ? ([next, 1] as const) : (known ?? [null, 0]);
    // A unit that is given twice is a typing error, and the sum may be too long.
    if (unit === null || seen.has(unit)) return null;
    seen.add(unit);
    sum += Number(amount) * factor * UNIT_SECONDS[unit];
    previous = unit;
  }
  // Floating point: 1.1 h is 3960.0000000000005 s.
  return Math.abs(sum - Math.round(sum)) < 1e-6 ? Math.round(sum) : null;
}

/** The units of an ISO 8601 duration without `P` and `T`. Null for other texts, and for months and years. */
function isoToWords(text: string): string | null {
  const [, days = '', times = ''] = /^p([\d.]*[wd]?)(?:t([\d.hms]*))?$/.exec(text) ?? [];
  return days === '' && times === '' ? null : `${days} ${times}`;
}
