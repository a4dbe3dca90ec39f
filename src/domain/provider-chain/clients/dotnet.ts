import {
  type ChainLink,
  environmentLink,
  LAST,
  providerLink,
  selectConfigured,
  stopIfProfileMissing,
} from '../chains/links.ts';
import type { ProviderProblem } from '../providers.ts';

/**
 * .NET skips a profile that needs MFA, but fails at a source_profile that needs MFA. It uses the keys or the process of
 * a source_profile only when it assumes the role.
 */
const failsLater = (problem: ProviderProblem, profile: string): boolean =>
  problem.code === 'NO_BASE_CREDENTIALS'
    ? problem.cause === 'PROCESS_FAILED' || problem.cause === 'EXPIRED'
    : problem.code === 'MFA_REQUIRED' && problem.profile !== profile;

/**
 * .NET uses a profile only if all of its settings belong to one provider. A single SSO setting makes it an
 * SSO profile, and .NET skips the profile unless the user is signed in.
 */
const dotnetProfile: ChainLink = (facts, sdk) => {
  if (facts.providers.sso.state !== 'absent')
    return providerLink('sso', { onIncomplete: 'next', onFailure: 'next' })(facts, sdk);
  const names = ['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const;
  const [kind, ...others] = selectConfigured(facts, names);
  const onIncomplete = (problem: ProviderProblem) =>
    failsLater(problem, facts.profile.name) ? 'stop' : 'next';
  return kind !== undefined && others.length === 0
    ? providerLink(kind, { onIncomplete })(facts, sdk)
    : 'next';
};

export const DOTNET: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next' }),
  stopIfProfileMissing,
  dotnetProfile,
  providerLink('container'),
  LAST,
];
