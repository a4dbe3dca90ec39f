import { isKeyId } from '../../../key-id.ts';
import { readWholeTimestamp } from '../timestamps/families.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import { createDocument, type LoggedDocument, setMember } from './document.ts';

/** A row without a header. */
export interface Row {
  document: LoggedDocument;
  /** The row has no timestamp of its own and two times: the first is `LastUpdated` or a timestamp. */
  isAmbiguous: boolean;
}

const SEPARATOR = /\s*[\t,;|]\s*|\s{2,}/;

const KEY_ID = /^(?:A[BKS]IA|ACCA|L[KS]IA)[A-Z\d]{4,28}$/;

/** In characters. A secret key or a token may stand in a further cell. */
const MAX_ROW_LENGTH = 8192;

/**
 * Reads a row of times and key ids that follow a timestamp. The later one of two times is the expiration.
 * Null if the text is no such row.
 * @param timestamp the timestamp before the row, or null if the first time of the row is the timestamp
 */
export function readRow(text: string, timestamp: Timestamp | null): Row | null {
  if (text.length > MAX_ROW_LENGTH) return null;
  const times: { text: string; time: Timestamp }[] = [];
  const document = createDocument();
  document.timestamp = timestamp;
  for (const cell of splitCells(text)) {
    if (cell === '') continue;
    const time = readWholeTimestamp(cell);
    if (time !== null) {
      times.push({ text: cell, time });
    } else if (KEY_ID.test(cell) && isKeyId(cell)) {
      setMember(document, 'accessKeyId', cell);
    } else if (/^arn:aws/.test(cell)) {
      setMember(document, 'roleArn', cell);
    } else if (times.length === 0 && document.accessKeyId === null) {
      return null;
    }
  }
  const isAmbiguous = timestamp === null && times.length === 2;
  if (timestamp === null && times.length > 1) document.timestamp = times.shift()?.time ?? null;
  if (times.length < 1 || times.length > 2) return null;
  times.sort((a, b) => a.time.wall - b.time.wall);
  setMember(document, 'expiration', times.at(-1)?.text ?? '');
  if (times.length === 2) setMember(document, 'lastUpdated', times[0]?.text ?? '');
  return document.expiration === null ? null : { document, isAmbiguous };
}

/** Spaces separate cells only if no cell has spaces inside a time. */
function splitCells(text: string): string[] {
  const cells = text.trim().split(SEPARATOR).map(unquote);
  if (cells.length > 1) return cells.flatMap((cell) => (readWholeTimestamp(cell) ? [cell] : cell.split(' ')));
  const words = text.trim().split(/\s+/).map(unquote);
  return words.length > 1 && words.every((word) => readWholeTimestamp(word) !== null || KEY_ID.test(word))
    ? words
    : cells;
}

const unquote = (cell: string): string => cell.replace(/^["']|["']$/g, '');
