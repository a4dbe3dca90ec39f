import { formatInstant, parseInstant } from '../domain/instant.ts';
import {
  FAILURE_REASONS,
  type FailedPoll,
  type Generation,
  type Instant,
  type Sample,
  type SeriesIdentity,
  SOURCE_NAMES,
  type SourceName,
} from '../domain/model.ts';

export const ARCHIVE_SCHEMA_VERSION = 1;

/**
 * One line of an export. A generation has a record of its own only where some of its samples were pruned: it then
 * says how many samples there were before `prunedUntil`, of which an export may still carry a few.
 */
export type ArchiveRecord =
  | { record: 'sample'; identity: SeriesIdentity; sample: Sample; ordinal: number }
  | {
      record: 'generation';
      identity: SeriesIdentity;
      generation: Generation;
      earlierSamples: number;
      prunedUntil: Instant;
    }
  | { record: 'failed_poll'; host: string; source: SourceName; poll: FailedPoll; ordinal: number };

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
] as const;
type FieldName = (typeof ARCHIVE_FIELDS)[number];

/** The record as flat fields: a line of NDJSON, a row of CSV. */
export function toFields(record: ArchiveRecord): ArchiveFields {
  const head = { schema_version: ARCHIVE_SCHEMA_VERSION, record: record.record };
  if (record.record === 'failed_poll') {
    const { host, source, poll, ordinal } = record;
    return {
      ...head,
      host,
      source,
      observed_at: formatInstant(poll.observedAt),
      access_key_id: poll.accessKeyId,
      expiration: optional(poll.expiration),
      reason: poll.reason,
      detail: poll.detail,
      ordinal,
    };
  }
  const { host, source, apiVersion, role } = record.identity;
  const series = { ...head, host, source, api_version: apiVersion, role };
  if (record.record === 'sample') {
    const { sample, ordinal } = record;
    return {
      ...series,
      observed_at: formatInstant(sample.observedAt),
      clock_offset_seconds: sample.clockOffset,
      access_key_id: sample.accessKeyId,
      last_updated: optional(sample.lastUpdated),
      expiration: formatInstant(sample.expiration),
      zoneless: sample.zoneless,
      ordinal,
    };
  }
  const { generation, earlierSamples, prunedUntil } = record;
  return {
    ...series,
    access_key_id: generation.accessKeyId,
    last_updated: optional(generation.lastUpdated),
    expiration: formatInstant(generation.expiration),
    latest_expiration: formatInstant(generation.latestExpiration),
    zoneless: generation.zoneless,
    first_seen: formatInstant(generation.firstSeen),
    last_seen: formatInstant(generation.lastSeen),
    smallest_clock_offset_seconds: generation.smallestClockOffset,
    largest_clock_offset_seconds: generation.largestClockOffset,
    earlier_samples: earlierSamples,
    pruned_until: formatInstant(prunedUntil),
  };
}

const optional = (instant: Instant | null) => (instant === null ? null : formatInstant(instant));

/** A line that cannot be taken: what is wrong with it, never what stands in it. */
export class BadRecord extends Error {}

/** Longer names are no names; a database is not for other people's text. */
const LONGEST_TEXT = 1024;

/**
 * Reads fields back. Values come typed (NDJSON) or all as text (CSV), where `''` stands for null. Unknown fields
 * are ignored.
 * @throws BadRecord naming the first field that is wrong
 */
export function fromFields(fields: Readonly<Record<string, unknown>>): ArchiveRecord {
  const version = integer(fields, 'schema_version');
  if (version !== ARCHIVE_SCHEMA_VERSION) {
    throw new BadRecord(`schema_version ${version} is not ${ARCHIVE_SCHEMA_VERSION}`);
  }
  const host = text(fields, 'host');
  if (host === '') throw new BadRecord('host is empty');
  const source = oneOf(fields, 'source', SOURCE_NAMES);
  switch (fields.record) {
    case 'sample': {
      const sample: Sample = {
        ...credentials(fields),
        observedAt: instant(fields, 'observed_at'),
        clockOffset: nullable(fields, 'clock_offset_seconds', integer),
      };
      return {
        record: 'sample',
        identity: identity(fields, host, source),
        sample,
        ordinal: count(fields, 'ordinal'),
      };
    }
    case 'generation': {
      const generation: Generation = {
        ...credentials(fields),
        latestExpiration: instant(fields, 'latest_expiration'),
        firstSeen: instant(fields, 'first_seen'),
        lastSeen: instant(fields, 'last_seen'),
        samples: 0,
        smallestClockOffset: nullable(fields, 'smallest_clock_offset_seconds', integer),
        largestClockOffset: nullable(fields, 'largest_clock_offset_seconds', integer),
        thirdSampleAfter: null,
      };
      if (generation.firstSeen > generation.lastSeen) throw new BadRecord('first_seen is after last_seen');
      return {
        record: 'generation',
        identity: identity(fields, host, source),
        generation,
        earlierSamples: count(fields, 'earlier_samples'),
        prunedUntil: instant(fields, 'pruned_until'),
      };
    }
    case 'failed_poll': {
      const poll: FailedPoll = {
        observedAt: instant(fields, 'observed_at'),
        reason: oneOf(fields, 'reason', FAILURE_REASONS),
        detail: text(fields, 'detail'),
        accessKeyId: accessKeyId(fields),
        expiration: nullable(fields, 'expiration', instant),
      };
      return { record: 'failed_poll', host, source, poll, ordinal: count(fields, 'ordinal') };
    }
    default:
      throw new BadRecord("record is none of 'sample', 'generation', 'failed_poll'");
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

function identity(fields: Fields, host: string, source: SourceName): SeriesIdentity {
  return { host, source, apiVersion: text(fields, 'api_version'), role: text(fields, 'role') };
}

function credentials(fields: Fields) {
  const zoneless = fields.zoneless;
  return {
    accessKeyId: accessKeyId(fields),
    lastUpdated: nullable(fields, 'last_updated', instant),
    expiration: instant(fields, 'expiration'),
    zoneless: zoneless === true || zoneless === 'true' || zoneless === '1',
  };
}

function accessKeyId(fields: Fields): string {
  const value = text(fields, 'access_key_id');
  if (!/^[\w-]{0,128}$/.test(value)) throw new BadRecord('access_key_id is not an access key id');
  return value;
}

function nullable<T>(
  fields: Fields,
  name: FieldName,
  read: (fields: Fields, name: FieldName) => T,
): T | null {
  return isAbsent(fields[name]) ? null : read(fields, name);
}

function text(fields: Fields, name: FieldName): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) {
    throw new BadRecord(`${name} is not a text of at most ${LONGEST_TEXT} characters`);
  }
  return value;
}

function oneOf<T extends string>(fields: Fields, name: FieldName, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === fields[name]);
  if (found === undefined) throw new BadRecord(`${name} is none of those known`);
  return found;
}

function instant(fields: Fields, name: FieldName): Instant {
  const value = fields[name];
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  if (parsed === null) throw new BadRecord(`${name} is not a time like 2026-01-31T12:00:00Z`);
  return parsed.instant;
}

function integer(fields: Fields, name: FieldName): number {
  const value = fields[name];
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(number)) throw new BadRecord(`${name} is not a whole number`);
  return number as number;
}

function count(fields: Fields, name: FieldName): number {
  const value = isAbsent(fields[name]) ? 0 : integer(fields, name);
  if (value < 0) throw new BadRecord(`${name} is negative`);
  return value;
}
