import type { Instant, Sample } from '../../domain/model.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import type { BadLine, TextLine } from './text-lines.ts';

/**
 * The logs that people keep with a line of shell: every line of the document behind a stamp in brackets, as
 * `curl | sed` writes it (`[2015/11/18 00:00:01]  "LastUpdated" : "2015-11-17T23:48:25Z",`) or PowerShell
 * (`[2015/11/18 02:00:00] LastUpdated: 2015-11-18T01:54:25Z`).
 */
const ENTRY =
  /^\[(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)\]\s*"?(\w+)"?\s*:\s*"?([^",]*)"?\s*,?\s*$/;

/** Where one entry ends and the next begins when the line ends were lost. */
export const ENTRY_START_PATTERN = /\s*(?=\[\d{4}[/-]\d\d[/-]\d\d[ T])/;

/** The times and the key id of a document count; its other members are nobody's business here. */
const IGNORED_MEMBERS = new Set([
  'Code',
  'Type',
  'SecretAccessKey',
  'Token',
  'Message',
  'AccountId',
  'RoleArn',
]);

/** The stamps of one document's lines lie this close together. */
const SAME_LOOK = 60_000;

interface Entry {
  stamp: Instant;
  member: string;
  value: string;
}

interface Pending {
  line: number;
  stamp: Instant;
  accessKeyId: string;
  lastUpdated: { instant: Instant; zoneless: boolean } | null;
}

/**
 * Joins the entries of each document to a sample. The stamps are the logger's local time: `toInstant` knows where
 * that was.
 */
export class LogReader {
  readonly #toInstant: (wallTime: Instant) => Instant;
  #pending: Pending | null = null;
  #datesItsDocuments = false;

  constructor(toInstant: (wallTime: Instant) => Instant) {
    this.#toInstant = toInstant;
  }

  readLine({ text, number }: TextLine): Sample | BadLine | null {
    if (text.trim() === '') return null;
    const entry = parseEntry(text.trim());
    if (typeof entry === 'string') return { line: number, problem: entry };
    if (IGNORED_MEMBERS.has(entry.member)) return null;
    switch (entry.member) {
      case 'LastUpdated':
        return this.#lastUpdated(entry, number);
      case 'AccessKeyId':
        return this.#accessKeyId(entry, number);
      case 'Expiration':
        return this.#expiration(entry, number);
      default:
        return { line: number, problem: 'is about neither LastUpdated nor Expiration' };
    }
  }

  /** What is left over at the end of the file. */
  finish(): BadLine | null {
    return this.#giveUpPending();
  }

  #lastUpdated({ stamp, value }: Entry, line: number): BadLine | null {
    const lost = this.#giveUpPending();
    const lastUpdated = parseInstant(value);
    if (lastUpdated === null) return { line, problem: 'LastUpdated is not a time like 2026-01-31T12:00:00Z' };
    this.#datesItsDocuments = true;
    this.#pending = { line, stamp, accessKeyId: '', lastUpdated };
    return lost;
  }

  #accessKeyId({ stamp, value }: Entry, line: number): BadLine | null {
    if (!/^[\w-]{1,128}$/.test(value)) return { line, problem: 'AccessKeyId is not an access key id' };
    if (this.#pending !== null) this.#pending.accessKeyId = value;
    else this.#pending = { line, stamp, accessKeyId: value, lastUpdated: null };
    return null;
  }

  #expiration({ stamp, value }: Entry, line: number): Sample | BadLine {
    const pending = this.#pending;
    this.#pending = null;
    const expiration = parseInstant(value);
    if (expiration === null) return { line, problem: 'Expiration is not a time like 2026-01-31T12:00:00Z' };
    const isSameLook = pending !== null && Math.abs(stamp - pending.stamp) <= SAME_LOOK;
    const lastUpdated = isSameLook ? pending.lastUpdated : null;
    if (lastUpdated === null && this.#datesItsDocuments) {
      return { line, problem: 'Expiration stands without the LastUpdated of its document' };
    }
    return {
      accessKeyId: isSameLook ? pending.accessKeyId : '',
      lastUpdated: lastUpdated?.instant ?? null,
      expiration: expiration.instant,
      zoneless: expiration.zoneless || (lastUpdated?.zoneless ?? false),
      observedAt: this.#toInstant(stamp),
      clockOffset: null,
    };
  }

  #giveUpPending(): BadLine | null {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return null;
    return { line: pending.line, problem: 'LastUpdated stands without the Expiration of its document' };
  }
}

function parseEntry(text: string): Entry | string {
  const match = ENTRY.exec(text);
  if (match === null) return 'is not an entry like [2015/11/18 00:00:01] LastUpdated: 2015-11-17T23:48:25Z';
  const [, year, month, day, hour, minute, second, member, value] = match;
  const stamp = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (stamp === null) return 'has a stamp that is no date';
  return { stamp: stamp.instant, member: member!, value: value!.trim() };
}
