import type { Instant } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';

export type ArchiveFields = Record<string, string | number | boolean | null>;

/** The fields of all kinds of records, in the order of the CSV columns. */
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
  'first_seen_at',
  'last_seen_at',
  'earlier_sample_count',
  'pruned_until',
  'smallest_clock_offset_seconds',
  'largest_clock_offset_seconds',
  'reason',
  'detail',
  'job_name',
  'started_at',
  'remaining_at_start_seconds',
  'duration_seconds',
  'exit_code',
  'remaining_at_end_seconds',
] as const;
export type ArchiveFieldName = (typeof ARCHIVE_FIELD_NAMES)[number];

/** The line is not a record. The message never quotes the line, which may contain a secret. */
export class InvalidRecordError extends Error {}

/** In characters. No valid text is longer. */
const MAX_TEXT_LENGTH = 1024;

/** The fields of a line. In CSV all of them are text, and an empty text means null. */
export type RawFields = Readonly<Record<string, unknown>>;

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

export function readOptionalField<T>(
  fields: RawFields,
  name: ArchiveFieldName,
  read: (fields: RawFields, name: ArchiveFieldName) => T,
): T | null {
  return isAbsent(fields[name]) ? null : read(fields, name);
}

/** An absent text is empty. */
export function readTextField(fields: RawFields, name: ArchiveFieldName): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string' || value.length > MAX_TEXT_LENGTH) {
    throw new InvalidRecordError(`${name} is not a text of at most ${MAX_TEXT_LENGTH} characters`);
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
  if (found === undefined) throw new InvalidRecordError(`${name} has an unknown value`);
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
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new InvalidRecordError(`${name} is not a whole number`);
}

/** An absent count is 0. */
export function readCountField(fields: RawFields, name: ArchiveFieldName): number {
  const value = isAbsent(fields[name]) ? 0 : readIntegerField(fields, name);
  if (value < 0) throw new InvalidRecordError(`${name} is negative`);
  return value;
}
