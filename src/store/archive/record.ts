import {
  FAILURE_REASONS,
  type FailedPoll,
  type Generation,
  type Instant,
  type JobRun,
  type Sample,
  type SeriesIdentity,
  SOURCE_NAMES,
  type SourceName,
} from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import {
  type ArchiveFields,
  InvalidRecordError,
  type RawFields,
  readAccessKeyId,
  readCountField,
  readInstantField,
  readIntegerField,
  readNameField,
  readOneOf,
  readOptionalField,
  readTextField,
} from './fields.ts';

const ARCHIVE_SCHEMA_VERSION = 1;

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
  | { record: 'failed_poll'; host: string; source: SourceName; poll: FailedPoll; ordinal: number }
  | { record: 'job_run'; run: JobRun; ordinal: number };

/** The record as flat fields: a line of NDJSON, a row of CSV. */
export function toArchiveFields(record: ArchiveRecord): ArchiveFields {
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
  const { host, source, apiVersion, role } =
    record.record === 'job_run' ? record.run.identity : record.identity;
  const series = { ...head, host, source, api_version: apiVersion, role };
  if (record.record === 'job_run') {
    const { run, ordinal } = record;
    return {
      ...series,
      job: run.job,
      started_at: formatInstant(run.startedAt),
      remaining_at_start_seconds: run.remainingAtStart,
      duration_seconds: run.end?.duration ?? null,
      exit_code: run.end?.exitCode ?? null,
      remaining_at_end_seconds: run.end?.remainingAtEnd ?? null,
      ordinal,
    };
  }
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

/**
 * Reads fields back. Values come typed (NDJSON) or all as text (CSV), where `''` stands for null. Unknown fields
 * are ignored.
 * @throws BadRecord naming the first field that is wrong
 */
export function parseArchiveRecord(fields: RawFields): ArchiveRecord {
  const version = readIntegerField(fields, 'schema_version');
  if (version !== ARCHIVE_SCHEMA_VERSION) {
    throw new InvalidRecordError(`schema_version ${version} is not ${ARCHIVE_SCHEMA_VERSION}`);
  }
  const host = readNameField(fields, 'host');
  const source = readOneOf(fields, 'source', SOURCE_NAMES);
  switch (fields.record) {
    case 'sample': {
      const sample: Sample = {
        ...credentials(fields),
        observedAt: readInstantField(fields, 'observed_at'),
        clockOffset: readOptionalField(fields, 'clock_offset_seconds', readIntegerField),
      };
      return {
        record: 'sample',
        identity: identity(fields, host, source),
        sample,
        ordinal: readCountField(fields, 'ordinal'),
      };
    }
    case 'generation': {
      const generation: Generation = {
        ...credentials(fields),
        latestExpiration: readInstantField(fields, 'latest_expiration'),
        firstSeen: readInstantField(fields, 'first_seen'),
        lastSeen: readInstantField(fields, 'last_seen'),
        samples: 0,
        smallestClockOffset: readOptionalField(fields, 'smallest_clock_offset_seconds', readIntegerField),
        largestClockOffset: readOptionalField(fields, 'largest_clock_offset_seconds', readIntegerField),
        thirdSampleAfter: null,
      };
      if (generation.firstSeen > generation.lastSeen)
        throw new InvalidRecordError('first_seen is after last_seen');
      return {
        record: 'generation',
        identity: identity(fields, host, source),
        generation,
        earlierSamples: readCountField(fields, 'earlier_samples'),
        prunedUntil: readInstantField(fields, 'pruned_until'),
      };
    }
    case 'failed_poll': {
      const poll: FailedPoll = {
        observedAt: readInstantField(fields, 'observed_at'),
        reason: readOneOf(fields, 'reason', FAILURE_REASONS),
        detail: readTextField(fields, 'detail'),
        accessKeyId: readAccessKeyId(fields),
        expiration: readOptionalField(fields, 'expiration', readInstantField),
      };
      return { record: 'failed_poll', host, source, poll, ordinal: readCountField(fields, 'ordinal') };
    }
    case 'job_run': {
      const run: JobRun = {
        job: readNameField(fields, 'job'),
        identity: identity(fields, host, source),
        startedAt: readInstantField(fields, 'started_at'),
        remainingAtStart: readIntegerField(fields, 'remaining_at_start_seconds'),
        end: endOfRun(fields),
      };
      return { record: 'job_run', run, ordinal: readCountField(fields, 'ordinal') };
    }
    default:
      throw new InvalidRecordError("record is none of 'sample', 'generation', 'failed_poll', 'job_run'");
  }
}

function identity(fields: RawFields, host: string, source: SourceName): SeriesIdentity {
  return {
    host,
    source,
    apiVersion: readTextField(fields, 'api_version'),
    role: readTextField(fields, 'role'),
  };
}

function endOfRun(fields: RawFields): JobRun['end'] {
  const duration = readOptionalField(fields, 'duration_seconds', readCountField);
  const exitCode = readOptionalField(fields, 'exit_code', readCountField);
  const remainingAtEnd = readOptionalField(fields, 'remaining_at_end_seconds', readIntegerField);
  if (duration !== null && exitCode !== null && remainingAtEnd !== null) {
    return { duration, exitCode, remainingAtEnd };
  }
  if (duration === null && exitCode === null && remainingAtEnd === null) return null;
  throw new InvalidRecordError(
    'duration_seconds, exit_code and remaining_at_end_seconds do not come together',
  );
}

function credentials(fields: RawFields) {
  const zoneless = fields.zoneless;
  return {
    accessKeyId: readAccessKeyId(fields),
    lastUpdated: readOptionalField(fields, 'last_updated', readInstantField),
    expiration: readInstantField(fields, 'expiration'),
    zoneless: zoneless === true || zoneless === 'true' || zoneless === '1',
  };
}
