import type { ParsedInstant } from '../../../domain/time/instant.ts';
import { isKeyId } from '../../../key-id.ts';
import { readWholeTimestamp } from '../timestamps/families.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import { createDocument, type LoggedDocument, setMember } from './document.ts';

/** A row without a header. */
export interface ColumnRow {
  document: LoggedDocument;
  /** Whether the row has only two times. Then the first one is either the timestamp or `LastUpdated`. */
  isAmbiguous: boolean;
}

const SEPARATOR = /\s*[\t,;|]\s*|\s{2,}/;

/** A digit of a time, the name of a day, or a key id. */
const ROW_START = /^[\s"'|,;]*[\dA-Z@]/;

const KEY_ID = /^(?:A[BKS]IA|ACCA|L[KS]IA)[A-Z\d]{4,28}$/;

/** In characters. A secret key or a token may stand in a further cell. */
const MAX_ROW_LENGTH = 8192;

/**
 * Reads a row of times and key ids. The later one of two times is the expiration. Null for any other text.
 * @param timestamp the time at the start of the line, which `text` no longer contains. It may be `LastUpdated`
 * @param pending a timestamp on an earlier line
 */
export function readColumnRow(
  text: string,
  timestamp: Timestamp | null,
  pending: Timestamp | null,
): ColumnRow | null {
  // Every time has a year or the digits of an epoch.
  if (text.length > MAX_ROW_LENGTH || !ROW_START.test(text) || !/\d{4}/.test(text)) return null;
  const document = createDocument();
  const times = readCells(text, document);
  if (times === null) return null;
  const isOwn = timestamp !== null && !isLastUpdated(timestamp, pending);
  /** The timestamp is the first time of the row. */
  const isFirst = isOwn || pending === null;
  const before = isOwn ? timestamp : pending;
  if (timestamp !== null && !isOwn) times.unshift(timestamp);
  const isAmbiguous = isOwn ? times.length === 1 : before === null && times.length === 2;
  document.timestamp = before ?? (times.length > 1 ? (times.shift() ?? null) : null);
  if (times.length < 1 || times.length > 2) return null;
  // `LastUpdated Expiration timestamp`: the expiration is the latest of the three times.
  const [first, second] = times;
  if (isFirst && first !== undefined && second !== undefined && document.timestamp !== null) {
    if (first.wall > second.wall && document.timestamp.wall <= second.wall) {
      times[1] = document.timestamp;
      document.timestamp = second;
    }
  }
  times.sort((a, b) => a.wall - b.wall);
  document.expiration = toParsed(times.at(-1));
  document.lastUpdated = times.length === 2 ? toParsed(times[0]) : null;
  return document.expiration === null ? null : { document, isAmbiguous };
}

/** `LastUpdated` precedes the timestamp of the poll, or is written with a zone if the timestamp is not. */
const isLastUpdated = (first: Timestamp, pending: Timestamp | null): boolean =>
  pending !== null &&
  ((first.offset === null) !== (pending.offset === null) ||
    first.wall - (first.offset ?? 0) <= pending.wall - (pending.offset ?? 0));

const toParsed = (time: Timestamp | undefined): ParsedInstant | null =>
  time === undefined ? null : { instant: time.wall - (time.offset ?? 0), zoneless: time.offset === null };

/** Returns the times of a row, and sets the other members. Null if the first cell has no meaning. */
function readCells(text: string, document: LoggedDocument): Timestamp[] | null {
  const times: Timestamp[] = [];
  for (const cell of splitCells(text)) {
    // The first cell of `aws sts … --output text`.
    if (cell === '' || cell === 'CREDENTIALS') continue;
    const time = readWholeTimestamp(cell);
    if (time !== null) {
      times.push(time);
    } else if (KEY_ID.test(cell) && isKeyId(cell)) {
      setMember(document, 'accessKeyId', cell);
    } else if (/^arn:aws/.test(cell)) {
      setMember(document, 'roleArn', cell);
    } else if (times.length === 0 && document.accessKeyId === null) {
      return null;
    }
  }
  return times;
}

/** Splits at spaces only if no time contains a space. */
function splitCells(text: string): string[] {
  const cells = text.trim().split(SEPARATOR).map(unquote);
  if (cells.length > 1) return cells.flatMap((cell) => (readWholeTimestamp(cell) ? [cell] : cell.split(' ')));
  const words = text.trim().split(/\s+/).map(unquote);
  return words.length > 1 && words.every((word) => readWholeTimestamp(word) !== null || KEY_ID.test(word))
    ? words
    : cells;
}

const unquote = (cell: string): string => cell.replace(/^["']|["']$/g, '');
