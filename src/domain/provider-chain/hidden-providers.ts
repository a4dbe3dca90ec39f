import type { Check } from './chain-context.ts';
import { createChainFinding } from './finding.ts';
import { KEY_PAIR_PROVIDERS, PROFILE_PROVIDERS } from './providers.ts';

export const checkKeysHideRole: Check<'KEYS_HIDE_ROLE'> = (chains) =>
  KEY_PAIR_PROVIDERS.flatMap((name) => {
    const { remaining, isSession } = chains.getProvider(name);
    const sdks = chains.findSdksUsing(name);
    const hidden = chains.findHiddenRoleProviders(name);
    if (sdks.length === 0 || hidden.length === 0) return [];
    // A stated expiration shows intent: `cred-watch exec` sets one beside the keys.
    const severity = remaining !== null && remaining > 0 ? 'note' : 'problem';
    const fields = { provider: name, hidden, sdks, longLived: isSession === false };
    return [createChainFinding(severity, 'KEYS_HIDE_ROLE', fields)];
  });

export const checkWebIdentityHidesContainer: Check<'WEB_IDENTITY_HIDES_CONTAINER'> = (chains) => {
  const sdks = chains.findSdksUsing('web-identity');
  const isHidden = sdks.length > 0 && chains.getProvider('container').state !== 'absent';
  return isHidden ? [createChainFinding('problem', 'WEB_IDENTITY_HIDES_CONTAINER', { sdks })] : [];
};

/** JavaScript ignores keys in the environment if AWS_PROFILE is set. */
export const checkProfileSkipsEnvironment: Check<'PROFILE_SKIPS_ENVIRONMENT'> = ({ facts, outcomes }) => {
  const { state, problem } = facts.providers.environment;
  const hasKeys = state === 'answers' || problem?.code === 'NO_SESSION_TOKEN';
  if (!hasKeys || !facts.profile.isNamed || outcomes.javascript.kind === 'unknown') return [];
  return [createChainFinding('problem', 'PROFILE_SKIPS_ENVIRONMENT', { profile: facts.profile.name })];
};

export const checkProfileHidesRole: Check<'PROFILE_HIDES_ROLE'> = (chains) => {
  const { name: profile } = chains.facts.profile;
  return PROFILE_PROVIDERS.flatMap((provider) => {
    // KEYS_HIDE_ROLE reports the keys of a profile.
    if (provider === 'profile') return [];
    const sdks = chains.findSdksUsing(provider);
    const hidden = chains.findHiddenRoleProviders(provider);
    return sdks.length > 0 && hidden.length > 0
      ? [createChainFinding('note', 'PROFILE_HIDES_ROLE', { provider, profile, hidden, sdks })]
      : [];
  });
};

export const checkContainerHidesImds: Check<'CONTAINER_HIDES_IMDS'> = (chains) => {
  const { state, role } = chains.getProvider('imds');
  const isHidden = chains.findSdksUsing('container').length > 0 && state === 'answers';
  return isHidden ? [createChainFinding('note', 'CONTAINER_HIDES_IMDS', { role })] : [];
};
