import { readTimestamp } from '../timestamps/families.ts';
import { classifyMember, type MemberKind } from './member-names.ts';

/** A member of a line such as `LastUpdated=… Expiration=…` or `"Expiration" : "…",`. */
export interface Pair {
  kind: MemberKind | null;
  value: string;
}

/**
 * A name with `:` or `=`, in quotes or not, also with escaped quotes (`\"Expiration\":`). PowerShell
 * writes `$env:NAME = "…"`, and fish writes `set -gx NAME …`.
 */
const NAME =
  /(?:\$[Ee]nv:|\b(?:export|set|SET|setenv|set -gx|set -x) +"?)?\\?["']?(?<![\w.])([A-Za-z_@][\w@.-]{0,60})\\?["']?\s*(?:=>|[:=]|(?<=(?:set -gx|set -x|setenv) [A-Z_]{1,40}) )[ \t]*(\\?["'])?/g;

/** A row of `aws --output table`. */
const TABLE_CELL = /^\|\s*(\w{1,60})\s*\|\s*(\S.*?)\s*\|\s*$/;

const SIMPLE = /"?([A-Za-z]\w*)"?\s*:\s*"?([^\s",{}]+)"?\s*,?\s*$/y;

/** The last simple pairs. Polls repeat the members of a document until it rotates. */
const known: { text: string; pair: Pair }[] = [];
let oldest = 0;
const MAX_KNOWN = 3;

/**
 * Reads a line that is one member and nothing else, such as `"Expiration" : "…",`. Null for any other line. The
 * lines of most logs have this form, and {@link findPairs} takes several times as long.
 */
export function readSimplePair(text: string, start: number): Pair | null {
  const length = text.length - start;
  for (const each of known) if (each.text.length === length && text.endsWith(each.text)) return each.pair;
  SIMPLE.lastIndex = start;
  const match = SIMPLE.exec(text);
  if (match === null) return null;
  const [, name = '', value = ''] = match;
  const kind = classifyMember(name);
  if (kind !== 'expiration' && kind !== 'lastUpdated' && kind !== 'accessKeyId') return null;
  const pair: Pair = { kind, value };
  known[oldest] = { text: text.slice(start), pair };
  oldest = (oldest + 1) % MAX_KNOWN;
  return pair;
}

const SPACE_OR_END = /[\s,;}\])]|$/g;

/** Finds the pairs of a line. Skips the values of members without a meaning, so a secret is never searched. */
export function findPairs(text: string): Pair[] {
  const pairs: Pair[] = [];
  const cell = text.startsWith('|') ? TABLE_CELL.exec(text) : null;
  if (cell !== null) return [{ kind: classifyMember(cell[1] ?? ''), value: cell[2] ?? '' }];
  if (!text.includes(':') && !text.includes('=') && !text.includes('set')) return pairs;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match !== null; match = NAME.exec(text)) {
    const [, name = '', quote] = match;
    const start = NAME.lastIndex;
    const kind = classifyMember(name);
    const end = findValueEnd(text, start, quote, kind);
    if (kind !== null) pairs.push({ kind, value: kind === 'secret' ? '' : text.slice(start, end) });
    NAME.lastIndex = end + (quote?.length ?? 0);
    if (end >= text.length) break;
  }
  return pairs;
}

function findValueEnd(
  text: string,
  start: number,
  quote: string | undefined,
  kind: MemberKind | null,
): number {
  if (quote !== undefined) {
    const end = text.indexOf(quote, start);
    return end === -1 ? text.length : end;
  }
  // The value is an object, whose members follow.
  if (text[start] === '{' || text[start] === '[') return start + 1;
  if (text.startsWith('datetime.datetime(', start)) return text.indexOf(')', start) + 1 || text.length;
  if (kind === 'expiration' || kind === 'lastUpdated' || kind === 'timestamp') {
    const time = readTimestamp(text, start);
    if (time !== null) return time.end;
  }
  SPACE_OR_END.lastIndex = start;
  return SPACE_OR_END.exec(text)?.index ?? text.length;
}
