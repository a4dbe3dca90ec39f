import { groupBy } from '../lists.ts';
import { SOURCE_NAMES, type SourceName } from '../model.ts';
import {
  type ChainFacts,
  type ChainOutcome,
  type OutcomesBySdk,
  PROVIDER_NAMES,
  type ProviderName,
  SDKS,
  type Sdk,
} from './providers.ts';
import { resolveChains } from './sdk-chains.ts';

/** What the SDKs would give a job that starts in this environment. */
export interface JobCredentials {
  facts: ChainFacts;
  outcomes: OutcomesBySdk;
  /** The provider of every SDK. Null if SDKs disagree. */
  provider: ProviderName | null;
}

/** A source that reads what a provider of the SDKs reads. It has the name of the provider. */
export type JobSourceName = Extract<SourceName, ProviderName>;

const isJobSourceName = (name: SourceName): name is JobSourceName =>
  PROVIDER_NAMES.some((provider) => provider === name);

export const JOB_SOURCE_NAMES: readonly JobSourceName[] = SOURCE_NAMES.filter(isJobSourceName);

export function findJobCredentials(facts: ChainFacts): JobCredentials {
  const outcomes = resolveChains(facts);
  const ends = new Set(SDKS.map((sdk) => outcomes[sdk]).flatMap(listEnds));
  const [provider = null] = ends.size === 1 ? ends : [];
  return { facts, outcomes, provider };
}

/** An SDK that fails at a provider does not use another identity. Null stands for an unknown identity. */
function listEnds(outcome: ChainOutcome): (ProviderName | null)[] {
  if (outcome.kind === 'wins') return [outcome.provider];
  if (outcome.kind !== 'stops') return [null];
  // These failures are not about an identity.
  const { reason } = outcome.cause;
  return reason === 'BLANK_VARIABLE' || reason === 'INVALID_FILE' ? [] : [outcome.provider];
}

/** SDKs with the same outcome form one group. Groups are in the order of their first SDK. */
export const groupSdks = (outcomes: OutcomesBySdk): { sdks: Sdk[]; outcome: ChainOutcome }[] =>
  [...groupBy(SDKS, (sdk) => JSON.stringify(outcomes[sdk])).values()].map((sdks) => ({
    sdks,
    outcome: outcomes[sdks[0]],
  }));
