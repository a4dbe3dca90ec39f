import type { PollNoteCode } from '../poll-note.ts';

/** Permanent, in the order in which they are told: what keeps programs from working first. */
export const CHAIN_FINDING_CODES = [
  'NOTHING_ANSWERS',
  'NO_SUCH_PROFILE',
  'KEYS_WITHOUT_TOKEN',
  'SECURITY_TOKEN_ALONE',
  'EXPIRED_WINS',
  'HALF_A_PAIR',
  'FALLS_TO_INSTANCE_ROLE',
  'BROKEN_PLACE_STOPS',
  'BAD_SETTING_STOPS',
  'KEYS_HIDE_ROLE',
  'WEB_IDENTITY_HIDES_CONTAINER',
  'PROFILE_SKIPS_ENVIRONMENT',
  'PROFILE_OFFERS_TWO',
  'BLANK_VARIABLE',
  'OLD_NAMES',
  'SDKS_DISAGREE',
  'EXPIRES_SOON',
  'PROFILE_HIDES_ROLE',
  'CONTAINER_HIDES_IMDS',
  'DEFAULT_PROFILE_ONLY_SOME_SDKS',
] as const;
export type ChainFindingCode = (typeof CHAIN_FINDING_CODES)[number];

type Args = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A finding of this page, or what a look took a note of. */
export type ChainFinding =
  | { code: ChainFindingCode; severity: 'problem' | 'note'; args: Args }
  | { code: PollNoteCode; severity: 'problem' | 'note'; args: Args };

export const createChainProblem = (code: ChainFindingCode, args: Args = {}): ChainFinding => ({
  code,
  severity: 'problem',
  args,
});
export const createChainNote = (code: ChainFindingCode, args: Args = {}): ChainFinding => ({
  code,
  severity: 'note',
  args,
});
