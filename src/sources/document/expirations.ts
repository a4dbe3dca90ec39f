import type { Instant } from '../../domain/model.ts';
import type { ExpirationForm } from '../../domain/poll-note.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import type { Notes } from '../notes.ts';
import { isQuoted, type NamedValue } from './named-value.ts';

/** An expiration, and the zone that its writer means if the text has none. Null: unknown. */
export interface NamedExpiration extends NamedValue {
  value: string;
  impliedZone: 'utc' | 'local' | null;
}

/** The values that `read` finds under these names. Every writer of such a value means the same zone. */
export const readExpirations = (
  names: readonly string[],
  read: (name: string) => string | null,
  impliedZone: NamedExpiration['impliedZone'] = null,
): NamedExpiration[] =>
  names.flatMap((name) => {
    const value = read(name);
    return value === null ? [] : [{ name, value, impliedZone }];
  });

interface ReadExpiration {
  name: string;
  /** Both readings of a time whose zone is unknown. The earlier one comes first and counts. */
  instants: readonly [Instant, ...Instant[]];
  hasZone: boolean;
}

/** The expiration that counts, and the names of those that are not times. */
export interface ChosenExpiration {
  expiration: { instant: Instant; zoneless: boolean } | null;
  unreadable: readonly NamedExpiration[];
}

/** The earliest expiration with a zone, else the earliest one. */
export function chooseExpiration(expirations: readonly NamedExpiration[], notes: Notes): ChosenExpiration {
  const readable: ReadExpiration[] = [];
  const unreadable: NamedExpiration[] = [];
  for (const expiration of expirations) {
    const read = readExpiration(expiration);
    if (read !== null) readable.push(read);
    else {
      unreadable.push(expiration);
      notes.add({ code: 'EXPIRATION_UNREADABLE', name: expiration.name });
      if (isQuoted(expiration)) notes.add({ code: 'VALUE_QUOTED', name: expiration.name });
    }
  }
  readable.sort((a, b) => Number(b.hasZone) - Number(a.hasZone) || a.instants[0] - b.instants[0]);
  const [chosen] = readable;
  if (chosen === undefined) return { expiration: null, unreadable };
  const [instant] = chosen.instants;
  // One second of tolerance: some tools write fractions of a second, others do not.
  const other = readable.find(({ instants }) => instants.every((each) => Math.abs(each - instant) >= 1000));
  if (other !== undefined) {
    notes.add({ code: 'EXPIRATIONS_DISAGREE', name: chosen.name, otherName: other.name });
  }
  return { expiration: { instant, zoneless: chosen.instants.length > 1 }, unreadable };
}

/** Seconds since 1970 have ten digits until 2286. Milliseconds have thirteen digits since 2001. */
const EPOCH = /^(\d{10}|\d{13})$/;

/** `Time.String()` of Go: a space before the offset, then the name of the zone and the monotonic clock. */
const OFFSET_APART = /^(\S+[ Tt]\S+) (GMT|[+-]\d\d:?\d\d)(?: (?:[A-Z]{1,5}|[+-]\d{2,4}))?(?: m=[+-][\d.]+)?$/;

/** What `dateutil` does not parse: the name of a zone after an offset, and the monotonic clock of Go. */
const NOT_FOR_DATEUTIL = / (?:GMT|[+-]\d\d:?\d\d) (?:[A-Z]|m=)| m=/;

/**
 * botocore parses the time with `dateutil`, and fails if it has no zone. Measured with botocore 1.29.27 and 1.43.11.
 * False for a value that is not a time at all.
 */
export function isRejectedByBotocore(value: string): boolean {
  const read = readExpiration({ name: '', value, impliedZone: 'utc' });
  return read !== null && (!read.hasZone || EPOCH.test(value.trim()) || NOT_FOR_DATEUTIL.test(value));
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The form of the expiration that a process printed, if some SDKs do not accept this form. Null if every SDK accepts it,
 * and for a text that is not a time.
 */
export function findUnusualForm(value: unknown, now: Instant): ExpirationForm | null {
  if (value === '') return 'empty';
  if (typeof value === 'number') return value < now ? 'number' : null;
  const read = typeof value === 'string' ? readExpiration({ name: '', value, impliedZone: 'utc' }) : null;
  if (typeof value !== 'string' || read === null) return null;
  if (EPOCH.test(value.trim())) return 'epoch';
  if (!read.hasZone) return 'no-zone';
  return RFC_3339.test(value) ? null : 'not-rfc3339';
}

/** Also accepts the time since 1970 in seconds (written by weep, aws-okta) or milliseconds (from SSO). */
function readExpiration({ name, value, impliedZone }: NamedExpiration): ReadExpiration | null {
  const text = value.trim();
  if (EPOCH.test(text)) return { name, instants: [Number(text.padEnd(13, '0'))], hasZone: true };
  const [, time = text, offset = ''] = OFFSET_APART.exec(text) ?? [];
  const parsed = parseInstant(`${time}${offset === 'GMT' ? 'Z' : offset}`);
  if (parsed === null) return null;
  const { instant, zoneless } = parsed;
  if (!zoneless || impliedZone === 'utc') return { name, instants: [instant], hasZone: !zoneless };
  const local = readAsLocal(instant);
  if (impliedZone === 'local') return { name, instants: [local], hasZone: false };
  return { name, instants: [Math.min(instant, local), Math.max(instant, local)], hasZone: false };
}

/**
 * `Date` reads a time without a zone as local time. Of an hour that occurs twice, it chooses the earlier one,
 * which is the safe choice.
 */
const readAsLocal = (asUtc: Instant): Instant => Date.parse(new Date(asUtc).toISOString().replace('Z', ''));
