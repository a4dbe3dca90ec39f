import { groupBy } from '../../lists.ts';
import type { PollNoteCode } from '../../poll-note.ts';
import { ChainContext } from '../chain-context.ts';
import { resolveChains, resolveOtherChains } from '../chains/resolve.ts';
import { OTHER_CLIENTS, SDKS } from '../clients.ts';
import type { ChainOutcome, OutcomesByOtherClient, OutcomesBySdk } from '../outcome.ts';
import {
  type ChainFacts,
  KEY_PAIR_PROVIDERS,
  PROFILE_PROVIDERS,
  PROVIDER_NAMES,
  type ProviderName,
} from '../providers.ts';
import { findWinnersWithout } from '../removed-providers.ts';
import { BROKEN_PROVIDER_CHECKS } from './broken-providers.ts';
import { BROKEN_SETTING_CHECKS } from './broken-settings.ts';
import { UNUSUAL_SETTING_CHECKS } from './differing-settings.ts';
import {
  CHAIN_FINDING_SEVERITIES,
  type ChainChecks,
  type ChainFinding,
  type ChainFindingCode,
} from './finding.ts';
import { ROLE_SESSION_CHECKS } from './role-sessions.ts';

// `Object.keys` forgets the type of the keys.
const CODES = Object.keys(CHAIN_FINDING_SEVERITIES) as ChainFindingCode[];

/** The codes of reports. A `POLL_NOTE` is reported with the code of its note. */
export const CHAIN_FINDING_CODES = CODES.filter((code) => code !== 'POLL_NOTE');

export interface ChainReport {
  facts: ChainFacts;
  outcomes: OutcomesBySdk;
  otherOutcomes: OutcomesByOtherClient;
  /** Problems first, then notes. */
  findings: readonly ChainFinding[];
}

/** How each SDK's chain ends, and everything the user should know about it. */
export function analyseChains(facts: ChainFacts): ChainReport {
  const outcomes = resolveChains(facts);
  const otherOutcomes = resolveOtherChains(facts);
  const chains = new ChainContext(facts, outcomes, otherOutcomes);
  const found = CODES.flatMap((code): ChainFinding[] => applyCheck(code, chains));
  const select = (wanted: ChainFinding['severity']) => found.filter(({ severity }) => severity === wanted);
  return { facts, outcomes, otherOutcomes, findings: [...select('problem'), ...select('note')] };
}

const applyCheck = <Code extends ChainFindingCode>(code: Code, chains: ChainContext): ChainFinding<Code>[] =>
  CHECKS[code](chains).map((fields) => ({ code, severity: CHAIN_FINDING_SEVERITIES[code], ...fields }));

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
  'ROLE_CHAIN_CAPPED',
  'DURATION_NOT_SET',
  'SESSION_LONGER_THAN_ROLE',
]);

/** Notes on something that the user has to fix. */
const PROBLEM_NOTES: ReadonlySet<PollNoteCode> = new Set([
  'CLOCK_WRONG',
  'TWO_SESSION_TOKENS',
  'TOKEN_FILE_EXPIRED',
  'EXPIRATION_UNREADABLE',
  'EXPIRATION_REJECTED_BY_BOTOCORE',
  'EXPIRATION_ONLY_SOME_SDKS',
  'VALUE_QUOTED',
  'VALUE_HAS_BLANKS',
  'ADDRESS_ONLY_SOME_SDKS',
  'PROCESS_NEEDS_SHELL',
  'PROCESS_WITHOUT_INTERPRETER',
  'NO_REGION_FOR_BOTOCORE',
  'DOCUMENT_WITHOUT_CODE',
  'TOKEN_TRAILING_NEWLINE',
  'TWO_TOKENS_SET',
  'DISABLED_FOR_SOME_SDKS',
]);

/** The provider that a chain uses. Null if the chain fails. */
const getEnd = (outcome: ChainOutcome): ProviderName | null =>
  outcome.kind === 'wins' || outcome.kind === 'unknown' ? outcome.provider : null;

/** Every code has a check: a missing one does not compile. */
const CHECKS: ChainChecks = {
  ...BROKEN_PROVIDER_CHECKS,
  ...BROKEN_SETTING_CHECKS,
  ...ROLE_SESSION_CHECKS,
  ...UNUSUAL_SETTING_CHECKS,

  KEYS_HIDE_ROLE: (chains) =>
    KEY_PAIR_PROVIDERS.flatMap((provider) => {
      const { remaining, isSession } = chains.getProvider(provider);
      const sdks = chains.findSdksUsing(provider);
      const hidden = chains.findHiddenRoleProviders(provider);
      if (sdks.length === 0 || hidden.length === 0) return [];
      // Keys with an expiration are probably intended: `cred-watch exec` sets both.
      const severity = remaining !== null && remaining > 0 ? 'note' : 'problem';
      const without = findWinnersWithout(chains, provider, sdks);
      return [{ provider, hidden, sdks, longLived: isSession === false, without, severity }];
    }),

  WEB_IDENTITY_HIDES_CONTAINER(chains) {
    const sdks = chains.findSdksUsing('web-identity');
    if (sdks.length === 0 || chains.getProvider('container').state === 'absent') return [];
    return [{ sdks, without: findWinnersWithout(chains, 'web-identity', sdks) }];
  },

  /** JavaScript ignores keys in the environment if AWS_PROFILE is set. */
  PROFILE_SKIPS_ENVIRONMENT(chains) {
    const { facts, outcomes } = chains;
    const { providers, profile } = facts;
    const { state, problem } = providers.environment;
    const hasKeys = state === 'answers' || problem?.code === 'NO_SESSION_TOKEN';
    const isSkipped = hasKeys && profile.isNamed && outcomes.javascript.kind !== 'unknown';
    if (!isSkipped) return [];
    const without = findWinnersWithout(chains, 'environment', SDKS);
    return [{ profile: profile.name, sdks: chains.findSdksUsing('environment'), without }];
  },

  PROFILE_HIDES_ROLE: (chains) =>
    PROFILE_PROVIDERS.flatMap((provider) => {
      // KEYS_HIDE_ROLE reports the keys of a profile.
      if (provider === 'profile') return [];
      const sdks = chains.findSdksUsing(provider);
      const hidden = chains.findHiddenRoleProviders(provider);
      const profile = chains.facts.profile.name;
      if (sdks.length === 0 || hidden.length === 0) return [];
      const without = findWinnersWithout(chains, provider, sdks);
      return [{ provider, profile, hidden, sdks, without }];
    }),

  CONTAINER_HIDES_IMDS(chains) {
    const { state, role } = chains.getProvider('imds');
    return chains.findSdksUsing('container').length > 0 && state === 'answers' ? [{ role }] : [];
  },

  /** Each distinct note once, in the order of the providers. */
  POLL_NOTE({ facts }) {
    const notes = [
      ...PROVIDER_NAMES.flatMap((name) => facts.providers[name].notes),
      ...facts.variableNotes,
    ].filter(({ code }) => !COVERED_NOTES.has(code));
    const distinct = new Map(notes.map((note) => [JSON.stringify(note), note]));
    return [...distinct.values()].map((note) => ({
      note,
      severity: PROBLEM_NOTES.has(note.code) ? 'problem' : 'note',
    }));
  },

  PROCESS_IN_OTHER_NAMESPACE({ facts: { observed } }) {
    if (observed === null) return [];
    const namespaces = [
      ...(observed.hasOtherFiles ? (['mount'] as const) : []),
      ...(observed.hasOtherNetwork ? (['network'] as const) : []),
    ];
    return namespaces.length === 0 ? [] : [{ pid: observed.pid, namespaces }];
  },

  PROCESS_OF_OTHER_USER({ facts: { observed, providers } }) {
    if (!observed?.isOtherUser) return [];
    const untried = (['process', 'container'] as const).filter((name) => providers[name].state === 'untried');
    return [{ pid: observed.pid, untried }];
  },

  /** Two SDKs in one program are rare, but two programs on one machine are common. */
  SDKS_DISAGREE({ outcomes }) {
    const ends = new Set(SDKS.map((sdk) => getEnd(outcomes[sdk]) ?? 'none'));
    return ends.size > 1 ? [{ ends: [...ends] }] : [];
  },

  OTHER_CLIENTS_DIFFER({ outcomes, otherOutcomes }) {
    const sdkEnds = new Set(SDKS.map((sdk) => getEnd(outcomes[sdk])));
    const [sdkProvider = null] = sdkEnds;
    const isUnknown = SDKS.some((sdk) => outcomes[sdk].kind === 'unknown');
    if (sdkEnds.size > 1 || isUnknown) return [];
    const known = OTHER_CLIENTS.filter((client) => otherOutcomes[client].kind !== 'unknown');
    return [...groupBy(known, (client) => getEnd(otherOutcomes[client]))]
      .filter(([provider]) => provider !== sdkProvider)
      .map(([provider, clients]) => ({ clients, provider, sdkProvider }));
  },
};
