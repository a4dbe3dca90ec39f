import type { Instant, SourceName } from '../../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../../domain/time/instant.ts';
import { areSwapped, hasSecretForm, isKeyId, toStoredKeyId } from '../../../key-id.ts';
import { readEpochNumber } from '../timestamps/epoch.ts';
import { readWholeTimestamp } from '../timestamps/families.ts';
import { type Timestamp, toDayStart, toTimeOfDay } from '../timestamps/timestamp.ts';
import type { MemberKind } from './member-names.ts';

/** A credentials document, or the part that a log has. Never contains secrets. */
export interface LoggedDocument {
  accessKeyId: string | null;
  lastUpdated: ParsedInstant | null;
  expiration: ParsedInstant | null;
  role: string | null;
  /** An error code of the endpoint. Null for `Success`. */
  errorCode: string | null;
  source: SourceName;
  /** The time of a member such as `ts`. */
  timestamp: Timestamp | null;
  /** Describes a member with an invalid value. */
  invalid: string | null;
}

export const createDocument = (): LoggedDocument => ({
  accessKeyId: null,
  lastUpdated: null,
  expiration: null,
  role: null,
  errorCode: null,
  source: 'imds',
  timestamp: null,
  invalid: null,
});

/** Whether the document has any member. */
export const hasCredentials = (document: LoggedDocument): boolean =>
  document.expiration !== null ||
  document.lastUpdated !== null ||
  document.accessKeyId !== null ||
  document.errorCode !== null ||
  document.invalid !== null;

/** Whether the document already has this member, so that the member begins another document. */
export const isRepeated = (document: LoggedDocument, kind: MemberKind): boolean =>
  (kind === 'expiration' && document.expiration !== null) ||
  (kind === 'lastUpdated' && document.lastUpdated !== null) ||
  (kind === 'accessKeyId' && document.accessKeyId !== null) ||
  (kind === 'timestamp' && document.timestamp !== null) ||
  (kind === 'code' && (document.errorCode !== null || document.expiration !== null));

/** IAM's limit. Session tokens are longer. */
const MAX_ROLE_LENGTH = 64;

/**
 * Sets one member. Ignores members without a meaning. Sets `invalid` if the value is not valid.
 * @param value a text or a number of JSON
 */
export function setMember(document: LoggedDocument, kind: MemberKind | null, value: string | number): void {
  switch (kind) {
    case 'expiration':
      document.expiration = parseDocumentTime(value, expirations);
      if (document.expiration === null) document.invalid = 'Expiration is not a time';
      return;
    case 'lastUpdated':
      document.lastUpdated = parseDocumentTime(value, updates);
      if (document.lastUpdated === null) document.invalid ??= 'LastUpdated is not a time';
      return;
    case 'accessKeyId':
      // A redacted key id counts as missing.
      document.accessKeyId = typeof value === 'string' && isKeyId(value) ? toKeyId(value) : '';
      return;
    case 'roleArn':
      document.source = 'container';
      document.role = parseRoleArn(String(value)) ?? document.role;
      return;
    case 'role':
      document.role ??= parseRole(String(value));
      return;
    case 'code':
      if (typeof value === 'string' && !/^success$/i.test(value)) document.errorCode = value;
      return;
    case 'timestamp':
      document.timestamp ??= readTimestampValue(value);
      return;
    default:
  }
}

/** The key id of the last call, because its digest is slow to compute. */
let knownKeyId = { text: '', stored: '' };

function toKeyId(text: string): string {
  if (text !== knownKeyId.text) {
    const stored = areSwapped(text, '') ? '' : toStoredKeyId(text);
    knownKeyId = { text, stored };
  }
  return knownKeyId.stored;
}

const ROLE = /^[\w+=,.@-]+$/;
const ROLE_ARN =
  /^arn:aws[a-z-]*:(?:iam::\d*:role\/(?:[\w+=,.@-]+\/){0,20}([^\s/]+)|sts::\d*:assumed-role\/([^\s/]+)\/[^\s/]+)$/;

function parseRoleArn(text: string): string | null {
  const [, role, assumedRole = ''] = ROLE_ARN.exec(text) ?? [];
  // A token with slashes looks like a path.
  const path = text.slice(text.indexOf('/') + 1);
  if ((path.match(/[\w+/-]+={0,2}/g) ?? []).some(hasSecretForm)) return null;
  return parseRole(role ?? assumedRole);
}

/** Returns the name of a role. Null for any other text, and for a text that may be a secret. */
export const parseRole = (text: string): string | null =>
  text.length <= MAX_ROLE_LENGTH && ROLE.test(text) && !hasSecretForm(text) ? text : null;

/** Times by their texts. Neighbouring documents state the same times. */
class KnownTimes {
  readonly #times: { text: string; time: ParsedInstant }[] = [];
  #last = -1;

  find(text: string): ParsedInstant | null {
    // Several endpoints state different times in turns.
    const times = this.#times;
    if (times[this.#last]?.text === text) return times[this.#last]?.time ?? null;
    for (const [index, each] of times.entries()) {
      if (each.text !== text) continue;
      this.#last = index;
      return each.time;
    }
    return null;
  }

  add(text: string, time: ParsedInstant): void {
    this.#last = (this.#last + 1) % 4;
    this.#times[this.#last] = { text, time };
  }
}

const expirations = new KnownTimes();
const updates = new KnownTimes();

/** Also accepts the epochs and local formats of other programs. A time without a zone is read as UTC. */
export function parseDocumentTime(value: string | number, known = expirations): ParsedInstant | null {
  if (typeof value === 'number') {
    const instant = readEpochNumber(value);
    return instant === null ? null : { instant, zoneless: false };
  }
  const found = known.find(value);
  if (found !== null) return found;
  const time = parseInstant(value) ?? parseOtherTime(value);
  if (time !== null) known.add(value, time);
  return time;
}

/** Python's representation of a time of boto3: `datetime.datetime(2026, 11, 20, 6, 0, 1, tzinfo=tzutc())`. */
const PYTHON_TIME =
  /^datetime\.datetime\((\d{4}), (\d+), (\d+), (\d+), (\d+)(?:, (\d+))?(?:, \d+)?, tzinfo=(?:tzutc\(|datetime\.timezone\.utc)/;

function parseOtherTime(text: string): ParsedInstant | null {
  if (text.length > 100) return null;
  const [python, year, month, day, hour, minute, second = 0] = PYTHON_TIME.exec(text) ?? [];
  if (python !== undefined) {
    const start = toDayStart(Number(year), Number(month), Number(day));
    const time = toTimeOfDay(Number(hour), Number(minute), Number(second));
    return start === null || time === null ? null : { instant: start + time, zoneless: false };
  }
  const found = readWholeTimestamp(text);
  if (found === null || found.isYearless || found.otherWall !== null) return null;
  return { instant: found.wall - (found.offset ?? 0), zoneless: found.offset === null };
}

/** Reads a member such as `ts`. Null if the value is not a time. */
export function readTimestampValue(value: unknown): Timestamp | null {
  if (typeof value === 'string' && value.length <= 100) return readWholeTimestamp(value);
  if (typeof value !== 'number') return null;
  const instant = readEpochNumber(value);
  return instant === null ? null : createEpochTimestamp(instant);
}

const createEpochTimestamp = (instant: Instant): Timestamp => ({
  wall: instant,
  offset: 0,
  ambiguousZone: null,
  end: 0,
  isMinute: false,
  isYearless: false,
  otherWall: null,
  family: 'epoch',
});
