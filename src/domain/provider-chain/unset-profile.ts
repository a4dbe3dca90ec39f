import { groupBy } from '../lists.ts';
import { resolveWinner } from './chains/resolve.ts';
import type { Sdk } from './clients.ts';
import type { WinnerWithout } from './findings/finding.ts';
import {
  type ChainFacts,
  createProvider,
  mapNames,
  PROFILE_PROVIDERS,
  type ProviderName,
} from './providers.ts';

/** AWS_PROFILE selects the profile, and not a flag of our command. */
export const isSelectedByVariable = ({ profile }: Pick<ChainFacts, 'profile'>): boolean =>
  profile.isNamed && !profile.isFlag;

/** What SDKs use after the user has unset AWS_PROFILE. Null: unknown. `facts`: the facts then. */
export function findWinnersWithoutProfile(
  facts: ChainFacts,
  sdks: readonly Sdk[],
): { facts: ChainFacts; winners: WinnerWithout[] } | null {
  const without = unsetProfile(facts);
  if (without === null) return null;
  const groups = groupBy<Sdk, ProviderName | null>(sdks, (sdk) => resolveWinner(sdk, without));
  const winners = [...groups].map(([provider, users]) => ({ provider, sdks: users, others: [] }));
  return { facts: without, winners };
}

/** SDKs then read the profile `default`. */
function unsetProfile(facts: ChainFacts): ChainFacts | null {
  const { defaultProfile, profile, providers, setVariables, botocoreProviders, clientProfiles } = facts;
  if (defaultProfile === undefined || !isSelectedByVariable(facts)) return null;
  // Some clients read these files in another way, perhaps also the profile `default`.
  if (botocoreProviders !== null || clientProfiles.length > 0) return null;
  const { exists } = defaultProfile;
  const absent = mapNames(PROFILE_PROVIDERS, (name) => createProvider(name));
  return {
    ...facts,
    profile: { ...profile, name: 'default', isNamed: false, exists },
    providers: { ...providers, ...absent, ...defaultProfile.providers },
    setVariables: new Set([...setVariables].filter((name) => name !== 'AWS_PROFILE')),
  };
}
