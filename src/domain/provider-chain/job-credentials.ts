import { groupBy } from '../lists.ts';
import type { Seconds, SourceName } from '../model.ts';
import type { ChainOutcome, OutcomesBySdk } from './outcome.ts';
import { type ChainFacts, getSdkProvider, type ProviderName, SDKS, type Sdk } from './providers.ts';
import { resolveChains } from './sdk-chains.ts';

/** What the SDKs would give a job that starts in this environment. */
export interface JobCredentials {
  facts: ChainFacts;
  outcomes: OutcomesBySdk;
  /** The provider of every SDK. Null if SDKs disagree about it, or about the duration of its credentials. */
  provider: ProviderName | null;
}

/** The source that reads what a provider of the SDKs reads. Null if none does. */
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
  const disagrees = provider === 'profile-role' && groupSessionDurations(facts).length > 1;
  return { facts, outcomes, provider: disagrees ? null : provider };
}

/** The durations for which SDKs assume the role of the profile. Null: the default of AWS. */
export const groupSessionDurations = (
  facts: ChainFacts,
): { sdks: Sdk[]; durationSeconds: Seconds | null }[] =>
  [...groupBy(SDKS, (sdk) => readSessionDuration(facts, sdk)).entries()].map(([durationSeconds, sdks]) => ({
    sdks,
    durationSeconds,
  }));

const readSessionDuration = (facts: ChainFacts, sdk: Sdk): Seconds | null =>
  getSdkProvider(facts, sdk, 'profile-role').roleSession?.durationSeconds ?? null;

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
