import type { Instant, Sample } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { InvalidRecordError, parseKeyId } from '../archive/fields.ts';
import type { BadLine, TextLine } from './text-lines.ts';
import type { LocalTimeConverter } from './time-zone.ts';

/**
 * Logs in which every line of the document follows a timestamp in brackets. `curl | sed` writes
 * `[2015/11/18 00:00:01]  "LastUpdated" : "2015-11-17T23:48:25Z",`, and PowerShell writes
 * `[2015/11/18 02:00:00] LastUpdated: 2015-11-18T01:54:25Z`.
 */
const ENTRY = /^\[(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d:\d\d:\d\d)\]\s*"?(\w+)"?\s*:\s*"?([^",]*)"?\s*,?\s*$/;

/** Separates entries in a log without line ends. */
export const ENTRY_START_PATTERN = /\s*(?=\[\d{4}[/-]\d\d[/-]\d\d[ T])/;

/** Only the times and the key id are imported. */
const IGNORED_MEMBER = /^(Code|Type|SecretAccessKey|Token|Message|AccountId|RoleArn)$/;

/** The timestamps of one document are at most this far apart. */
const MAX_DOCUMENT_SPAN_MS = 60_000;

/** The first entries of a document whose Expiration has not been read yet. */
interface PendingDocument {
  line: number;
  /** The logger's local time, as if it were UTC. */
  timestamp: Instant;
  accessKeyId: string;
  lastUpdated: ParsedInstant | null;
}

/** Joins the entries of each document to a sample. */
export class LogReader {
  readonly #toInstant: LocalTimeConverter;
  #pending: PendingDocument | null = null;
  #hasLastUpdated = false;
  #incomplete: BadLine[] = [];

  constructor(toInstant: LocalTimeConverter) {
    this.#toInstant = toInstant;
  }

  /**
   * Returns a sample if the line completes a document.
   * @throws InvalidRecordError
   */
  readLine({ text, number: line }: TextLine): Sample | null {
    if (text.trim() === '') return null;
    const { timestamp, member, value } = parseEntry(text.trim());
    switch (member) {
      case 'LastUpdated':
        this.finish();
        this.#pending = { line, timestamp, accessKeyId: '', lastUpdated: parseTime(member, value) };
        this.#hasLastUpdated = true;
        return null;
      case 'AccessKeyId':
        this.#pending = {
          line,
          timestamp,
          lastUpdated: null,
          ...this.#pending,
          accessKeyId: parseKeyId(value, member),
        };
        return null;
      case 'Expiration':
        return this.#completeDocument(timestamp, parseTime(member, value));
      default:
        if (IGNORED_MEMBER.test(member)) return null;
        throw new InvalidRecordError('has an unknown member');
    }
  }

  /** Call this method after the last line. */
  finish(): void {
    if (this.#pending === null) return;
    const problem = 'has a LastUpdated, but no Expiration after it';
    this.#incomplete.push({ line: this.#pending.line, problem });
    this.#pending = null;
  }

  /** Returns the documents without an Expiration since the last call. */
  takeIncomplete(): BadLine[] {
    return this.#incomplete.splice(0);
  }

  #completeDocument(timestamp: Instant, expiration: ParsedInstant): Sample {
    const pending = this.#pending;
    this.#pending = null;
    const isSameDocument =
      pending !== null && Math.abs(timestamp - pending.timestamp) <= MAX_DOCUMENT_SPAN_MS;
    const { accessKeyId, lastUpdated } = isSameDocument ? pending : { accessKeyId: '', lastUpdated: null };
    if (lastUpdated === null && this.#hasLastUpdated) {
      throw new InvalidRecordError('has an Expiration, but no LastUpdated before it');
    }
    return {
      accessKeyId,
      lastUpdated: lastUpdated?.instant ?? null,
      expiration: expiration.instant,
      zoneless: expiration.zoneless || (lastUpdated?.zoneless ?? false),
      observedAt: this.#toInstant(timestamp),
      clockOffset: null,
    };
  }
}

function parseEntry(text: string) {
  const [entry, year, month, day, time, member = '', value = ''] = ENTRY.exec(text) ?? [];
  if (entry === undefined) {
    throw new InvalidRecordError(
      'is not an entry like [2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z',
    );
  }
  const timestamp = parseInstant(`${year}-${month}-${day}T${time}`);
  if (timestamp === null) throw new InvalidRecordError('has an invalid timestamp');
  return { timestamp: timestamp.instant, member, value: value.trim() };
}

function parseTime(member: string, value: string): ParsedInstant {
  const time = parseInstant(value);
  if (time !== null) return time;
  throw new InvalidRecordError(`${member} is not a time like 2026-01-31T12:00:00Z`);
}
