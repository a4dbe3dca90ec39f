import type { Instant } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';

export type ArchiveFields = Record<string, string | number | boolean | null>;

/** Every field of every record, in the order of the CSV columns. */
export const ARCHIVE_FIELDS = [
  'schema_version',
  'record',
  'host',
  'source',
  'api_version',
  'role',
  'observed_at',
  'clock_offset_seconds',
  'access_key_id',
  'last_updated',
  'expiration',
  'zoneless',
  'ordinal',
  'latest_expiration',
  'first_seen',
  'last_seen',
  'earlier_samples',
  'pruned_until',
  'smallest_clock_offset_seconds',
  'largest_clock_offset_seconds',
  'reason',
  'detail',
  'job',
  'started_at',
  'remaining_at_start_seconds',
  'duration_seconds',
  'exit_code',
  'remaining_at_end_seconds',
] as const;
export type FieldName = (typeof ARCHIVE_FIELDS)[number];

/** A line that cannot be taken: what is wrong with it, never what stands in it. */
export class BadRecord extends Error {}

/** Longer names are no names; a database is not for other people's text. */
const LONGEST_TEXT = 1024;

export type Fields = Readonly<Record<string, unknown>>;

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

export function nullable<T>(
  fields: Fields,
  name: FieldName,
  read: (fields: Fields, name: FieldName) => T,
): T | null {
  return isAbsent(fields[name]) ? null : read(fields, name);
}

export function text(fields: Fields, name: FieldName): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) {
    throw new BadRecord(`${name} is not a text of at most ${LONGEST_TEXT} characters`);
  }
  return value;
}

export function name(fields: Fields, field: FieldName): string {
  const value = text(fields, field);
  if (value === '') throw new BadRecord(`${field} is empty`);
  return value;
}

export function accessKeyId(fields: Fields): string {
  const value = text(fields, 'access_key_id');
  if (!/^[\w-]{0,128}$/.test(value)) throw new BadRecord('access_key_id is not an access key id');
  return value;
}

export function oneOf<T extends string>(fields: Fields, name: FieldName, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === fields[name]);
  if (found === undefined) throw new BadRecord(`${name} is none of those known`);
  return found;
}

export function instant(fields: Fields, name: FieldName): Instant {
  const value = fields[name];
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  if (parsed === null) throw new BadRecord(`${name} is not a time like 2026-01-31T12:00:00Z`);
  return parsed.instant;
}

export function integer(fields: Fields, name: FieldName): number {
  const value = fields[name];
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(number)) throw new BadRecord(`${name} is not a whole number`);
  return number as number;
}

export function count(fields: Fields, name: FieldName): number {
  const value = isAbsent(fields[name]) ? 0 : integer(fields, name);
  if (value < 0) throw new BadRecord(`${name} is negative`);
  return value;
}
