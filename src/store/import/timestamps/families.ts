import { readDotNetJson, readEpoch } from './epoch.ts';
import { readCompact, readIso } from './iso.ts';
import { readJapanese } from './japanese.ts';
import { readDayFirst, readKlog, readMonthFirst } from './month-names.ts';
import { readNumericDate } from './numeric-date.ts';
import type { Timestamp, TimestampReader } from './timestamp.ts';

/** A family of timestamps. The table of docs/logs.md and the property test derive from this table. */
export interface TimestampFamily {
  /** The name in the summary of an import. */
  name: string;
  /** Each example means 2026-11-20T00:00:01Z if it has a year and a zone. */
  examples: readonly string[];
  /** Kinds of the first character. A Japanese character counts as a letter. */
  starts: readonly Start[];
  read: TimestampReader;
}

type Start = 'digit' | 'letter' | 'sign';

export const TIMESTAMP_FAMILIES: readonly TimestampFamily[] = [
  {
    name: 'ISO 8601',
    examples: [
      '2026-11-20T00:00:01Z',
      '2026-11-20T00:00:01.123456789Z',
      '2026-11-20T01:00:01+01:00',
      '2026-11-20 00:00:01 +0000',
      '2026-11-20 00:00:01,123',
      '2026/11/20 00:00:01',
      '2026/11/20 0:00:01',
    ],
    starts: ['digit'],
    read: readIso,
  },
  {
    name: 'date output',
    examples: [
      'Fri Nov 20 00:00:01 UTC 2026',
      'Fri Nov 20 12:00:01 AM UTC 2026',
      'Fri Nov 20 00:00:01 2026',
      'Thu Nov 19 19:00:01 EST 2026',
      'Friday, November 20, 2026 12:00:01 AM',
      'Nov 20 00:00:01',
    ],
    starts: ['letter'],
    read: readMonthFirst,
  },
  {
    name: 'RFC 2822 or date output',
    examples: [
      'Fri, 20 Nov 2026 00:00:01 +0000',
      'Fri, 20 Nov 2026 00:00:01 GMT',
      'Fri 20 Nov 00:00:01 UTC 2026',
      'Fri 20 Nov 2026 12:00:01 AM UTC',
      'Fr 20. Nov 00:00:01 UTC 2026',
      'Freitag, 20. November 2026 00:00:01',
      '20/Nov/2026:00:00:01 +0000',
    ],
    starts: ['digit', 'letter'],
    read: readDayFirst,
  },
  {
    name: 'Japanese date',
    examples: [
      '2026年 11月 20日 金曜日 00:00:01 UTC',
      '2026年11月20日 0:00:01',
      '金 11月 20 00:00:01 UTC 2026',
    ],
    starts: ['digit', 'letter', 'sign'],
    read: readJapanese,
  },
  {
    name: 'epoch',
    examples: ['1795132801', '1795132801.123', '1795132801123', '@1795132801'],
    starts: ['digit', 'sign'],
    read: readEpoch,
  },
  {
    name: '.NET date',
    examples: ['11/20/2026 12:00:01 AM', '11/20/2026 00:00:01', '20.11.2026 00:00:01', '20/11/2026 00:00:01'],
    starts: ['digit', 'letter'],
    read: readNumericDate,
  },
  { name: '.NET JSON date', examples: ['/Date(1795132801000)/'], starts: ['sign'], read: readDotNetJson },
  {
    name: 'compact ISO 8601',
    examples: ['20261120T000001Z', '20261120-000001'],
    starts: ['digit'],
    read: readCompact,
  },
  {
    name: 'klog',
    examples: ['I1120 00:00:01.123456       1 main.go:12]'],
    starts: ['letter'],
    read: readKlog,
  },
];

/** The family of the last timestamp. A log nearly always repeats it. */
let [last] = TIMESTAMP_FAMILIES;

/** Reads a timestamp of any family that starts exactly at this position. */
export function readTimestamp(text: string, at = 0): Timestamp | null {
  const start = classifyStart(text.charCodeAt(at));
  // All families that begin with a letter have a time with colons, except for Japanese.
  if (start === 'letter' && text.charCodeAt(at) < 0x100 && !text.includes(':', at)) return null;
  if (last?.starts.includes(start)) {
    const found = last.read(text, at);
    if (found !== null) return withFamily(found, last);
  }
  for (const family of TIMESTAMP_FAMILIES) {
    const other = family === last || !family.starts.includes(start) ? null : family.read(text, at);
    if (other === null) continue;
    last = family;
    return withFamily(other, family);
  }
  return null;
}

function classifyStart(code: number): Start {
  if (code >= 48 && code <= 57) return 'digit';
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code >= 0xc0 ? 'letter' : 'sign';
}

/** Only loggers leave the year out. */
function withFamily(found: Timestamp, { name }: TimestampFamily): Timestamp {
  found.family = found.isYearless ? 'syslog' : name;
  return found;
}

/** Reads a text that is a timestamp and nothing else. */
export function readWholeTimestamp(text: string): Timestamp | null {
  const trimmed = text.trim();
  const found = readTimestamp(trimmed);
  return found !== null && found.end === trimmed.length ? found : null;
}
