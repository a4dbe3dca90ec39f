import type { Timestamp } from '../timestamps/timestamp.ts';
import {
  createDocument,
  hasCredentials,
  type LoggedDocument,
  readTimestampValue,
  setMember,
} from './document.ts';
import { classifyMember } from './member-names.ts';

/** A part of a JSON value. */
export type JsonContent =
  | { kind: 'document'; document: LoggedDocument }
  /** A line of another log, such as the message of a CloudWatch event. */
  | { kind: 'text'; text: string; timestamp: Timestamp | null }
  /** A record of our own export or a line of our own `poll`. */
  | { kind: 'own'; fields: Readonly<Record<string, unknown>> };

type JsonObject = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 6;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Adds the documents and texts of a JSON value to `found`. */
export function findContent(
  value: unknown,
  found: JsonContent[],
  timestamp: Timestamp | null = null,
  depth = 0,
): void {
  if (!isObject(value) || depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    const fields = toFields(value);
    if (fields !== null) findContent(fields, found, timestamp, depth + 1);
    else for (const each of value) findContent(each, found, timestamp, depth + 1);
    return;
  }
  if ('schema_version' in value && ('record' in value || 'observed_at' in value)) {
    found.push({ kind: 'own', fields: value });
    return;
  }
  const document = createDocument();
  const nested: JsonObject[] = [];
  const texts: string[] = [];
  for (const name of Object.keys(value)) {
    const member = value[name];
    const kind = classifyMember(name);
    const bytes = kind === 'message' ? decodeBytes(member) : null;
    if (bytes !== null) texts.push(bytes);
    else if (kind !== 'timestamp' && isObject(member)) nested.push(member);
    else if (kind === 'timestamp') document.timestamp ??= readTimestampMember(member, name);
    else if (kind === 'message' && typeof member === 'string') texts.push(member);
    else if ((typeof member === 'string' && member !== '') || typeof member === 'number') {
      setMember(document, kind, member);
    }
  }
  // IMDS states `LastUpdated`, and agents of containers do not.
  if ('Token' in value && document.lastUpdated === null) document.source = 'container';
  else if ('Version' in value && document.source === 'imds') document.source = 'process';
  document.timestamp ??= timestamp;
  if (hasCredentials(document)) {
    found.push({ kind: 'document', document });
    return;
  }
  for (const text of texts) found.push({ kind: 'text', text, timestamp: document.timestamp });
  for (const each of nested) findContent(each, found, document.timestamp, depth + 1);
}

/** journald writes a message with a control character, such as a colour, as an array of its bytes. */
function decodeBytes(value: unknown): string | null {
  if (!Array.isArray(value) || typeof value[0] !== 'number') return null;
  const isBytes = value.every((each) => Number.isInteger(each) && each >= 0 && each <= 255);
  return isBytes ? Buffer.from(value).toString() : null;
}

/** CloudWatch Insights writes a row as `[{"field": "@timestamp", "value": "…"}, …]`. */
function toFields(row: readonly unknown[]): JsonObject | null {
  const fields: Record<string, unknown> = Object.create(null);
  for (const cell of row) {
    if (!isObject(cell) || typeof cell.field !== 'string') return null;
    fields[cell.field] = cell.value;
  }
  return row.length > 0 ? fields : null;
}

/** Windows PowerShell writes `{"value": "/Date(…)/", "DateTime": "…"}` for `Get-Date | ConvertTo-Json`. */
function readTimestampMember(value: unknown, name: string): Timestamp | null {
  if (!isObject(value)) {
    const found = readTimestampValue(value);
    // CloudWatch Insights writes UTC without a zone.
    return found !== null && found.offset === null && name === '@timestamp' ? { ...found, offset: 0 } : found;
  }
  return readTimestampValue(value.value) ?? readTimestampValue(value.DateTime);
}
