import type { Sdk } from '../clients.ts';

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

/** A line of a shared file that these SDKs cannot parse. Other SDKs ignore the line or accept it. */
export interface FileProblem {
  path: string;
  /** Counted from 1. */
  line: number;
  cause: FileProblemCause;
  sdks: readonly Sdk[];
}

/** A section whose name has the form of the other file, so SDKs ignore the section. */
export interface MisplacedSection {
  file: 'config' | 'credentials';
  path: string;
  /** As in the file, without brackets. */
  section: string;
  profile: string;
}
