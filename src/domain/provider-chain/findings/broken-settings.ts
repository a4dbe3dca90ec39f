import type { PollNote } from '../../poll-note.ts';
import type { ChainContext } from '../chain-context.ts';
import { findLegacyVariables } from '../chains/legacy-variables.ts';
import { selectClientFacts } from '../client-facts.ts';
import { type Client, OTHER_CLIENTS, SDKS, type Sdk } from '../clients.ts';
import { groupSdks } from '../outcome-groups.ts';
import { type ChainFacts, KEY_PAIR_PROVIDERS, type ProfileProvider } from '../providers.ts';
import { findWinnersWithout } from '../removed-providers.ts';
import { CLIENT_RULES } from '../rules/all-rules.ts';
import type { ChainChecks, ChainFindingFields } from './finding.ts';
import { findMisspeltVariables } from './misspelt-variables.ts';

/**
 * Providers of a profile that exclude each other. `profile-role` does not exclude the others, because SDKs
 * assume the role with their credentials.
 */
const EXCLUSIVE_PROVIDERS: readonly ProfileProvider[] = [
  'profile',
  'profile-web-identity',
  'sso',
  'login',
  'process',
];

/** Checks of settings that are missing, invalid or ambiguous. */
export const BROKEN_SETTING_CHECKS = {
  NO_SUCH_PROFILE(chains) {
    const { name, isNamed, exists } = chains.facts.profile;
    if (!isNamed || exists) return [];
    const stoppedSdks = chains.findStoppedSdks(({ cause }) => cause.reason === 'NO_SUCH_PROFILE');
    return [{ profile: name, stoppedSdks }];
  },

  INVALID_FILE: ({ facts }) => listFileProblems(facts),

  MISPLACED_SECTION({ facts }) {
    const { problem } = facts.providers['profile-role'];
    const names = [facts.profile.name, problem?.code === 'ROLE_SOURCE_MISSING' ? problem.name : null];
    return facts.misplacedSections.filter(({ profile }) => names.includes(profile));
  },

  KEYS_WITHOUT_TOKEN: (chains) => findSessionsWithoutToken(chains, false),

  ONLY_SECURITY_TOKEN: (chains) => findSessionsWithoutToken(chains, true),

  INCOMPLETE_KEY_PAIR: (chains) =>
    KEY_PAIR_PROVIDERS.flatMap((name) => {
      const { problem } = chains.getProvider(name);
      if (name === 'profile' && areKeysUnusual(chains.facts)) return [];
      if (problem?.code !== 'NO_KEY_ID' && problem?.code !== 'NO_SECRET_KEY') return [];
      const stoppedSdks = chains.findStoppedSdks(({ provider }) => provider === name);
      const without = findWinnersWithout(chains, name, stoppedSdks);
      return [{ provider: name, missing: problem.code, stoppedSdks, without }];
    }),

  INVALID_SETTING_STOPS: ({ outcomes }) =>
    groupSdks(outcomes).flatMap(({ sdks, outcome }) => {
      if (outcome.kind !== 'stops' || outcome.provider !== null) return [];
      const { cause } = outcome;
      return cause.reason === 'INVALID_SETTING' ? [{ setting: cause.setting, stoppedSdks: sdks }] : [];
    }),

  /** Every SDK has its own order of these providers. */
  AMBIGUOUS_PROFILE(chains) {
    const providers = EXCLUSIVE_PROVIDERS.filter((name) => chains.getProvider(name).state !== 'absent');
    if (providers.length < 2) return [];
    const stoppedSdks = chains.findStoppedSdks(({ cause }) => cause.reason === 'AMBIGUOUS_PROFILE');
    return [{ profile: chains.facts.profile.name, providers, stoppedSdks }];
  },

  BLANK_VARIABLE(chains) {
    const { blankVariables, variableNotes } = chains.facts;
    return [...blankVariables].sort().flatMap((variable) => {
      // VALUE_HAS_BLANKS reports this variable. This finding would say that the other SDKs ignore it, but they use it.
      const hasBlanks = ({ code, ...note }: PollNote) =>
        code === 'VALUE_HAS_BLANKS' && 'name' in note && note.name === variable;
      if (variableNotes.some(hasBlanks)) return [];
      const stopped = chains.findStoppedSdks(
        ({ cause }) => cause.reason === 'BLANK_VARIABLE' && cause.setting === variable,
      );
      const affected = new Set<Client>([
        ...stopped,
        ...SDKS.filter((sdk) => isAffectedByBlank(variable, chains, sdk)),
      ]);
      for (const { clients, unreadFiles } of chains.facts.clientProfiles) {
        if (unreadFiles.some((file) => file.variable === variable))
          for (const client of clients) affected.add(client);
      }
      const sdks = SDKS.filter((sdk) => affected.has(sdk));
      return sdks.length === 0 ? [] : [{ variable, sdks }];
    });
  },

  LEGACY_VARIABLES({ facts, otherOutcomes }) {
    const sdks = SDKS.filter((sdk) => findLegacyVariables(facts, CLIENT_RULES[sdk]).length > 0);
    const others = OTHER_CLIENTS.filter((client) => {
      const outcome = otherOutcomes[client];
      return outcome.kind === 'unknown' && outcome.cause.reason === 'LEGACY_VARIABLES';
    });
    const readers = [...sdks, ...others];
    const variables = [
      ...new Set(readers.flatMap((client) => findLegacyVariables(facts, CLIENT_RULES[client]))),
    ].sort();
    if (readers.length === 0) return [];
    return [{ variables, sdks, others, severity: sdks.length === 0 ? 'note' : 'problem' }];
  },

  MISSPELT_VARIABLE: ({ facts }) => findMisspeltVariables(facts),

  DEFAULT_PROFILE_ONLY_SOME_SDKS: ({ facts }) => (facts.setVariables.has('AWS_DEFAULT_PROFILE') ? [{}] : []),
} satisfies Partial<ChainChecks>;

function isAffectedByBlank(variable: string, { facts, outcomes }: ChainContext, sdk: Sdk): boolean {
  const { endpoints, isAffectedByBlank: isAffected } = CLIENT_RULES[sdk];
  return (
    endpoints.failsAtBlank.includes(variable) ||
    isAffected?.(variable, selectClientFacts(facts, sdk), outcomes[sdk]) === true
  );
}

/** The problems with the SDKs that read the file and cannot parse it. */
const listFileProblems = ({
  fileProblems,
  clientProfiles,
}: ChainFacts): ChainFindingFields['INVALID_FILE'][] =>
  fileProblems
    .map(({ parsers, ...problem }) => {
      const skipping = clientProfiles.filter(({ unreadFiles }) =>
        unreadFiles.some(({ path }) => path === problem.path),
      );
      const isReading = (sdk: Sdk) => !skipping.some(({ clients }) => clients.includes(sdk));
      const fails = (sdk: Sdk) => parsers.includes(CLIENT_RULES[sdk].sharedFiles.parser);
      return { ...problem, sdks: SDKS.filter((sdk) => fails(sdk) && isReading(sdk)) };
    })
    .filter(({ sdks }) => sdks.length > 0);

/** KEYS_IN_TWO_FILES or EMPTY_SETTING reports these keys. */
const areKeysUnusual = ({ unusualSettings: { areKeysSplit, empty } }: ChainFacts): boolean =>
  areKeysSplit || empty.some((name) => /^aws_(access_key_id|secret_access_key)$/i.test(name));

/** @param hasSecurityToken whether AWS_SECURITY_TOKEN has the token, so that botocore finds it */
function findSessionsWithoutToken(chains: ChainContext, hasSecurityToken: boolean) {
  return KEY_PAIR_PROVIDERS.flatMap((provider) => {
    const { notes } = chains.getProvider(provider);
    if (notes.some(({ code }) => code === 'ONLY_OLD_TOKEN') !== hasSecurityToken) return [];
    const sdks = chains.findSdks(
      (outcome) =>
        outcome.kind === 'wins' && outcome.provider === provider && outcome.problem === 'NO_SESSION_TOKEN',
    );
    return sdks.length === 0 ? [] : [{ provider, sdks }];
  });
}
