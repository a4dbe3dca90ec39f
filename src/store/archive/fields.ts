import type { Instant } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';

export type ArchiveFields = Record<string, string | number | boolean | null>;

/** Every field of every record, in the order of the CSV columns. */
export const ARCHIVE_FIELD_NAMES = [
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
export type ArchiveFieldName = (typeof ARCHIVE_FIELD_NAMES)[number];

/** A line that cannot be taken: what is wrong with it, never what stands in it. */
export class InvalidRecordError extends Error {}

/** Longer names are no names; a database is not for other people's text. */
const LONGEST_TEXT = 1024;

export type RawFields = Readonly<Record<string, unknown>>;

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

export function readOptionalField<T>(
  fields: RawFields,
  name: ArchiveFieldName,
  read: (fields: RawFields, name: ArchiveFieldName) => T,
): T | null {
  return isAbsent(fields[name]) ? null : read(fields, name);
}

export function readTextField(fields: RawFields, name: ArchiveFieldName): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) {
    throw new InvalidRecordError(`${name} is not a text of at most ${LONGEST_TEXT} characters`);
  }
  return value;
}

export function readNameField(fields: RawFields, field: ArchiveFieldName): string {
  const value = readTextField(fields, field);
  if (value === '') throw new InvalidRecordError(`${field} is empty`);
  return value;
}

export function readAccessKeyId(fields: RawFields): string {
  const value = readTextField(fields, 'access_key_id');
  if (!/^[\w-]{0,128}$/.test(value)) throw new InvalidRecordError('access_key_id is not an access key id');
  return value;
}

export function readOneOf<T extends string>(
  fields: RawFields,
  name: ArchiveFieldName,
  allowed: readonly T[],
): T {
  const found = allowed.find((each) => each === fields[name]);
  if (found === undefined) throw new InvalidRecordError(`${name} is none of those known`);
  return found;
}

export function readInstantField(fields: RawFields, name: ArchiveFieldName): Instant {
  const value = fields[name];
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  if (parsed === null) throw new InvalidRecordError(`${name} is not a time like 2026-01-31T12:00:00Z`);
  return parsed.instant;
}

export function readIntegerField(fields: RawFields, name: ArchiveFieldName): number {
  const value = fields[name];
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(number)) throw new InvalidRecordError(`${name} is not a whole number`);
  return number as number;
}

export function readCountField(fields: RawFields, name: ArchiveFieldName): number {
  const value = isAbsent(fields[name]) ? 0 : readIntegerField(fields, name);
  if (value < 0) throw new InvalidRecordError(`${name} is negative`);
  return value;
}
