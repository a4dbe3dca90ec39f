import type { Seconds } from '../../model.ts';
import { type ChainContext, WORKLOAD_ROLE_PROVIDERS } from '../chain-context.ts';
import type { Sdk } from '../clients.ts';
import type { OutcomeCause } from '../outcome.ts';
import { isUnconfiguredImds, isUsableProvider, mayHaveCredentials } from '../provider-states.ts';
import { PROVIDER_NAMES, type ProviderName } from '../providers.ts';
import { findWinnersWithout } from '../removed-providers.ts';
import type { ChainChecks, ChainFindingFields } from './finding.ts';

/** .NET and botocore try to refresh credentials 15 minutes before they expire. */
const EXPIRES_SOON: Seconds = 900;

/** Checks of providers that fail, or whose credentials have expired or expire soon. */
export const BROKEN_PROVIDER_CHECKS = {
  NO_PROVIDER_ANSWERS(chains) {
    const all = PROVIDER_NAMES.map((name) => chains.getProvider(name));
    const someSdkSucceeds = chains.findSdks(({ kind }) => kind === 'wins' || kind === 'unknown').length > 0;
    if (someSdkSucceeds || all.some(isUsableProvider)) return [];
    const broken = all.filter((provider) => provider.problem !== null && !isUnconfiguredImds(provider));
    return [{ providers: broken.map(({ name }) => name) }];
  },

  EXPIRED_CREDENTIALS_WIN: (chains) =>
    findExpirationsOfWinners(chains)
      .filter(({ remaining }) => remaining <= 0)
      .map(({ remaining, ...winner }) => {
        const affected = [...winner.sdks, ...winner.stoppedSdks];
        const without = findWinnersWithout(chains, winner.provider, affected);
        return { ...winner, expiredForSeconds: -remaining, without };
      }),

  /** Only a note if the provider rotates its credentials, because it should replace them in time. */
  EXPIRES_SOON: (chains) =>
    findExpirationsOfWinners(chains).flatMap(({ provider, remaining }) => {
      if (remaining <= 0 || remaining >= EXPIRES_SOON) return [];
      const isRotated = WORKLOAD_ROLE_PROVIDERS.includes(provider) || provider === 'process';
      return [{ provider, remainingSeconds: remaining, severity: isRotated ? 'note' : 'problem' } as const];
    }),

  FALLS_BACK_TO_INSTANCE_ROLE: (chains) =>
    findBrokenProviders(chains)
      .map(({ stoppedSdks, problem, reason, provider, works }) => ({
        sdks: findFallbackSdks(chains, provider, works),
        stoppedSdks,
        problem,
        reason,
      }))
      .filter(({ sdks }) => sdks.length > 0),

  PROVIDER_STOPS_CHAIN: (chains) =>
    findBrokenProviders(chains).filter(
      ({ provider, works }) => findFallbackSdks(chains, provider, works).length === 0,
    ),
} satisfies Partial<ChainChecks>;

function findExpirationsOfWinners(chains: ChainContext) {
  return PROVIDER_NAMES.flatMap((name) => {
    const { remaining } = chains.getProvider(name);
    const sdks = chains.findSdksUsing(name);
    const stoppedSdks = chains.findStoppedSdks(
      ({ provider, cause }) => provider === name && cause.reason === 'EXPIRED',
    );
    const isReached = sdks.length > 0 || stoppedSdks.length > 0;
    return isReached && remaining !== null ? [{ provider: name, remaining, sdks, stoppedSdks }] : [];
  });
}

/** SDKs that use IMDS because the container endpoint fails. */
const findFallbackSdks = (chains: ChainContext, broken: ProviderName, works: boolean): Sdk[] =>
  broken === 'container' && !works ? chains.findSdksUsing('imds') : [];

const STOP_REASONS: ReadonlySet<OutcomeCause['reason']> = new Set([
  'FAILED',
  'HANGS',
  'INCOMPLETE',
  'MFA_REQUIRED',
  'REJECTED_BY_SDK',
  'TOO_SLOW',
  'INVALID_SETTING',
]);

/** Providers at which some chains stop, although a later provider may work. */
function findBrokenProviders(chains: ChainContext): ChainFindingFields['PROVIDER_STOPS_CHAIN'][] {
  return PROVIDER_NAMES.flatMap((name) => {
    const found = chains.getProvider(name);
    const { problem } = found;
    // INCOMPLETE_KEY_PAIR reports these problems.
    if (problem?.code === 'NO_KEY_ID' || problem?.code === 'NO_SECRET_KEY') return [];
    const stoppedSdks = chains.findStoppedSdks(
      ({ provider, cause }) => provider === name && STOP_REASONS.has(cause.reason),
    );
    if (stoppedSdks.length === 0) return [];
    const works = mayHaveCredentials(found);
    const reason = problem?.code === 'POLL_FAILED' ? problem.reason : null;
    const without = findWinnersWithout(chains, name, stoppedSdks);
    return [{ provider: name, works, stoppedSdks, problem: problem?.code ?? null, reason, without }];
  });
}
