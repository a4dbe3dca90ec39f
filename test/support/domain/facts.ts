import {
  type ChainFacts,
  createProvider,
  type KnownProvider,
  mapNames,
  PROVIDER_NAMES,
  type ProviderName,
} from '../../../src/domain/provider-chain/providers.ts';
import { NO_UNUSUAL_SETTINGS } from '../../../src/domain/provider-chain/shared-files/unusual-settings.ts';

export type KnownProviders = Partial<Record<ProviderName, KnownProvider>>;

/** Facts in which every provider is absent except the known ones. */
export function createFacts(
  known: KnownProviders = {},
  more: Partial<Omit<ChainFacts, 'providers'>> = {},
): ChainFacts {
  return {
    now: Date.UTC(2026, 10, 22),
    observed: null,
    platform: null,
    providers: mapNames(PROVIDER_NAMES, (name) => createProvider(name, known[name])),
    setVariables: new Set(),
    blankVariables: new Set(),
    profile: {
      name: 'default',
      isNamed: false,
      isFlag: false,
      exists: true,
      similarNames: [],
      anyExist: true,
      ofDefaultVariable: null,
    },
    sections: { config: new Set(), credentials: new Set() },
    fileProblems: [],
    misplacedSections: [],
    botocoreProviders: null,
    clientProfiles: [],
    unusualSettings: NO_UNUSUAL_SETTINGS,
    otherEnvironment: null,
    variableNotes: [],
    doesImdsV1Work: null,
    ...more,
  };
}

/** A provider with session credentials. */
export const withCredentials = (
  more: Partial<Omit<KnownProvider, 'state' | 'problem'>> = {},
): KnownProvider => ({
  state: 'answers',
  accessKeyId: 'ASIAFALSE00000000001',
  isSession: true,
  ...more,
});

/** Facts of a probe, as if every endpoint responded at once. A busy machine delays responses. */
export const withoutResponseTimes = (facts: ChainFacts): ChainFacts => ({
  ...facts,
  providers: mapNames(PROVIDER_NAMES, (name) => ({ ...facts.providers[name], responseTimes: null })),
});
