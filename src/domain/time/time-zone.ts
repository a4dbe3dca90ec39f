import { tzOffset } from '@date-fns/tz/tzOffset';
import type { Instant, Seconds } from '../model.ts';
import { formatOffset, type TimeZone, UTC_ZONE } from './zone-offsets.ts';

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** The largest offset of a zone is +14:00. */
const MAX_HOURS = 14;

/** Zones change their offsets less often than once per day. */
const DAY_MS = 86_400_000;

/**
 * @param text `UTC`, an offset (`-05:00`) or an IANA name (`America/New_York`)
 * @returns null for an unknown zone
 */
export function openTimeZone(text: string): TimeZone | null {
  if (/^(?:(?:Etc\/)?(?:UTC|UCT|GMT|Zulu)|Z)$/i.test(text)) return UTC_ZONE;
  const offset = parseOffset(text);
  if (offset !== null) return { name: formatOffset(offset), offsetAt: () => offset };
  const name = findZoneName(text);
  return name === null ? null : { name, offsetAt: createOffsetReader(name) };
}

function parseOffset(text: string): Seconds | null {
  const match = OFFSET.exec(text);
  if (match === null) return null;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > MAX_HOURS || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Of all abbreviations, only these are names of zones. `CST` and `IST` mean different zones in different countries. */
const ABBREVIATIONS: readonly string[] = ['CET', 'EET', 'EST', 'HST', 'MET', 'MST', 'WET'];

const isAmbiguous = (text: string): boolean =>
  /^[A-Z]{3}$/i.test(text) && !ABBREVIATIONS.includes(text.toUpperCase());

/** The usual names of zones that Intl lists with old names. */
const RENAMED_ZONES: readonly string[] = [
  ...['America/Argentina/Buenos_Aires', 'America/Indiana/Indianapolis', 'America/Nuuk', 'Asia/Ho_Chi_Minh'],
  ...['Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Atlantic/Faroe', 'Europe/Kyiv'],
];

/** The names of all zones, without the names that exist only for compatibility. */
export const listZoneNames = (): string[] =>
  [...new Set([...Intl.supportedValuesOf('timeZone'), ...RENAMED_ZONES])].sort();

/** The usual spelling of a name. Names are not case-sensitive. Null for an unknown zone. */
function findZoneName(text: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    return null;
  }
  if (!/^[A-Z]/i.test(text) || isAmbiguous(text)) return null;
  // `resolvedOptions` replaces new names by old ones: Asia/Kolkata by Asia/Calcutta.
  const small = text.toLowerCase();
  return listZoneNames().find((name) => name.toLowerCase() === small) ?? text;
}

/** Remembers the offset of a day without a change, because a page has thousands of times. */
function createOffsetReader(name: string): TimeZone['offsetAt'] {
  const read = (instant: Instant): Seconds => tzOffset(name, new Date(instant)) * 60;
  const offsetsOfDays = new Map<number, Seconds | null>();
  return (instant) => {
    const day = Math.floor(instant / DAY_MS);
    let offset = offsetsOfDays.get(day);
    if (offset === undefined) {
      const atStart = read(day * DAY_MS);
      offset = atStart === read((day + 1) * DAY_MS) ? atStart : null;
      offsetsOfDays.set(day, offset);
    }
    return offset ?? read(instant);
  };
}
