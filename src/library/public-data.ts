import type { Secret } from '../secret.ts';

/**
 * The library uses `Date` for instants, and the names of its durations end in `Seconds`. The domain uses
 * numbers: milliseconds since 1970, and seconds. There is no other difference. So these tables of field names
 * are enough to convert every type of the domain in both directions. Each number field is in one of them.
 */

/** Instants whose names are not `at` and do not end in `At`. */
const INSTANT_FIELDS = [
  'earliest',
  'expected',
  'expiration',
  'firstSample',
  'firstSeen',
  'from',
  'hostTime',
  'instant',
  'lastSample',
  'lastSeen',
  'lastUpdated',
  'latest',
  'latestExpiration',
  'laterExpiration',
  'newestOutside',
  'now',
  'prunedUntil',
  'requestedUntil',
  'correctedLastSample',
  'rawFirstSeen',
  'rawLastSeen',
  'safeUntil',
  'thirdSampleAfter',
  'to',
  'worksAtMostUntil',
  'worksUntil',
] as const;

/** Durations whose names have no unit in the domain. */
const SECONDS_FIELDS = [
  'age',
  'ahead',
  'blindTime',
  'clockOffset',
  'duration',
  'interval',
  'issuedAhead',
  'jobDuration',
  'lag',
  'largestClockOffset',
  'largestPossibleValidity',
  'newestClockOffset',
  'newestOffset',
  'shortestRemaining',
  'shrinkingPerDay',
  'leadTime',
  'margin',
  'maxAge',
  'overstatement',
  'remaining',
  'remainingAtEnd',
  'remainingAtStart',
  'required',
  'rotationInterval',
  'rotationWindow',
  'safeTimeAfterRotation',
  'smallestClockOffset',
  'spare',
  'tolerance',
  'usualGap',
  'validityAfterRotation',
  'validityWhenIssued',
  'watchedTime',
  'wrongClockOffset',
] as const;

export type InstantField = (typeof INSTANT_FIELDS)[number] | 'at' | `${string}At`;
export type SecondsField = (typeof SECONDS_FIELDS)[number];

export type Atom =
  | string
  | number
  | boolean
  | null
  | undefined
  | Date
  | Secret
  | ((...args: never) => unknown);

/** The public form of a domain type. */
export type Public<T> = T extends Atom
  ? T
  : T extends readonly unknown[]
    ? { [K in keyof T]: Public<T[K]> }
    : { [K in keyof T as K extends SecondsField ? `${K}Seconds` : K]: PublicValue<K, T[K]> };

type PublicValue<K, V> = V extends number ? (K extends InstantField ? Date : V) : Public<V>;

const instantFields: ReadonlySet<string> = new Set(INSTANT_FIELDS);
const isInstantField = (name: string) => instantFields.has(name) || /(^at|At)$/.test(name);
const publicNames: ReadonlyMap<string, string> = new Map(
  SECONDS_FIELDS.map((name) => [name, `${name}Seconds`]),
);
const domainNames: ReadonlyMap<string, string> = new Map(
  SECONDS_FIELDS.map((name) => [`${name}Seconds`, name]),
);

/** Converts domain data for a caller of the library. */
export function toPublic<T>(value: T): Public<T> {
  const convertLeaf = (field: string, leaf: unknown) =>
    typeof leaf === 'number' && isInstantField(field) ? new Date(leaf) : leaf;
  // The compiler cannot follow a conversion by field names. `Public` is defined by the same tables.
  return convert(value, publicNames, convertLeaf) as Public<T>;
}

/** Converts data of a caller for the domain. The inverse of `toPublic`. */
export function fromPublic<T>(value: Public<T>): T {
  // As in `toPublic`.
  return convert(value, domainNames, toNumber) as T;
}

const toNumber = (_: string, leaf: unknown) => (leaf instanceof Date ? leaf.getTime() : leaf);

/** Wraps a function of the domain: converts its arguments and its result. */
export const publish =
  <A extends readonly unknown[], R>(run: (...args: A) => R) =>
  (...args: { [K in keyof A]: Public<A[K]> }): Public<R> =>
    // As in `toPublic`.
    toPublic(run(...(convert(args, domainNames, toNumber) as A)));

/**
 * An object that occurs twice stays one object, because the domain compares generations by identity. Objects
 * with a `code` (findings, reasons, notes) name their units in the domain already, so their names stay.
 */
function convert(
  root: unknown,
  names: ReadonlyMap<string, string>,
  convertLeaf: (field: string, leaf: unknown) => unknown,
): unknown {
  const converted = new Map<object, unknown>();
  const visit = (field: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || isOpaque(value)) return convertLeaf(field, value);
    const known = converted.get(value);
    if (known !== undefined) return known;
    const result = Array.isArray(value) ? value.map((each) => visit(field, each)) : visitFields(value);
    converted.set(value, result);
    return result;
  };
  const visitFields = (value: object) => {
    const rename = (name: string) => ('code' in value ? name : (names.get(name) ?? name));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [rename(name), visit(name, each)]));
  };
  return visit('', root);
}

/** A secret is recognized by its method, because it may come from another copy of the library. */
const isOpaque = (value: object): boolean => value instanceof Date || 'reveal' in value;
