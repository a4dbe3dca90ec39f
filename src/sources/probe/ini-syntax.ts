import type { FileProblemCause } from '../../domain/provider-chain/shared-files/file-problem.ts';

/** The first line that a parser rejects. Lines are counted from 1. */
export interface SyntaxProblem {
  line: number;
  cause: FileProblemCause;
}

export interface ParsedIni {
  sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
  problem: SyntaxProblem | null;
}

const BYTE_ORDER_MARK = '\ufeff';
/** The decoder of a file writes this character for bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

const splitLines = (text: string) => text.split(/\r\n|\r|\n/);

/** Section names, even those that a parser rejects. */
export const listSectionNames = (text: string): string[] =>
  splitLines(text.replace(BYTE_ORDER_MARK, '')).flatMap(
    (line) => /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1] ?? [],
  );

/**
 * Parses like botocore: Python's `RawConfigParser` with its defaults, then `configloader._parse_nested`. A
 * property has `=` or `:`. An indented line continues the value before it.
 */
export function parseLikeBotocore(text: string): ParsedIni {
  const sections = new Map<string, Map<string, string>>();
  const fail = (line: number, cause: FileProblemCause): ParsedIni => ({ sections, problem: { line, cause } });
  const invalid = splitLines(text).findIndex((line) => line.includes(REPLACEMENT));
  if (invalid >= 0) return fail(invalid + 1, 'NOT_UTF8');
  if (text.startsWith(BYTE_ORDER_MARK)) return fail(1, 'BYTE_ORDER_MARK');
  let section: Map<string, string> | null = null;
  let key: string | null = null;
  let indent = 0;
  for (const [index, line] of splitLines(text).entries()) {
    const value = line.trim();
    if (value === '' || /^[#;]/.test(value)) continue;
    const ownIndent = line.search(/\S/);
    if (section !== null && key !== null && ownIndent > indent) {
      const before: string = section.get(key) ?? '';
      if (/^(\n|$)/.test(before) && !value.includes('=')) return fail(index + 1, 'NO_EQUALS_SIGN');
      section.set(key, `${before}\n${value}`);
      continue;
    }
    indent = ownIndent;
    const name = /^\[(.+)\]/.exec(value)?.[1];
    if (name !== undefined) {
      if (sections.has(name) && name !== 'DEFAULT') return fail(index + 1, 'DUPLICATE_SECTION');
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = null;
      continue;
    }
    if (value.startsWith('[')) return fail(index + 1, 'UNCLOSED_SECTION');
    if (section === null) return fail(index + 1, 'NO_SECTION');
    const [, property = '', rest = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(value) ?? [];
    if (property === '') return fail(index + 1, 'NO_EQUALS_SIGN');
    key = property.toLowerCase();
    if (section.has(key)) return fail(index + 1, 'DUPLICATE_KEY');
    section.set(key, rest);
  }
  return { sections, problem: null };
}

/**
 * The rules of the Java and Rust SDKs. Sources: `ProfileFileReader.java` and `env_config/parse.rs`. Both accept
 * duplicates. An indented line continues a value, and needs `=` after a key without a value.
 */
export function findProblemOfJavaAndRust(text: string): SyntaxProblem | null {
  if (text.startsWith(BYTE_ORDER_MARK)) return { line: 1, cause: 'BYTE_ORDER_MARK' };
  let state: 'start' | 'section' | 'value' | 'blank-value' = 'start';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const fail = (cause: FileProblemCause): SyntaxProblem => ({ line: index + 1, cause });
    if (/^([\t ]*$|[#;])/.test(line)) continue;
    if (line.startsWith('[')) {
      if (
        !line
          .replace(/[#;].*/, '')
          .trim()
          .endsWith(']')
      )
        return fail('UNCLOSED_SECTION');
      state = 'section';
      continue;
    }
    if (state === 'start') return fail('NO_SECTION');
    const isContinuation = /^[\t ]/.test(line);
    if (isContinuation && state === 'section') return fail('INDENTED');
    if (isContinuation && state === 'value') continue;
    const property = isContinuation ? line : line.replace(/[\t ][#;].*/, '');
    if (!/^\s*[^=\s]/.test(property) || !property.includes('=')) {
      return fail(property.includes(':') ? 'COLON' : 'NO_EQUALS_SIGN');
    }
    if (!isContinuation) state = /=\s*$/.test(property) && !/=.*=/.test(property) ? 'blank-value' : 'value';
  }
  return null;
}
