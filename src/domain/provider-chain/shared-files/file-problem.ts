export const FILE_PROBLEM_CAUSES = [
  'BYTE_ORDER_MARK',
  'NOT_UTF8',
  // A line before the first section.
  'NO_SECTION',
  'UNCLOSED_SECTION',
  'DUPLICATE_SECTION',
  'DUPLICATE_KEY',
  'NO_EQUALS_SIGN',
  // `:` instead of `=`, which only botocore and Go accept.
  'COLON',
  // The first line of a section is indented.
  'INDENTED',
] as const;
export type FileProblemCause = (typeof FILE_PROBLEM_CAUSES)[number];

/**
 * Parsers of the shared files, each named after one client that has it. `botocore` and `java` fail at invalid lines. `botocore` also
 * accepts `key: value`, and reads a comment after a value as part of the value. `go` accepts `key: value`. For `ruby`, a
 * comment that begins with `#` is part of the value. `javascript` is our loader.
 */
export type FileParser = 'botocore' | 'java' | 'go' | 'ruby' | 'javascript';

/** A line of a shared file that these parsers reject. Other parsers ignore the line or accept it. */
export interface FileProblem {
  path: string;
  /** Counted from 1. */
  line: number;
  cause: FileProblemCause;
  parsers: readonly FileParser[];
}

/** A section whose name has the form of the other file, so SDKs ignore the section. */
export interface MisplacedSection {
  file: 'config' | 'credentials';
  path: string;
  /** As in the file, without brackets. */
  section: string;
  profile: string;
}
