import type { Seconds } from '../model.ts';
import { type ChainContext, WORKLOAD_ROLE_PROVIDERS } from './chain-context.ts';
import { type ChainFinding, type ChainFindingFields, createChainFinding } from './finding.ts';
import {
  isUnconfiguredImds,
  isUsableProvider,
  type OutcomeCause,
  PROVIDER_NAMES,
  type ProviderName,
  type Sdk,
} from './providers.ts';

/** .NET and botocore try to refresh credentials 15 minutes before they expire. */
const EXPIRES_SOON: Seconds = 900;

export function checkNoProviderAnswers(chains: ChainContext): ChainFinding<'NO_PROVIDER_ANSWERS'>[] {
  const all = PROVIDER_NAMES.map((name) => chains.getProvider(name));
  const someSdkSucceeds = chains.findSdks(({ kind }) => kind === 'wins' || kind === 'unknown').length > 0;
  if (someSdkSucceeds || all.some(isUsableProvider)) return [];
  const broken = all.filter((provider) => provider.problem !== null && !isUnconfiguredImds(provider));
  return [
    createChainFinding('problem', 'NO_PROVIDER_ANSWERS', { providers: broken.map(({ name }) => name) }),
  ];
}

export function checkExpiredCredentials(chains: ChainContext): ChainFinding<'EXPIRED_CREDENTIALS_WIN'>[] {
  return findExpirationsOfWinners(chains).flatMap(({ provider, remaining, sdks, stoppedSdks }) =>
    remaining <= 0
      ? [
          createChainFinding('problem', 'EXPIRED_CREDENTIALS_WIN', {
            provider,
            expiredForSeconds: -remaining,
            sdks,
            stoppedSdks,
          }),
        ]
      : [],
  );
}

/** A note if the provider rotates its credentials: they are replaced in time, or the source is late. */
export function checkExpiresSoon(chains: ChainContext): ChainFinding<'EXPIRES_SOON'>[] {
  return findExpirationsOfWinners(chains).flatMap(({ provider, remaining }) => {
    if (remaining <= 0 || remaining >= EXPIRES_SOON) return [];
    const isRotated = WORKLOAD_ROLE_PROVIDERS.includes(provider) || provider === 'process';
    const severity = isRotated ? 'note' : 'problem';
    return [createChainFinding(severity, 'EXPIRES_SOON', { provider, remainingSeconds: remaining })];
  });
}

interface WinnerExpiration {
  provider: ProviderName;
  remaining: Seconds;
  sdks: Sdk[];
  stoppedSdks: Sdk[];
}

function findExpirationsOfWinners(chains: ChainContext): WinnerExpiration[] {
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

export function checkFallbackToInstanceRole(
  chains: ChainContext,
): ChainFinding<'FALLS_BACK_TO_INSTANCE_ROLE'>[] {
  return findBrokenProviders(chains).flatMap(({ fields, fallbackSdks }) => {
    const { stoppedSdks, problem, reason } = fields;
    return fallbackSdks.length === 0
      ? []
      : [
          createChainFinding('problem', 'FALLS_BACK_TO_INSTANCE_ROLE', {
            sdks: fallbackSdks,
            stoppedSdks,
            problem,
            reason,
          }),
        ];
  });
}

export function checkStoppedChains(chains: ChainContext): ChainFinding<'PROVIDER_STOPS_CHAIN'>[] {
  return findBrokenProviders(chains).flatMap(({ fields, fallbackSdks }) =>
    fallbackSdks.length === 0 ? [createChainFinding('problem', 'PROVIDER_STOPS_CHAIN', fields)] : [],
  );
}

interface BrokenProvider {
  fields: ChainFindingFields['PROVIDER_STOPS_CHAIN'];
  /** SDKs that use IMDS because the container endpoint fails. */
  fallbackSdks: Sdk[];
}

const STOP_REASONS: ReadonlySet<OutcomeCause['reason']> = new Set([
  'FAILED',
  'INCOMPLETE',
  'REJECTED_BY_SDK',
  'INVALID_SETTING',
]);

/** Providers at which some chains stop, although a later provider may work. */
function findBrokenProviders(chains: ChainContext): BrokenProvider[] {
  return PROVIDER_NAMES.flatMap((name) => {
    const { problem, state } = chains.getProvider(name);
    // INCOMPLETE_KEY_PAIR reports these.
    if (problem?.code === 'NO_KEY_ID' || problem?.code === 'NO_SECRET_KEY') return [];
    const stoppedSdks = chains.findStoppedSdks(
      ({ provider, cause }) => provider === name && STOP_REASONS.has(cause.reason),
    );
    if (stoppedSdks.length === 0) return [];
    const works = state === 'answers' || state === 'untried';
    const reason = problem?.code === 'POLL_FAILED' ? problem.reason : null;
    return [
      {
        fields: { provider: name, works, stoppedSdks, problem: problem?.code ?? null, reason },
        fallbackSdks: name === 'container' && !works ? chains.findSdksUsing('imds') : [],
      },
    ];
  });
}
