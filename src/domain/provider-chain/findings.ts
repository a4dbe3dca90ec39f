import type { PollNoteCode } from '../poll-note.ts';
import {
  checkExpiredCredentials,
  checkExpiresSoon,
  checkFallbackToInstanceRole,
  checkNoProviderAnswers,
  checkStoppedChains,
} from './broken-providers.ts';
import {
  checkAmbiguousProfile,
  checkBlankVariables,
  checkDefaultProfileVariable,
  checkIncompleteKeyPairs,
  checkInvalidSettings,
  checkKeysWithoutToken,
  checkLegacyVariables,
  checkMissingProfile,
  checkOnlySecurityToken,
} from './broken-settings.ts';
import { ChainContext, type Check } from './chain-context.ts';
import { type ChainFinding, type ChainFindingCode, createChainFinding } from './finding.ts';
import {
  checkContainerHidesImds,
  checkKeysHideRole,
  checkProfileHidesRole,
  checkProfileSkipsEnvironment,
  checkWebIdentityHidesContainer,
} from './hidden-providers.ts';
import { type ChainFacts, type ChainOutcomes, PROVIDER_NAMES, SDKS } from './providers.ts';
import { resolveChains } from './sdk-chains.ts';

/** In the order of reports: first what keeps programs from working. */
const CHECKS: { [Code in ChainFindingCode]: Check<Code> } = {
  NO_PROVIDER_ANSWERS: checkNoProviderAnswers,
  NO_SUCH_PROFILE: checkMissingProfile,
  KEYS_WITHOUT_TOKEN: checkKeysWithoutToken,
  ONLY_SECURITY_TOKEN: checkOnlySecurityToken,
  EXPIRED_CREDENTIALS_WIN: checkExpiredCredentials,
  INCOMPLETE_KEY_PAIR: checkIncompleteKeyPairs,
  FALLS_BACK_TO_INSTANCE_ROLE: checkFallbackToInstanceRole,
  PROVIDER_STOPS_CHAIN: checkStoppedChains,
  INVALID_SETTING_STOPS: checkInvalidSettings,
  KEYS_HIDE_ROLE: checkKeysHideRole,
  WEB_IDENTITY_HIDES_CONTAINER: checkWebIdentityHidesContainer,
  PROFILE_SKIPS_ENVIRONMENT: checkProfileSkipsEnvironment,
  AMBIGUOUS_PROFILE: checkAmbiguousProfile,
  BLANK_VARIABLE: checkBlankVariables,
  LEGACY_VARIABLES: checkLegacyVariables,
  POLL_NOTE: checkPollNotes,
  // Follows from the findings before it.
  SDKS_DISAGREE: checkSdksDisagree,
  EXPIRES_SOON: checkExpiresSoon,
  PROFILE_HIDES_ROLE: checkProfileHidesRole,
  CONTAINER_HIDES_IMDS: checkContainerHidesImds,
  DEFAULT_PROFILE_ONLY_SOME_SDKS: checkDefaultProfileVariable,
};

// `Object.keys` forgets the type of the keys.
const CODES = Object.keys(CHECKS) as ChainFindingCode[];

/** The codes of reports. A `POLL_NOTE` is reported with the code of its note. */
export const CHAIN_FINDING_CODES = CODES.filter((code) => code !== 'POLL_NOTE');

export interface ChainReport {
  facts: ChainFacts;
  outcomes: ChainOutcomes;
  /** Problems first, then notes. */
  findings: readonly ChainFinding[];
}

/** How each SDK's chain ends, and everything the user should know about it. */
export function analyseChains(facts: ChainFacts): ChainReport {
  const outcomes = resolveChains(facts);
  const chains = new ChainContext(facts, outcomes);
  const found = Object.values(CHECKS).flatMap((check): ChainFinding[] => check(chains));
  const select = (wanted: ChainFinding['severity']) => found.filter(({ severity }) => severity === wanted);
  return { facts, outcomes, findings: [...select('problem'), ...select('note')] };
}

/** Two SDKs in one program are rare, but two programs on one machine are common. */
function checkSdksDisagree({ outcomes }: ChainContext): ChainFinding<'SDKS_DISAGREE'>[] {
  const ends = new Set(
    SDKS.map((sdk) => {
      const outcome = outcomes[sdk];
      return outcome.kind === 'wins' || outcome.kind === 'unknown' ? outcome.provider : 'none';
    }),
  );
  return ends.size > 1 ? [createChainFinding('problem', 'SDKS_DISAGREE', { ends: [...ends] })] : [];
}

/** Notes that say less than a finding, or nothing that the user could act on. */
const COVERED_NOTES: ReadonlySet<PollNoteCode> = new Set([
  'STATIC_KEYS_HIDE_SOURCE',
  'PROFILE_HIDES_SOURCE',
  'NAMED_PROFILE_MISSING',
  'WEB_IDENTITY_HIDES_SOURCE',
  'CONTAINER_HIDES_IMDS',
  'PROFILE_HIDES_ENVIRONMENT',
  'ONLY_OLD_TOKEN',
  'SESSION_KEY_WITHOUT_TOKEN',
  'TOKEN_FILE_EXPIRES',
  'BLANK_ENV',
]);

/** Notes on something that the user has to fix. */
const PROBLEM_NOTES: ReadonlySet<PollNoteCode> = new Set([
  'TWO_SESSION_TOKENS',
  'TOKEN_FILE_EXPIRED',
  'EXPIRATION_UNREADABLE',
  'TOKEN_TRAILING_NEWLINE',
  'TWO_TOKENS_SET',
  'DISABLED_FOR_SOME_SDKS',
]);

/** Each distinct note once, in the order of the providers. */
function checkPollNotes({ facts }: ChainContext): ChainFinding<'POLL_NOTE'>[] {
  const notes = PROVIDER_NAMES.flatMap((name) => facts.providers[name].notes).filter(
    ({ code }) => !COVERED_NOTES.has(code),
  );
  const distinct = new Map(notes.map((note) => [JSON.stringify(note), note]));
  return [...distinct.values()].map((note) =>
    createChainFinding(PROBLEM_NOTES.has(note.code) ? 'problem' : 'note', 'POLL_NOTE', { note }),
  );
}
