import { groupBy } from '../lists.ts';
import type { SourceName } from '../model.ts';
import { resolveChains } from './chains/resolve.ts';
import { getClientProvider } from './client-facts.ts';
import { SDKS, type Sdk } from './clients.ts';
import type { ChainOutcome, OutcomesBySdk } from './outcome.ts';
import type { ChainFacts, Provider, ProviderName } from './providers.ts';

/** What the SDKs would give a job that starts in this environment. */
export interface JobCredentials {
  facts: ChainFacts;
  outcomes: OutcomesBySdk;
  /** The provider of every SDK. Null if SDKs disagree about it, or find different settings for it. */
  provider: ProviderName | null;
}

/** The source of cred-watch for each provider. Null: cred-watch has no such source. */
export const JOB_SOURCES: Readonly<Record<ProviderName, SourceName | null>> = {
  environment: 'environment',
  'web-identity': 'web-identity',
  profile: 'profile',
  'profile-role': 'role',
  'profile-web-identity': 'web-identity',
  sso: 'sso',
  // Only the AWS CLI and SDKs can sign with the key of such a session.
  login: null,
  process: 'process',
  container: 'container',
  imds: 'imds',
};

export function findJobCredentials(facts: ChainFacts): JobCredentials {
  const outcomes = resolveChains(facts);
  const ends = new Set(SDKS.map((sdk) => outcomes[sdk]).flatMap(listEnds));
  const [provider = null] = ends.size === 1 ? ends : [];
  const isAmbiguous = provider !== null && groupByCredentials(facts, outcomes, provider).length > 1;
  return { facts, outcomes, provider: isAmbiguous ? null : provider };
}

/** The sources of the credentials that SDKs find. Several if the SDKs disagree. */
export const listWinningSources = (outcomes: OutcomesBySdk): SourceName[] => [
  ...new Set(
    SDKS.flatMap((sdk) => {
      const outcome = outcomes[sdk];
      return outcome.kind === 'wins' ? (JOB_SOURCES[outcome.provider] ?? []) : [];
    }),
  ),
];

/** The SDKs that use a provider, in groups that find the same role, key and duration in its settings. */
export function groupByCredentials(
  facts: ChainFacts,
  outcomes: OutcomesBySdk,
  name: ProviderName,
): { sdks: Sdk[]; provider: Provider }[] {
  const read = (sdk: Sdk) => getClientProvider(facts, sdk, name);
  const users = SDKS.filter((sdk) => outcomes[sdk].kind === 'wins');
  const groups = groupBy(users, (sdk) => {
    const { role, accountId, accessKeyId, roleSession } = read(sdk);
    // Processes can be compared only by their settings, because they are not run.
    const isOtherProcess = name === 'process' && hasOwnProcess(facts, sdk);
    return JSON.stringify([role, accountId, accessKeyId, roleSession?.durationSeconds, isOtherProcess]);
  });
  return [...groups.values()].map((sdks) => ({ sdks, provider: read(sdks[0]) }));
}

const hasOwnProcess = ({ clientProfiles }: ChainFacts, sdk: Sdk): boolean =>
  clientProfiles.some(({ clients, providers }) => clients.includes(sdk) && providers.process !== undefined);

/** An SDK that stops at a provider counts as using that provider. Null stands for an unknown identity. */
function listEnds(outcome: ChainOutcome): (ProviderName | null)[] {
  if (outcome.kind === 'wins') return [outcome.provider];
  if (outcome.kind !== 'stops') return [null];
  // These failures concern no provider, so they do not count.
  const { reason } = outcome.cause;
  if (reason === 'INVALID_SETTING' && outcome.provider === null) return [];
  return reason === 'BLANK_VARIABLE' || reason === 'INVALID_FILE' ? [] : [outcome.provider];
}
