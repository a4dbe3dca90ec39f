import { classifyMember } from '../documents/member-names.ts';
import { readTimestamp } from '../timestamps/families.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';

/** A timestamp at the start of a line. */
export interface LinePrefix {
  timestamp: Timestamp;
  /** Where the text after the timestamp starts. */
  end: number;
}

/**
 * Text that may precede a timestamp: brackets, quotes, `===`, `#`, a priority of syslog, a container's name of
 * `docker compose` or `kubectl --prefix`, a file name of `grep`, a line number of `cat -n`, a level of a logger such
 * as `I, `, a name such as `ts=`, and the weekday of systemd.
 */
const OPENER =
  /(?:[\w./-]{1,200}\.(?:log|txt|out)(?:[.-]\d+)?:(?:\d+:)?)?(?:\s*\d{1,7}\t)?(?:\[[\w./-]+\/[\w./-]+\] |[\w.-]+ *\| )?(?:<\d{1,3}>(?:\d )?)?(?:[A-Z], )?[\s[("'<{=#*~+>|-]*(?:(?:date|time|timestamp|ts|now|started|polled|sampled|at|on|local time|utc)\b\s*[:=]?\s*["'[(]?)?(?:[A-Z][a-z]{2},? (?=\d{4}-))?/iy;

/** Text that may follow a timestamp. */
const CLOSER = /[\]"')>]*\s*(?:[=#*~-]+(?=\s|$)|[:|,;])?\s*/y;

const BRACKET = 91;

/** Reads the timestamp at the start of a line, or at `start`. Null for a line without one. */
export function readPrefix(text: string, start = 0): LinePrefix | null {
  const first = text.charCodeAt(start);
  if (last !== null && text.startsWith(last.text, start) && isComplete(text, start + last.text.length)) {
    return { timestamp: last.timestamp, end: start + last.text.length };
  }
  const found = readNewPrefix(text, start, first);
  if (found !== null && isComplete(text, found.end)) {
    last = { text: text.slice(start, found.end), timestamp: found.timestamp };
  }
  return found;
}

/** The prefix of the last line. The lines of one document have the same one. */
let last: { text: string; timestamp: Timestamp } | null = null;

/** Whether the text after `end` cannot continue the timestamp, as a zone can. */
function isComplete(text: string, end: number): boolean {
  const next = text.charCodeAt(end);
  return next === 34 || next === 123 || (next !== 32 && text.charCodeAt(end - 2) === 93);
}

function readNewPrefix(text: string, start: number, first: number): LinePrefix | null {
  // JSON and members are the most frequent lines without a timestamp.
  if (first === 123 || (first === 32 && /^\s*["{}]/.test(text.slice(start, start + 40)))) return null;
  let timestamp = readTimestamp(text, first === BRACKET ? start + 1 : start);
  if (timestamp === null) {
    OPENER.lastIndex = start;
    OPENER.test(text);
    if (OPENER.lastIndex === start) return null;
    timestamp = readTimestamp(text, OPENER.lastIndex);
    if (timestamp === null) return null;
  }
  const { end } = timestamp;
  if (text.charCodeAt(end) === 93 && text.charCodeAt(end + 1) === 32)
    return { timestamp, end: skipSpaces(text, end + 1) };
  CLOSER.lastIndex = end;
  CLOSER.test(text);
  return { timestamp, end: CLOSER.lastIndex };
}

function skipSpaces(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === 32) at += 1;
  return at;
}

/** The `Date` header of HTTP, by AWS's clock. The one of a mail has a numeric zone instead of `GMT`. */
export const DATE_HEADER = /^(?:< |\s+)?date: .*GMT\s*$/i;

/** Text between an outer and an inner timestamp, as of a container runtime, syslog or systemd. */
const BETWEEN = /(?:std(?:out|err) [FP] |(?:[\w.:-]+ )?([\w./@-]+)(?:\[\d+\])?: |[\w./-]+ (?=[[{]))?/y;

/**
 * Reads a second timestamp, which follows the timestamp of a container runtime or a logger. Null without one.
 * @param start where the text after the first timestamp starts
 */
export function readInnerPrefix(text: string, start: number, outer: Timestamp): LinePrefix | null {
  if (DATE_HEADER.test(text.slice(start))) return null;
  BETWEEN.lastIndex = start;
  const [, tag] = BETWEEN.exec(text) ?? [];
  const between = BETWEEN.lastIndex;
  // `LastUpdated: ` is the name of a member, and `Date: ` is a header of HTTP.
  if (tag !== undefined && classifyMember(tag) !== null) return null;
  const inner = readPrefix(text, between);
  if (inner === null) return null;
  if (between > start || text.charCodeAt(start) === BRACKET) return inner;
  const isAlone = inner.end >= text.length;
  // A row of times has no prefix: the second time is `LastUpdated` or an expiration.
  if (isAlone) return Math.abs(inner.timestamp.wall - outer.wall) < MAX_DISTANCE_MS ? inner : null;
  return /[{"A-Za-z]/.test(text[inner.end] ?? '') && inner.timestamp.family !== outer.family ? inner : null;
}

/** A container runtime adds its timestamp within this time. */
const MAX_DISTANCE_MS = 60_000;

/** Returns the first of the other timestamps that has a zone, else the first timestamp. */
export const preferZone = (first: Timestamp, ...others: readonly (Timestamp | null)[]): Timestamp =>
  others.find((each) => each !== null && each.offset !== null) ?? first;
