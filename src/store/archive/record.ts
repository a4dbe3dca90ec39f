import {
  FAILURE_REASONS,
  type FailedPoll,
  type Instant,
  type IssuedCredentials,
  type JobRun,
  type RecordedGeneration,
  type Sample,
  type SampleTime,
  type SeriesIdentity,
  SOURCE_NAMES,
  type SourceName,
} from '../../domain/model.ts';
import {
  type ArchiveFields,
  type Codec,
  count,
  flag,
  foreignText,
  InvalidRecordError,
  instant,
  integer,
  keyId,
  nonEmptyText,
  object,
  oneOf,
  optional,
  optionalBy,
  optionalKeyId,
  type RawFields,
  text,
  unwritten,
  withFallback,
} from './fields.ts';

const ARCHIVE_SCHEMA_VERSION = 1;

interface SampleRecord {
  record: 'sample';
  identity: SeriesIdentity;
  sample: Sample;
  /** Distinguishes equal samples of the same millisecond. */
  ordinal: number;
}

/** Samples that differ only in time and clock offset, in an export that is being written. */
export interface SampleRun {
  record: 'sample_run';
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
  times: readonly SampleTime[];
  ordinal: number;
}

/** Exported only for a generation with pruned samples, after its other samples. */
export interface GenerationRecord {
  record: 'generation';
  identity: SeriesIdentity;
  generation: RecordedGeneration;
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

export function* listSamples({ identity, credentials, times, ordinal }: SampleRun): Generator<SampleRecord> {
  for (const time of times)
    yield { record: 'sample', identity, sample: { ...credentials, ...time }, ordinal };
}

/** Yields the samples of runs one by one, and the other records. */
export function* listRecords(parts: Iterable<ArchiveRecord | SampleRun>): Generator<ArchiveRecord> {
  for (const part of parts) {
    if (part.record === 'sample_run') yield* listSamples(part);
    else yield part;
  }
}

const schemaVersion = integer('schema_version');
const recordKind = oneOf('record', ['sample', 'generation', 'failed_poll', 'job_run']);
const hostAndSource = { host: nonEmptyText('host'), source: oneOf('source', SOURCE_NAMES) };
const ordinal = count('ordinal');

const identity = object<SeriesIdentity>({
  ...hostAndSource,
  apiVersion: text('api_version'),
  role: text('role'),
});

const credentials = {
  accessKeyId: keyId('access_key_id'),
  lastUpdated: optional(instant('last_updated')),
  expiration: instant('expiration'),
  zoneless: flag('zoneless'),
};

const sample = object<Sample>({
  observedAt: instant('observed_at'),
  clockOffset: optional(integer('clock_offset_seconds')),
  ...credentials,
});

const firstSeen = instant('first_seen_at');
const lastSeen = instant('last_seen_at');

const generation = object<RecordedGeneration>({
  ...credentials,
  latestExpiration: instant('latest_expiration'),
  firstSeen,
  lastSeen,
  rawFirstSeen: withFallback(instant('raw_first_seen_at'), firstSeen.read),
  rawLastSeen: withFallback(instant('raw_last_seen_at'), lastSeen.read),
  rawAheadMs: optional(integer('raw_ahead_ms')),
  correctedAheadMs: optional(integer('corrected_ahead_ms')),
  isLastUpdatedVarying: flag('last_updated_varying'),
  smallestClockOffset: optional(integer('smallest_clock_offset_seconds')),
  largestClockOffset: optional(integer('largest_clock_offset_seconds')),
  // An import counts the samples.
  samples: unwritten(0),
  thirdLaterSample: optionalBy(
    'third_later_observed_at',
    object<SampleTime>({
      observedAt: instant('third_later_observed_at'),
      clockOffset: optional(integer('third_later_clock_offset_seconds')),
    }),
  ),
});

const poll = object<FailedPoll>({
  observedAt: instant('observed_at'),
  accessKeyId: optionalKeyId('access_key_id'),
  expiration: optional(instant('expiration')),
  reason: oneOf('reason', FAILURE_REASONS),
  detail: foreignText('detail'),
  clockOffset: optional(integer('clock_offset_seconds')),
});

const run = object<JobRun>({
  identity,
  job: nonEmptyText('job_name'),
  startedAt: instant('started_at'),
  remainingAtStart: integer('remaining_at_start_seconds'),
  end: optional(
    object({
      duration: count('duration_seconds'),
      exitCode: count('exit_code'),
      remainingAtEnd: integer('remaining_at_end_seconds'),
    }),
  ),
});

const RECORDS: Readonly<Record<ArchiveRecord['record'], Codec<ArchiveRecord>>> = {
  sample: object<SampleRecord>({ record: oneOf('record', ['sample']), identity, sample, ordinal }),
  generation: object<GenerationRecord>({
    record: oneOf('record', ['generation']),
    identity,
    generation,
    earlierSampleCount: count('earlier_sample_count'),
    prunedUntil: instant('pruned_until'),
  }),
  failed_poll: object<FailedPollRecord>({
    record: oneOf('record', ['failed_poll']),
    ...hostAndSource,
    poll,
    ordinal,
  }),
  job_run: object<JobRunRecord>({ record: oneOf('record', ['job_run']), run, ordinal }),
};

/** The fields of all kinds of records, in the order of the CSV columns. */
export const ARCHIVE_FIELD_NAMES: readonly string[] = [
  ...new Set([schemaVersion, ...Object.values(RECORDS)].flatMap(({ names }) => names)),
];

/** Returns the fields of a line of NDJSON or of a row of CSV. */
export function toArchiveFields(record: ArchiveRecord): ArchiveFields {
  const fields: ArchiveFields = {};
  schemaVersion.write(ARCHIVE_SCHEMA_VERSION, fields);
  RECORDS[record.record].write(record, fields);
  return fields;
}

/**
 * Reads the fields of one line. Unknown fields are ignored.
 * @throws InvalidRecordError naming the first invalid field
 */
export function parseArchiveRecord(fields: RawFields): ArchiveRecord {
  const version = schemaVersion.read(fields);
  if (version !== ARCHIVE_SCHEMA_VERSION) {
    throw new InvalidRecordError(`schema_version ${version} is not ${ARCHIVE_SCHEMA_VERSION}`);
  }
  const record = RECORDS[recordKind.read(fields)].read(fields);
  if (record.record === 'generation' && record.generation.firstSeen > record.generation.lastSeen) {
    throw new InvalidRecordError('first_seen_at is after last_seen_at');
  }
  return record;
}
