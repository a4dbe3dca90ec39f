import type { Chains } from './chains.ts';
import { type ChainFinding, note, problem } from './finding.ts';
import type { PlaceName } from './providers.ts';

const OF_PROFILE: readonly PlaceName[] = ['profile-role', 'profile-web-identity', 'sso', 'login', 'process'];

export function keysHideRole(chains: Chains): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const sdks = chains.winnersAt(name);
    const hidden = chains.hiddenBy(name);
    const place = chains.place(name);
    if (sdks.length === 0 || hidden.length === 0) return [];
    // Keys that say when they end were put there on purpose, as `exec` does.
    const isMeant = place.remaining !== null && place.remaining > 0;
    const lasting = place.session === false;
    return [(isMeant ? note : problem)('KEYS_HIDE_ROLE', { place: name, hidden, sdks, lasting })];
  });
}

export function webIdentityHidesContainer(chains: Chains): ChainFinding[] {
  const sdks = chains.winnersAt('web-identity');
  const isHidden = sdks.length > 0 && chains.place('container').state !== 'absent';
  return isHidden ? [problem('WEB_IDENTITY_HIDES_CONTAINER', { sdks })] : [];
}

export function profileSkipsEnvironment({ facts, outcomes }: Chains): ChainFinding[] {
  const { state } = facts.places.environment;
  const isThere = state === 'answers' || facts.places.environment.fault?.code === 'NO_SESSION_TOKEN';
  if (!isThere || !facts.profile.named || outcomes.javascript.kind === 'unknown') return [];
  return [problem('PROFILE_SKIPS_ENVIRONMENT', { name: facts.profile.name })];
}

export function profileHidesRole(chains: Chains): ChainFinding[] {
  return OF_PROFILE.flatMap((name) => {
    const sdks = chains.winnersAt(name);
    const hidden = chains.hiddenBy(name);
    const { name: profile } = chains.facts.profile;
    return sdks.length > 0 && hidden.length > 0
      ? [note('PROFILE_HIDES_ROLE', { place: name, profile, hidden, sdks })]
      : [];
  });
}

export function containerHidesImds(chains: Chains): ChainFinding[] {
  const isHidden = chains.winnersAt('container').length > 0 && chains.place('imds').state === 'answers';
  return isHidden ? [note('CONTAINER_HIDES_IMDS', { role: chains.place('imds').role })] : [];
}
