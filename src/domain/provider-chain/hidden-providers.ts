import type { ChainContext } from './chain-context.ts';
import { type ChainFinding, createChainNote, createChainProblem } from './finding.ts';
import type { ProviderName } from './providers.ts';

const OF_PROFILE: readonly ProviderName[] = [
  'profile-role',
  'profile-web-identity',
  'sso',
  'login',
  'process',
];

export function checkKeysHideRole(chains: ChainContext): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const sdks = chains.findSdksUsing(name);
    const hidden = chains.findHiddenRoleProviders(name);
    const place = chains.getProvider(name);
    if (sdks.length === 0 || hidden.length === 0) return [];
    // Keys that say when they end were put there on purpose, as `exec` does.
    const isMeant = place.remaining !== null && place.remaining > 0;
    const lasting = place.isSession === false;
    return [
      (isMeant ? createChainNote : createChainProblem)('KEYS_HIDE_ROLE', {
        place: name,
        hidden,
        sdks,
        lasting,
      }),
    ];
  });
}

export function checkWebIdentityHidesContainer(chains: ChainContext): ChainFinding[] {
  const sdks = chains.findSdksUsing('web-identity');
  const isHidden = sdks.length > 0 && chains.getProvider('container').state !== 'absent';
  return isHidden ? [createChainProblem('WEB_IDENTITY_HIDES_CONTAINER', { sdks })] : [];
}

export function checkProfileSkipsEnvironment({ facts, outcomes }: ChainContext): ChainFinding[] {
  const { state } = facts.providers.environment;
  const isThere = state === 'answers' || facts.providers.environment.problem?.code === 'NO_SESSION_TOKEN';
  if (!isThere || !facts.profile.isNamed || outcomes.javascript.kind === 'unknown') return [];
  return [createChainProblem('PROFILE_SKIPS_ENVIRONMENT', { name: facts.profile.name })];
}

export function checkProfileHidesRole(chains: ChainContext): ChainFinding[] {
  return OF_PROFILE.flatMap((name) => {
    const sdks = chains.findSdksUsing(name);
    const hidden = chains.findHiddenRoleProviders(name);
    const { name: profile } = chains.facts.profile;
    return sdks.length > 0 && hidden.length > 0
      ? [createChainNote('PROFILE_HIDES_ROLE', { place: name, profile, hidden, sdks })]
      : [];
  });
}

export function checkContainerHidesImds(chains: ChainContext): ChainFinding[] {
  const isHidden =
    chains.findSdksUsing('container').length > 0 && chains.getProvider('imds').state === 'answers';
  return isHidden ? [createChainNote('CONTAINER_HIDES_IMDS', { role: chains.getProvider('imds').role })] : [];
}
