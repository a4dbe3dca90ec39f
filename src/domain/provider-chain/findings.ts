import type { PollNoteCode } from '../poll-note.ts';
import {
  checkAmbiguousProfile,
  checkBlankVariables,
  checkBrokenProviders,
  checkDefaultProfileVariable,
  checkExpirations,
  checkIncompleteKeyPairs,
  checkInvalidSettings,
  checkLegacyVariables,
  checkMissingProfile,
  checkNoProviderAnswers,
  checkSessionTokens,
} from './broken-providers.ts';
import { ChainContext } from './chain-context.ts';
import { CHAIN_FINDING_CODES, type ChainFinding, createChainProblem } from './finding.ts';
import {
  checkContainerHidesImds,
  checkKeysHideRole,
  checkProfileHidesRole,
  checkProfileSkipsEnvironment,
  checkWebIdentityHidesContainer,
} from './hidden-providers.ts';
import { type ChainFacts, type ChainOutcomes, PROVIDER_NAMES, SDKS } from './providers.ts';

type Check = (chains: ChainContext) => ChainFinding[];

const CHECKS: readonly Check[] = [
  checkNoProviderAnswers,
  checkMissingProfile,
  checkSessionTokens,
  checkExpirations,
  checkIncompleteKeyPairs,
  checkBrokenProviders,
  checkInvalidSettings,
  checkKeysHideRole,
  checkWebIdentityHidesContainer,
  checkProfileSkipsEnvironment,
  checkAmbiguousProfile,
  checkBlankVariables,
  sdksDisagree,
  checkProfileHidesRole,
  checkContainerHidesImds,
  checkLegacyVariables,
  checkDefaultProfileVariable,
];

/** What an operator should know of these chains, the most important first. */
export function findChainFindings(facts: ChainFacts, outcomes: ChainOutcomes): ChainFinding[] {
  const chains = new ChainContext(facts, outcomes);
  const found = [...CHECKS.flatMap((check) => check(chains)), ...notesOf(facts)];
  found.sort((a, b) => rank(a) - rank(b));
  return [...found.filter(isProblem), ...found.filter((finding) => !isProblem(finding))];
}

/** That SDKs disagree follows from what comes before it, notes included. */
function rank({ code }: ChainFinding): number {
  const at = (CHAIN_FINDING_CODES as readonly string[]).indexOf(code);
  return at < 0 ? CHAIN_FINDING_CODES.indexOf('SDKS_DISAGREE') - 0.5 : at;
}

const isProblem = ({ severity }: ChainFinding) => severity === 'problem';

/** Two SDKs in one program are rare, two programs on one machine are not. */
function sdksDisagree({ outcomes }: ChainContext): ChainFinding[] {
  const ends = new Set(
    SDKS.map((sdk) => {
      const outcome = outcomes[sdk];
      return outcome.kind === 'wins' || outcome.kind === 'unknown' ? outcome.provider : 'nothing';
    }),
  );
  return ends.size > 1 ? [createChainProblem('SDKS_DISAGREE', { ends: [...ends] })] : [];
}

/** What the findings above say better, or what is no news. */
const TOLD: ReadonlySet<PollNoteCode> = new Set([
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

/** What will not mend itself. */
const PROBLEMS: ReadonlySet<PollNoteCode> = new Set([
  'TWO_SESSION_TOKENS',
  'TOKEN_FILE_EXPIRED',
  'EXPIRATION_UNREADABLE',
  'TOKEN_TRAILING_NEWLINE',
  'TWO_TOKENS_SET',
  'DISABLED_FOR_SOME_SDKS',
]);

/** Each note once, in the order of the places. */
function notesOf({ providers }: ChainFacts): ChainFinding[] {
  const notes = PROVIDER_NAMES.flatMap((name) => providers[name].notes).filter(({ code }) => !TOLD.has(code));
  const distinct = new Map(notes.map((each) => [JSON.stringify(each), each]));
  return [...distinct.values()].map(({ code, ...args }) => ({
    code,
    severity: PROBLEMS.has(code) ? 'problem' : 'note',
    args,
  }));
}
