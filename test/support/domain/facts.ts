import {
  type ChainFacts,
  createProvider,
  PROVIDER_NAMES,
  type Provider,
  type ProviderName,
} from '../../../src/domain/provider-chain/providers.ts';

type Known = Partial<Omit<Provider, 'name'>>;

/** Nothing is set anywhere, but for what a test says of a place. */
export function facts(
  known: Partial<Record<ProviderName, Known>> = {},
  more: Partial<Omit<ChainFacts, 'providers'>> = {},
): ChainFacts {
  const places = PROVIDER_NAMES.map((name) => [name, createProvider(name, known[name])] as const);
  return {
    now: Date.UTC(2026, 10, 22),
    providers: Object.fromEntries(places) as Record<ProviderName, Provider>,
    setVariables: new Set(),
    blankVariables: new Set(),
    profile: { name: 'default', isNamed: false, exists: true, othersExist: true },
    ...more,
  };
}

export const answers = (more: Known = {}): Known => ({
  state: 'answers',
  accessKeyId: 'ASIAFALSE00000000001',
  isSession: true,
  ...more,
});
