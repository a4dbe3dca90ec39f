import { groupBy } from '../lists.ts';
import type { ChainContext } from './chain-context.ts';
import { resolveChain, resolveWinner } from './chains/resolve.ts';
import { type Client, OTHER_CLIENTS, type Sdk } from './clients.ts';
import type { WinnerWithout } from './findings/finding.ts';
import { type ChainFacts, createProvider, type Provider, type ProviderName } from './providers.ts';

/** The variables that set up a provider. */
const VARIABLES: Partial<Record<ProviderName, RegExp>> = {
  environment:
    /^(AWS_(ACCESS_KEY(_ID)?|SECRET_(ACCESS_)?KEY|SESSION_TOKEN)|SECRET_ACCESS_KEY|AMAZON_.*(KEY|KEY_ID|TOKEN))$/,
  'web-identity': /^AWS_WEB_IDENTITY_TOKEN_FILE$/,
  container: /^AWS_CONTAINER_CREDENTIALS_/,
};

/** The facts after the user has removed the settings of these providers. */
export function removeProviders(facts: ChainFacts, names: readonly ProviderName[]): ChainFacts {
  const isKept = (variable: string) => !names.some((name) => VARIABLES[name]?.test(variable));
  const removed = Object.fromEntries(names.map((name) => [name, createProvider(name)]));
  const role = facts.providers['profile-role'];
  const { source = null } = role.roleSession ?? {};
  const lacksBase = role.state === 'untried' && source !== null && names.includes(source.provider);
  const incompleteRole = lacksBase && { 'profile-role': removeBase(role, source.name) };
  return {
    ...facts,
    providers: { ...facts.providers, ...incompleteRole, ...removed },
    botocoreProviders: facts.botocoreProviders && { ...facts.botocoreProviders, ...removed },
    clientProfiles: facts.clientProfiles.map((each) => ({
      ...each,
      providers: { ...each.providers, ...removed },
    })),
    otherEnvironment: names.includes('environment') ? null : facts.otherEnvironment,
    setVariables: new Set([...facts.setVariables].filter(isKept)),
    blankVariables: new Set([...facts.blankVariables].filter(isKept)),
  };
}

/** A role without the credentials that its `credential_source` names. */
const removeBase = (role: Provider, value: string): Provider => ({
  ...role,
  state: 'incomplete',
  problem: { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value, cause: 'MISSING' },
});

/**
 * The providers that clients use after the settings of `removed` are gone, each with its clients. Includes `sdks`, and
 * the other clients that now use `removed` or stop at it.
 */
export function findWinnersWithout(
  { facts, otherOutcomes }: Pick<ChainContext, 'facts' | 'otherOutcomes'>,
  removed: ProviderName,
  sdks: readonly Sdk[],
): WinnerWithout[] {
  const without = removeProviders(facts, [removed]);
  const others = OTHER_CLIENTS.filter((client) => {
    const outcome = otherOutcomes[client];
    return (outcome.kind === 'wins' || outcome.kind === 'stops') && outcome.provider === removed;
  });
  const groups = groupBy<Client, ProviderName | null>([...sdks, ...others], (client) =>
    resolveWinner(client, without),
  );
  return [...groups].map(([provider, clients]) => ({
    provider,
    sdks: sdks.filter((sdk) => clients.includes(sdk)),
    others: others.filter((client) => clients.includes(client)),
  }));
}

/**
 * The providers that the user has to remove, in this order, before this SDK uses a wanted provider. Null if the chain
 * never reaches a wanted provider.
 */
export function findProvidersBefore(
  facts: ChainFacts,
  sdk: Sdk,
  wanted: readonly ProviderName[],
): { before: ProviderName[]; works: boolean } | null {
  const before: ProviderName[] = [];
  for (;;) {
    const outcome = resolveChain(sdk, removeProviders(facts, before));
    const provider = outcome.kind === 'none' ? null : outcome.provider;
    if (provider === null) return null;
    if (wanted.includes(provider)) return { before, works: outcome.kind === 'wins' };
    if (outcome.kind !== 'wins') return null;
    before.push(provider);
  }
}
