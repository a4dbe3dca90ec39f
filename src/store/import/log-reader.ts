import type { Instant, Sample } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import type { BadLine, TextLine } from './text-lines.ts';

/**
 * Logs in which every line of the document follows a timestamp in brackets. `curl | sed` writes
 * `[2015/11/18 00:00:01]  "LastUpdated" : "2015-11-17T23:48:25Z",`, and PowerShell writes
 * `[2015/11/18 02:00:00] LastUpdated: 2015-11-18T01:54:25Z`.
 */
const ENTRY =
  /^\[(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)\]\s*"?(\w+)"?\s*:\s*"?([^",]*)"?\s*,?\s*$/;

/** Separates entries in a log without line ends. */
export const ENTRY_START_PATTERN = /\s*(?=\[\d{4}[/-]\d\d[/-]\d\d[ T])/;

/** Only the times and the key id are imported. */
const IGNORED_MEMBERS = new Set([
  'Code',
  'Type',
  'SecretAccessKey',
  'Token',
  'Message',
  'AccountId',
  'RoleArn',
]);

/** The timestamps of one document are at most this far apart. */
const MAX_DOCUMENT_SPAN_MS = 60_000;

interface Entry {
  /** The logger's local time, as if it were UTC. */
  timestamp: Instant;
  member: string;
  value: string;
}

/** The first entries of a document whose Expiration has not been read yet. */
interface PendingDocument {
  line: number;
  timestamp: Instant;
  accessKeyId: string;
  lastUpdated: { instant: Instant; zoneless: boolean } | null;
}

/**
 * Joins the entries of each document to a sample.
 * @param toInstant converts the logger's local time, given as if it were UTC
 */
export class LogReader {
  readonly #toInstant: (localTime: Instant) => Instant;
  #pending: PendingDocument | null = null;
  #hasLastUpdated = false;

  constructor(toInstant: (localTime: Instant) => Instant) {
    this.#toInstant = toInstant;
  }

  readLine({ text, number }: TextLine): Sample | BadLine | null {
    if (text.trim() === '') return null;
    const entry = parseEntry(text.trim());
    if (typeof entry === 'string') return { line: number, problem: entry };
    if (IGNORED_MEMBERS.has(entry.member)) return null;
    switch (entry.member) {
      case 'LastUpdated':
        return this.#readLastUpdated(entry, number);
      case 'AccessKeyId':
        return this.#readAccessKeyId(entry, number);
      case 'Expiration':
        return this.#readExpiration(entry, number);
      default:
        return { line: number, problem: 'has an unknown member' };
    }
  }

  /** Call it after the last line. Returns a problem if the last document is incomplete. */
  finish(): BadLine | null {
    return this.#dropPending();
  }

  #readLastUpdated({ timestamp, value }: Entry, line: number): BadLine | null {
    const incomplete = this.#dropPending();
    const lastUpdated = parseInstant(value);
    if (lastUpdated === null) return { line, problem: 'LastUpdated is not a time like 2026-01-31T12:00:00Z' };
    this.#hasLastUpdated = true;
    this.#pending = { line, timestamp, accessKeyId: '', lastUpdated };
    return incomplete;
  }

  #readAccessKeyId({ timestamp, value }: Entry, line: number): BadLine | null {
    if (!/^[\w-]{1,128}$/.test(value)) return { line, problem: 'AccessKeyId is not an access key id' };
    if (this.#pending !== null) this.#pending.accessKeyId = value;
    else this.#pending = { line, timestamp, accessKeyId: value, lastUpdated: null };
    return null;
  }

  #readExpiration({ timestamp, value }: Entry, line: number): Sample | BadLine {
    const pending = this.#pending;
    this.#pending = null;
    const expiration = parseInstant(value);
    if (expiration === null) return { line, problem: 'Expiration is not a time like 2026-01-31T12:00:00Z' };
    const isSameDocument =
      pending !== null && Math.abs(timestamp - pending.timestamp) <= MAX_DOCUMENT_SPAN_MS;
    const lastUpdated = isSameDocument ? pending.lastUpdated : null;
    if (lastUpdated === null && this.#hasLastUpdated) {
      return { line, problem: 'has an Expiration, but no LastUpdated before it' };
    }
    return {
      accessKeyId: isSameDocument ? pending.accessKeyId : '',
      lastUpdated: lastUpdated?.instant ?? null,
      expiration: expiration.instant,
      zoneless: expiration.zoneless || (lastUpdated?.zoneless ?? false),
      observedAt: this.#toInstant(timestamp),
      clockOffset: null,
    };
  }

  #dropPending(): BadLine | null {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return null;
    return { line: pending.line, problem: 'has a LastUpdated, but no Expiration after it' };
  }
}

/** Returns a text that names the problem if the line is not an entry. */
function parseEntry(text: string): Entry | string {
  const match = ENTRY.exec(text);
  if (match === null) return 'is not an entry like [2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z';
  const [, year, month, day, hour, minute, second, member = '', value = ''] = match;
  const timestamp = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (timestamp === null) return 'has an invalid timestamp';
  return { timestamp: timestamp.instant, member, value: value.trim() };
}
