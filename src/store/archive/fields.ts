import type { Instant } from '../../domain/model.ts';
import { isWellFormed } from '../../domain/name.ts';
import { formatInstant, parseInstant } from '../../domain/time/instant.ts';
import { isKeyId, toStoredKeyId } from '../../key-id.ts';
import { createTextRedactor } from '../../redact.ts';

type FieldValue = string | number | boolean | null;
export type ArchiveFields = Record<string, FieldValue>;

/** The fields of a line. In CSV all of them are text, and an empty text means null. */
export type RawFields = Readonly<Record<string, unknown>>;

/** The line is not a record. The message never quotes the line, which may contain a secret. */
export class InvalidRecordError extends Error {}

/**
 * Writes a value into one or several fields of a line, and reads the value from them. `write` and `read` are methods,
 * so that the compiler accepts a table of codecs of several types.
 */
export interface Codec<T> {
  names: readonly string[];
  write(value: T, fields: ArchiveFields): void;
  /** @throws InvalidRecordError naming the first invalid field */
  read(fields: RawFields): T;
}

/** Joins the codecs of all properties. Their order is the order of the CSV columns. */
export function object<T extends object>(properties: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  // The type of Object.entries() does not keep the type of each property.
  const entries = Object.entries(properties) as [keyof T, Codec<T[keyof T]>][];
  return {
    names: entries.flatMap(([, { names }]) => names),
    write(value, fields) {
      for (const [property, codec] of entries) codec.write(value[property], fields);
    },
    read(fields) {
      const value: Partial<T> = {};
      for (const [property, codec] of entries) value[property] = codec.read(fields);
      // The loop has set every property.
      return value as T;
    },
  };
}

/** A value without fields. An import computes it. */
export const unwritten = <T>(value: T): Codec<T> => ({ names: [], write() {}, read: () => value });

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

/** Absent if all fields are absent. Rejects a line with only some of the fields. */
export const optional = <T>(codec: Codec<T>): Codec<T | null> => ({
  names: codec.names,
  write(value, fields) {
    if (value !== null) codec.write(value, fields);
    else for (const name of codec.names) fields[name] = null;
  },
  read(fields) {
    const present = codec.names.filter((name) => !isAbsent(fields[name]));
    if (present.length === 0) return null;
    if (present.length === codec.names.length) return codec.read(fields);
    const list = codec.names.join(', ').replace(/, (?=[^,]*$)/, ' and ');
    throw new InvalidRecordError(`${list} must be given together`);
  },
});

/** Absent if this field is absent. Other fields of the codec may be absent on their own. */
export const optionalBy = <T>(name: string, codec: Codec<T>): Codec<T | null> => ({
  ...optional(codec),
  read: (fields) => (isAbsent(fields[name]) ? null : codec.read(fields)),
});

/** Reads another field if this one is absent, as in older exports. */
export const withFallback = <T>(codec: Codec<T>, fallback: (fields: RawFields) => T): Codec<T> => ({
  ...codec,
  read: (fields) =>
    codec.names.every((name) => isAbsent(fields[name])) ? fallback(fields) : codec.read(fields),
});

/** @param parse gets the value and, for the error message, the name of the field */
const fieldType =
  <T extends FieldValue>(
    parse: (value: unknown, name: string) => T,
    format: (value: T) => FieldValue = (value) => value,
  ) =>
  (name: string): Codec<T> => ({
    names: [name],
    write(value, fields) {
      fields[name] = format(value);
    },
    read: (fields) => parse(fields[name], name),
  });

/** The maximum length of a valid text, in characters. */
const MAX_TEXT_LENGTH = 1024;

function parseText(value: unknown, name: string): string {
  const parsed = value ?? '';
  if (typeof parsed !== 'string' || parsed.length > MAX_TEXT_LENGTH)
    throw new InvalidRecordError(`${name} is not a text of at most ${MAX_TEXT_LENGTH} characters`);
  if (!isWellFormed(parsed)) throw new InvalidRecordError(`${name} has an unpaired surrogate`);
  return parsed;
}

/** An absent text is empty. */
export const text = fieldType(parseText);

const redactForeignText = createTextRedactor();

/** A text of the endpoint. Removes secrets, because older versions did not remove all of them. */
export const foreignText = fieldType((value, name) => redactForeignText(parseText(value, name)));

export const nonEmptyText = fieldType((value, name) => {
  const parsed = parseText(value, name);
  if (parsed !== '') return parsed;
  throw new InvalidRecordError(`${name} is empty`);
});

export function parseKeyId(value: unknown, name: string): string {
  const parsed = parseText(value, name);
  if (parsed === '' || isKeyId(parsed)) return toStoredKeyId(parsed);
  throw new InvalidRecordError(`${name} is not an access key id`);
}

/** An absent key id is empty, because it is a part of an identity. */
export const keyId = fieldType(parseKeyId);

/** Writes an absent key id as an empty text. */
export const optionalKeyId = fieldType(
  (value, name) => parseKeyId(value, name) || null,
  (value) => value ?? '',
);

export const oneOf = <T extends string>(name: string, allowed: readonly T[]): Codec<T> =>
  fieldType((value) => {
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw new InvalidRecordError(`${name} has an unknown value`);
  })(name);

/** An absent flag is false. Spreadsheets write `TRUE`. */
export const flag = fieldType((value, name) => {
  if (isAbsent(value) || typeof value === 'boolean') return value === true;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new InvalidRecordError(`${name} is neither true nor false`);
});

export const instant = fieldType((value, name): Instant => {
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  if (parsed !== null) return parsed.instant;
  throw new InvalidRecordError(`${name} is not a time like 2026-01-31T12:00:00Z`);
}, formatInstant);

function parseInteger(value: unknown, name: string): number {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new InvalidRecordError(`${name} is not a whole number`);
}

export const integer = fieldType(parseInteger);

/** An absent count is 0. */
export const count = fieldType((value, name) => {
  const number = isAbsent(value) ? 0 : parseInteger(value, name);
  if (number >= 0) return number;
  throw new InvalidRecordError(`${name} is negative`);
});
