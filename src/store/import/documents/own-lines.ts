import {
  FAILURE_REASONS,
  type FailedPoll,
  type Sample,
  type SeriesIdentity,
  SOURCE_NAMES,
} from '../../../domain/model.ts';
import {
  type Codec,
  flag,
  InvalidRecordError,
  instant,
  integer,
  nonEmptyText,
  object,
  oneOf,
  optional,
  type RawFields,
  text,
} from '../../archive/fields.ts';
import { type ArchiveRecord, parseArchiveRecord } from '../../archive/record.ts';
import type { DocumentForm } from './forms.ts';

const identity: Codec<SeriesIdentity> = object<SeriesIdentity>({
  host: nonEmptyText('host'),
  source: oneOf('source', SOURCE_NAMES),
  apiVersion: text('api_version'),
  role: text('role'),
});

const observedAt = instant('observed_at');
const clockOffset = optional(integer('clock_offset_seconds'));
const lastUpdated = optional(instant('last_updated'));
const expiration = instant('expiration');
const zoneless = flag('zoneless');
const reason = oneOf('reason', FAILURE_REASONS);

/**
 * Reads a record of an export, or a line of `poll -f json`.
 * @throws InvalidRecordError
 */
export function readOwnLine(fields: RawFields): { record: ArchiveRecord; form: DocumentForm } {
  if ('record' in fields) return { record: parseArchiveRecord(fields), form: 'export of cred-watch' };
  if (fields.schema_version !== 1) throw new InvalidRecordError('schema_version is not 1');
  return { record: readPollLine(fields), form: 'output of cred-watch poll' };
}

/** `poll` shows only a part of the key id, so the times identify the generation. */
function readPollLine(fields: RawFields): ArchiveRecord {
  const { failure } = fields;
  const time = { observedAt: observedAt.read(fields), clockOffset: clockOffset.read(fields) };
  if (typeof failure === 'object' && failure !== null) {
    const { host, source } = identity.read({ ...fields, role: '', api_version: '' });
    const poll: FailedPoll = {
      ...time,
      reason: reason.read({ ...failure }),
      detail: '',
      accessKeyId: null,
      expiration: null,
    };
    return { record: 'failed_poll', host, source, poll, ordinal: 0 };
  }
  const sample: Sample = {
    ...time,
    accessKeyId: '',
    lastUpdated: lastUpdated.read(fields),
    expiration: expiration.read(fields),
    zoneless: zoneless.read(fields),
  };
  return { record: 'sample', identity: identity.read(fields), sample, ordinal: 0 };
}
