import { DATE_ALONE, TIME_ALONE } from './partial-timestamps.ts';

/** Text without letters and digits. */
export const SEPARATORS = /^[\s{}[\]()<>,;:=*_.~'"`-]*$/;

/** Lines of other programs that are skipped. */
const NOISE: readonly { reason: string; pattern: RegExp }[] = [
  {
    reason: 'progress of curl',
    pattern:
      /^\s*(?:% Total\b|Dload +Upload\b|\d+ .*(?:--:--:--|\d:\d\d:\d\d)\s+[\d.]+[kMG]?\s*$)|^[#=O-]*\s*[\d.]+%$/,
  },
  { reason: 'verbose output of curl', pattern: /^(?:[*<>](?: |$)|[{}] \[\d+ bytes data\])/ },
  { reason: 'error of curl without a timestamp', pattern: /^curl: \(\d+\)/ },
  { reason: 'HTML or XML', pattern: /^\s*<[?!/A-Za-z]/ },
  {
    reason: 'HTTP header',
    pattern:
      /^(?:HTTP\/\d|(?:Server|Connection|Accept-Ranges|Last-Modified|ETag|Keep-Alive|Transfer-Encoding|Vary|Cache-Control|Age|Via|Content-[\w-]+|X-[\w-]+): )/i,
  },
  {
    reason: 'mail header',
    pattern:
      /^(?:From |(?:From|To|Cc|Subject|Message-I[dD]|Received|Return-Path|Delivered-To|Content-[\w-]+|M[Ii][Mm][Ee]-Version|Auto-Submitted|Precedence|Status|X-[\w-]+|User-Agent|Envelope-[\w-]+|Date): ?|\s+(?:by|for|id|from|with) )/,
  },
  { reason: 'file name of tail', pattern: /^==> .* <==$/ },
  { reason: 'error of jq', pattern: /^(?:jq: |(?:jq: )?parse error: )/ },
  { reason: 'comment', pattern: /^\s*(?:#|\/\/|;|REM\b|rem\b|--)/ },
  { reason: 'trace of a shell', pattern: /^\++ / },
  { reason: 'date without a time of day', pattern: DATE_ALONE },
  { reason: 'time of day without a date', pattern: TIME_ALONE },
  { reason: 'brackets and separators', pattern: SEPARATORS },
];

/** Returns the reason to skip a line of another program. Null for any other line. */
export const findNoise = (text: string): string | null =>
  NOISE.find(({ pattern }) => pattern.test(text))?.reason ?? null;

/** In characters. A log without line ends is one long line. */
const MAX_LENGTH = 1000;

/** The text behind a document, unless it is noise. */
export const skipNoise = (text: string): string =>
  text !== '' && findNoise(text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text) === null ? text : '';
