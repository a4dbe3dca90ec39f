import type { ChainChecks } from './finding.ts';
import { KEY_PAIR_PROVIDERS, PROFILE_PROVIDERS } from './providers.ts';

/** Checks of providers that win over a role of the workload. */
export const HIDDEN_PROVIDER_CHECKS = {
  KEYS_HIDE_ROLE: (chains) =>
    KEY_PAIR_PROVIDERS.flatMap((provider) => {
      const { remaining, isSession } = chains.getProvider(provider);
      const sdks = chains.findSdksUsing(provider);
      const hidden = chains.findHiddenRoleProviders(provider);
      if (sdks.length === 0 || hidden.length === 0) return [];
      // Keys with an expiration are probably intended: `cred-watch exec` sets both.
      const severity = remaining !== null && remaining > 0 ? 'note' : 'problem';
      return [{ provider, hidden, sdks, longLived: isSession === false, severity }];
    }),

  WEB_IDENTITY_HIDES_CONTAINER(chains) {
    const sdks = chains.findSdksUsing('web-identity');
    return sdks.length > 0 && chains.getProvider('container').state !== 'absent' ? [{ sdks }] : [];
  },

  /** JavaScript ignores keys in the environment if AWS_PROFILE is set. */
  PROFILE_SKIPS_ENVIRONMENT({ facts: { providers, profile }, outcomes }) {
    const { state, problem } = providers.environment;
    const hasKeys = state === 'answers' || problem?.code === 'NO_SESSION_TOKEN';
    const isSkipped = hasKeys && profile.isNamed && outcomes.javascript.kind !== 'unknown';
    return isSkipped ? [{ profile: profile.name }] : [];
  },

  PROFILE_HIDES_ROLE: (chains) =>
    PROFILE_PROVIDERS.flatMap((provider) => {
      // KEYS_HIDE_ROLE reports the keys of a profile.
      if (provider === 'profile') return [];
      const sdks = chains.findSdksUsing(provider);
      const hidden = chains.findHiddenRoleProviders(provider);
      const profile = chains.facts.profile.name;
      return sdks.length > 0 && hidden.length > 0 ? [{ provider, profile, hidden, sdks }] : [];
    }),

  CONTAINER_HIDES_IMDS(chains) {
    const { state, role } = chains.getProvider('imds');
    return chains.findSdksUsing('container').length > 0 && state === 'answers' ? [{ role }] : [];
  },
} satisfies Partial<ChainChecks>;
