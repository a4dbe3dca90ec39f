import {
  FAILURE_REASONS,
  type FailedPoll,
  type Generation,
  type Instant,
  type IssuedCredentials,
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

interface SampleRecord {
  record: 'sample';
  identity: SeriesIdentity;
  sample: Sample;
  /** Distinguishes equal samples of the same millisecond. */
  ordinal: number;
}

/** Exported only for a generation with pruned samples, after its other samples. */
export interface GenerationRecord {
  record: 'generation';
  identity: SeriesIdentity;
  generation: Generation;
  /** The number of samples before `prunedUntil`, including the few that were not pruned. */
  earlierSampleCount: number;
  prunedUntil: Instant;
}

interface FailedPollRecord {
  record: 'failed_poll';
  host: string;
  source: SourceName;
  poll: FailedPoll;
  ordinal: number;
}

interface JobRunRecord {
  record: 'job_run';
  run: JobRun;
  ordinal: number;
}

/** One line of an export. */
export type ArchiveRecord = SampleRecord | GenerationRecord | FailedPollRecord | JobRunRecord;

/** Returns the fields of a line of NDJSON or of a row of CSV. */
export function toArchiveFields(record: ArchiveRecord): ArchiveFields {
  const head = { schema_version: ARCHIVE_SCHEMA_VERSION, record: record.record };
  switch (record.record) {
    case 'sample':
      return { ...head, ...identityFields(record.identity), ...sampleFields(record) };
    case 'generation':
      return { ...head, ...identityFields(record.identity), ...generationFields(record) };
    case 'failed_poll':
      return { ...head, host: record.host, source: record.source, ...failedPollFields(record) };
    case 'job_run':
      return { ...head, ...identityFields(record.run.identity), ...jobRunFields(record) };
  }
}

const identityFields = ({ host, source, apiVersion, role }: SeriesIdentity) => ({
  host,
  source,
  api_version: apiVersion,
  role,
});

const sampleFields = ({ sample, ordinal }: SampleRecord) => ({
  observed_at: formatInstant(sample.observedAt),
  clock_offset_seconds: sample.clockOffset,
  access_key_id: sample.accessKeyId,
  last_updated: formatOptional(sample.lastUpdated),
  expiration: formatInstant(sample.expiration),
  zoneless: sample.zoneless,
  ordinal,
});

const generationFields = ({ generation, earlierSampleCount, prunedUntil }: GenerationRecord) => ({
  access_key_id: generation.accessKeyId,
  last_updated: formatOptional(generation.lastUpdated),
  expiration: formatInstant(generation.expiration),
  latest_expiration: formatInstant(generation.latestExpiration),
  zoneless: generation.zoneless,
  first_seen_at: formatInstant(generation.firstSeen),
  last_seen_at: formatInstant(generation.lastSeen),
  smallest_clock_offset_seconds: generation.smallestClockOffset,
  largest_clock_offset_seconds: generation.largestClockOffset,
  earlier_sample_count: earlierSampleCount,
  pruned_until: formatInstant(prunedUntil),
});

const failedPollFields = ({ poll, ordinal }: FailedPollRecord) => ({
  observed_at: formatInstant(poll.observedAt),
  access_key_id: poll.accessKeyId,
  expiration: formatOptional(poll.expiration),
  reason: poll.reason,
  detail: poll.detail,
  ordinal,
});

const jobRunFields = ({ run, ordinal }: JobRunRecord) => ({
  job_name: run.job,
  started_at: formatInstant(run.startedAt),
  remaining_at_start_seconds: run.remainingAtStart,
  duration_seconds: run.end?.duration ?? null,
  exit_code: run.end?.exitCode ?? null,
  remaining_at_end_seconds: run.end?.remainingAtEnd ?? null,
  ordinal,
});

const formatOptional = (instant: Instant | null) => (instant === null ? null : formatInstant(instant));

/**
 * Reads the fields of one line. Unknown fields are ignored.
 * @throws InvalidRecordError naming the first invalid field
 */
export function parseArchiveRecord(fields: RawFields): ArchiveRecord {
  const version = readIntegerField(fields, 'schema_version');
  if (version !== ARCHIVE_SCHEMA_VERSION) {
    throw new InvalidRecordError(`schema_version ${version} is not ${ARCHIVE_SCHEMA_VERSION}`);
  }
  switch (fields.record) {
    case 'sample':
      return {
        record: 'sample',
        identity: readIdentity(fields),
        sample: readSample(fields),
        ordinal: readCountField(fields, 'ordinal'),
      };
    case 'generation':
      return {
        record: 'generation',
        identity: readIdentity(fields),
        generation: readGeneration(fields),
        earlierSampleCount: readCountField(fields, 'earlier_sample_count'),
        prunedUntil: readInstantField(fields, 'pruned_until'),
      };
    case 'failed_poll':
      return {
        record: 'failed_poll',
        ...readHostAndSource(fields),
        poll: readFailedPoll(fields),
        ordinal: readCountField(fields, 'ordinal'),
      };
    case 'job_run':
      return { record: 'job_run', run: readJobRun(fields), ordinal: readCountField(fields, 'ordinal') };
    default:
      throw new InvalidRecordError("record is not 'sample', 'generation', 'failed_poll' or 'job_run'");
  }
}

const readHostAndSource = (fields: RawFields) => ({
  host: readNameField(fields, 'host'),
  source: readOneOf(fields, 'source', SOURCE_NAMES),
});

const readIdentity = (fields: RawFields): SeriesIdentity => ({
  ...readHostAndSource(fields),
  apiVersion: readTextField(fields, 'api_version'),
  role: readTextField(fields, 'role'),
});

const readCredentials = (fields: RawFields): IssuedCredentials => ({
  accessKeyId: readAccessKeyId(fields),
  lastUpdated: readOptionalField(fields, 'last_updated', readInstantField),
  expiration: readInstantField(fields, 'expiration'),
  zoneless: fields.zoneless === true || fields.zoneless === 'true' || fields.zoneless === '1',
});

const readSample = (fields: RawFields): Sample => ({
  ...readCredentials(fields),
  observedAt: readInstantField(fields, 'observed_at'),
  clockOffset: readOptionalField(fields, 'clock_offset_seconds', readIntegerField),
});

/** `samples` is 0, because the import counts the samples. */
function readGeneration(fields: RawFields): Generation {
  const firstSeen = readInstantField(fields, 'first_seen_at');
  const lastSeen = readInstantField(fields, 'last_seen_at');
  if (firstSeen > lastSeen) throw new InvalidRecordError('first_seen_at is after last_seen_at');
  return {
    ...readCredentials(fields),
    latestExpiration: readInstantField(fields, 'latest_expiration'),
    firstSeen,
    lastSeen,
    samples: 0,
    smallestClockOffset: readOptionalField(fields, 'smallest_clock_offset_seconds', readIntegerField),
    largestClockOffset: readOptionalField(fields, 'largest_clock_offset_seconds', readIntegerField),
    thirdSampleAfter: null,
  };
}

const readFailedPoll = (fields: RawFields): FailedPoll => ({
  observedAt: readInstantField(fields, 'observed_at'),
  reason: readOneOf(fields, 'reason', FAILURE_REASONS),
  detail: readTextField(fields, 'detail'),
  accessKeyId: readAccessKeyId(fields),
  expiration: readOptionalField(fields, 'expiration', readInstantField),
});

const readJobRun = (fields: RawFields): JobRun => ({
  job: readNameField(fields, 'job_name'),
  identity: readIdentity(fields),
  startedAt: readInstantField(fields, 'started_at'),
  remainingAtStart: readIntegerField(fields, 'remaining_at_start_seconds'),
  end: readRunEnd(fields),
});

function readRunEnd(fields: RawFields): JobRun['end'] {
  const duration = readOptionalField(fields, 'duration_seconds', readCountField);
  const exitCode = readOptionalField(fields, 'exit_code', readCountField);
  const remainingAtEnd = readOptionalField(fields, 'remaining_at_end_seconds', readIntegerField);
  if (duration !== null && exitCode !== null && remainingAtEnd !== null) {
    return { duration, exitCode, remainingAtEnd };
  }
  if (duration === null && exitCode === null && remainingAtEnd === null) return null;
  throw new InvalidRecordError(
    'duration_seconds, exit_code and remaining_at_end_seconds must be given together',
  );
}
