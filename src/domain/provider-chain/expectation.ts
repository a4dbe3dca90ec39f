import { groupBy } from '../lists.ts';
import { getClientProvider } from './client-facts.ts';
import { SDKS, type Sdk } from './clients.ts';
import { isSameRole } from './identity/role-names.ts';
import type { Verification } from './identity/verification.ts';
import type { ChainOutcome, OutcomesBySdk } from './outcome.ts';
import { mayHaveCredentials } from './provider-states.ts';
import { type ChainFacts, PROFILE_PROVIDERS, type ProviderName } from './providers.ts';
import { findProvidersBefore } from './removed-providers.ts';

/** The names of providers and of sources, with the providers that each of them accepts. */
const ACCEPTED_PROVIDERS = {
  environment: ['environment'],
  'web-identity': ['web-identity', 'profile-web-identity'],
  profile: PROFILE_PROVIDERS,
  role: ['profile-role'],
  'profile-role': ['profile-role'],
  'profile-web-identity': ['profile-web-identity'],
  sso: ['sso'],
  login: ['login'],
  process: ['process'],
  container: ['container'],
  imds: ['imds'],
} as const satisfies Record<string, readonly ProviderName[]>;

export type ExpectedProvider = keyof typeof ACCEPTED_PROVIDERS;

// `Object.keys` forgets the type of the keys.
export const EXPECTED_PROVIDERS = Object.keys(ACCEPTED_PROVIDERS) as ExpectedProvider[];

/** The credentials that every SDK should use. */
export interface Expectation {
  provider: ExpectedProvider;
  /** A name, perhaps after a path. Null: any role. */
  role: string | null;
  /** Null: any account. */
  accountId: string | null;
}

/** Why a chain does not end at the expected provider. */
export type ProviderDifferenceReason =
  /** No setting names the expected provider. */
  | { reason: 'NOT_SET_UP' }
  /** The SDK would use the expected provider, but the providers `before` it win. */
  | { reason: 'COMES_LATER'; before: readonly ProviderName[] }
  /** The expected provider fails. The providers `before` it win even if it works. */
  | { reason: 'DOES_NOT_WORK'; before: readonly ProviderName[] }
  /** The expected provider works, but this SDK skips it. */
  | { reason: 'SKIPPED_BY_SDK' }
  /** The chain fails. */
  | { reason: 'CHAIN_STOPS' }
  /** The outcome is unknown. */
  | { reason: 'NOT_TRIED' }
  /** The expected provider wins with credentials that AWS refuses. */
  | { reason: 'EXPIRED' | 'NO_SESSION_TOKEN' };

/** A value of the credentials that differs from the expected one. */
export type ChainDifference = { sdks: readonly Sdk[]; outcome: ChainOutcome; expected: string } & (
  | ({ field: 'provider' } & ProviderDifferenceReason)
  /**
   * `actual` is null if it is unknown. `NO_ROLE`: AWS says that the credentials belong to `actual`, which is a user or
   * another identity without a role. `NOT_VERIFIED`: AWS was asked, and did not confirm the credentials.
   */
  | {
      field: 'role' | 'account';
      reason: 'DIFFERS' | 'UNKNOWN' | 'NO_ROLE' | 'NOT_VERIFIED';
      actual: string | null;
      /** AWS was asked for `actual`. If not, the provider states the value. */
      isFromAws: boolean;
    }
);

export interface ExpectationResult {
  expectation: Expectation;
  isMet: boolean;
  /** First other providers, then other roles and accounts. Empty if the expectation is met. */
  differences: readonly ChainDifference[];
}

/** One of these providers has to win. */
export const listAcceptedProviders = ({ provider }: Expectation): readonly ProviderName[] =>
  ACCEPTED_PROVIDERS[provider];

/**
 * Compares the credentials of every SDK with the expected ones.
 * @param verification null: role and account are those that the provider states, else those that AWS states
 */
export function compareWithExpectation(
  expectation: Expectation,
  { facts, outcomes }: { facts: ChainFacts; outcomes: OutcomesBySdk },
  verification: Verification | null = null,
): ExpectationResult {
  const found = SDKS.flatMap((sdk) => findDifferences(expectation, facts, sdk, outcomes[sdk], verification));
  const groups = groupBy(found, ({ sdk: _, ...difference }) => JSON.stringify(difference));
  const merged = [...groups.values()].map(([{ sdk, ...difference }, ...others]) => ({
    ...difference,
    sdks: [sdk, ...others.map((other) => other.sdk)],
  }));
  const select = (isProvider: boolean) => merged.filter(({ field }) => (field === 'provider') === isProvider);
  const differences = [...select(true), ...select(false)];
  return { expectation, isMet: differences.length === 0, differences };
}

type WithSdk<T> = T extends unknown ? Omit<T, 'sdks'> & { sdk: Sdk } : never;

function findDifferences(
  expectation: Expectation,
  facts: ChainFacts,
  sdk: Sdk,
  outcome: ChainOutcome,
  verification: Verification | null,
): WithSdk<ChainDifference>[] {
  const reason = findProviderDifference(listAcceptedProviders(expectation), facts, sdk, outcome);
  if (reason !== null)
    return [{ field: 'provider', sdk, outcome, expected: expectation.provider, ...reason }];
  if (outcome.kind !== 'wins') return [];
  const winner = verification?.winners.find(({ sdks }) => sdks.includes(sdk)) ?? null;
  const { name, role, accountId } = {
    ...getClientProvider(facts, sdk, outcome.provider),
    ...(winner === null
      ? {}
      : { role: winner.caller?.role ?? null, accountId: winner.caller?.accountId ?? null }),
  };
  const compare = (
    field: 'role' | 'account',
    expected: string | null,
    actual: string | null,
    isSame: (actual: string, expected: string) => boolean,
  ): WithSdk<ChainDifference>[] => {
    if (expected === null || (actual !== null && isSame(actual, expected))) return [];
    const difference = { field, sdk, outcome, expected, actual, isFromAws: winner !== null };
    if (actual !== null) return [{ ...difference, reason: 'DIFFERS' }];
    if (winner === null) return [{ ...difference, reason: 'UNKNOWN' }];
    if (winner.caller === null) return [{ ...difference, reason: 'NOT_VERIFIED' }];
    return [{ ...difference, reason: 'NO_ROLE', actual: winner.caller.arn }];
  };
  return [
    ...compare('role', expectation.role, role, (actual, expected) => isSameRole(actual, expected, name)),
    ...compare('account', expectation.accountId, accountId, (actual, expected) => actual === expected),
  ];
}

function findProviderDifference(
  accepted: readonly ProviderName[],
  facts: ChainFacts,
  sdk: Sdk,
  outcome: ChainOutcome,
): ProviderDifferenceReason | null {
  if (outcome.kind === 'stops') return { reason: 'CHAIN_STOPS' };
  if (outcome.kind === 'unknown') return { reason: 'NOT_TRIED' };
  if (outcome.kind === 'wins' && accepted.includes(outcome.provider)) {
    return outcome.problem === null ? null : { reason: outcome.problem };
  }
  const found = accepted.map((name) => getClientProvider(facts, sdk, name));
  if (found.every(({ state }) => state === 'absent')) return { reason: 'NOT_SET_UP' };
  const reached = findProvidersBefore(facts, sdk, accepted);
  if (reached?.works) return { reason: 'COMES_LATER', before: reached.before };
  if (reached === null && found.some(mayHaveCredentials)) return { reason: 'SKIPPED_BY_SDK' };
  return { reason: 'DOES_NOT_WORK', before: reached?.before ?? [] };
}
