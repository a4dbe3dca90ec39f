/** Offsets of zone names that mean a single zone, or nearly always the same zone in logs. */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  ...{ UTC: 0, GMT: 0, Z: 0, UT: 0, UCT: 0, WET: 0, WEST: 1, CET: 1, CEST: 2, MEZ: 1, MESZ: 2 },
  ...{ EET: 2, EEST: 3, MSK: 3, EST: -5, EDT: -4, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
  ...{ AKST: -9, AKDT: -8, HST: -10, JST: 9, KST: 9, HKT: 8, SGT: 8, AWST: 8, AEST: 10, AEDT: 11 },
  ...{ BST: 1, ACST: 9.5, ACDT: 10.5, NZST: 12, NZDT: 13, BRT: -3, SAST: 2 },
};

/** Names that several zones in America, Asia and Europe share, with examples of these zones. */
const AMBIGUOUS_ZONES: ReadonlyMap<string, readonly string[]> = new Map([
  ['CST', ['America/Chicago', 'Asia/Shanghai', 'America/Havana']],
  ['IST', ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem']],
  ['AST', ['America/Halifax', 'Asia/Riyadh']],
]);

/** Zones that have an ambiguous name, as values for `--timezone`. */
export const listZonesWithName = (name: string): readonly string[] => AMBIGUOUS_ZONES.get(name) ?? [];

/** Levels of loggers, which follow a timestamp as a name of a zone does. */
const LEVELS: ReadonlySet<string> = new Set(
  'ALL TRACE DEBUG FINE INFO NOTE WARN ERROR ERR CRIT ALERT EMERG FATAL PANIC'.split(' '),
);

/** The name of a zone if it means several zones, else null. */
export const findAmbiguousZone = (zone: string | undefined): string | null =>
  zone !== undefined && AMBIGUOUS_ZONES.has(zone) ? zone : null;

const HOUR_MS = 3_600_000;

/** `Z`, `+0000`, `+00:00`, `+00`, `UTC+1`, `GMT+01:00`, or a name in capitals. */
export const ZONE_SOURCE = String.raw`(?:UTC|GMT)?[+\-\u2212]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d|Z\b|[A-Z]{2,5}\b`;

const NUMERIC = /^(?:UTC|GMT)?([+\-\u2212])(\d{1,2})(?::?(\d\d))?$/;

/**
 * Returns the offset in milliseconds. Null for an unknown name.
 * @param zone a text that matches {@link ZONE_SOURCE}
 */
export function parseZone(zone: string | undefined): number | null {
  if (zone === undefined) return null;
  const hours = ZONE_HOURS[zone];
  if (hours !== undefined) return hours * HOUR_MS;
  const [, sign, hour, minute = 0] = NUMERIC.exec(zone) ?? [];
  if (sign === undefined || Number(hour) > 14 || Number(minute) > 59) return null;
  return (sign === '+' ? 1 : -1) * (Number(hour) * HOUR_MS + Number(minute) * 60_000);
}

/** A zone in a text. */
interface StatedZone {
  /** In milliseconds. Null without a zone, and for a name that is not known. */
  offset: number | null;
  /** A name that means several zones. */
  ambiguousZone: string | null;
  /** Where the text continues. */
  end: number;
}

const ZONE = new RegExp(` ?(${ZONE_SOURCE})`, 'y');

/** Reads the zone after a time. Any other word is not read, for example the level of a logger. */
export function readZone(text: string, at: number): StatedZone {
  ZONE.lastIndex = at;
  const [, zone] = ZONE.exec(text) ?? [];
  const offset = parseZone(zone);
  const ambiguousZone = findAmbiguousZone(zone);
  return { offset, ambiguousZone, end: offset === null && ambiguousZone === null ? at : ZONE.lastIndex };
}

const UNKNOWN_NAME = / ?([A-Z]{2,5})(?= )/y;

/** The position after a name that can be a zone that is not known. Null for any other text. */
export function skipUnknownZone(text: string, at: number): number | null {
  UNKNOWN_NAME.lastIndex = at;
  const [, name] = UNKNOWN_NAME.exec(text) ?? [];
  return name === undefined || LEVELS.has(name) ? null : UNKNOWN_NAME.lastIndex;
}
