import { type ChainLink, environmentLink, groupLinks, LAST, linkIf, providerLink } from '../chains/links.ts';
import { assumesRoleOfItself } from '../client-facts.ts';

/** For `credential_source`, JavaScript uses IMDS even if AWS_EC2_METADATA_DISABLED disables IMDS. */
const javascriptRole: ChainLink = (facts, sdk) => {
  const { problem, roleSession } = facts.providers['profile-role'];
  const cause = problem?.code === 'NO_BASE_CREDENTIALS' ? problem.cause : null;
  if (cause === 'IMDS_DISABLED') return { kind: 'wins', provider: 'profile-role', problem: null };
  if (cause === 'NO_ROLE') return { kind: 'wins', provider: 'profile-role', problem: null };
  const isMissing =
    cause === 'MISSING' || cause === 'PROCESS_FAILED' || problem?.code === 'ROLE_SOURCE_MISSING';
  // JavaScript asks for the code before it looks for the credentials that assume the role.
  const needsMfa = problem?.code === 'MFA_REQUIRED' || (isMissing && roleSession?.needsMfa === true);
  const isStopped = cause === 'SIGNED_OUT' || cause === 'EXPIRED' || needsMfa;
  const onIncomplete = isStopped ? 'stop' : isMissing ? 'leave' : 'next';
  if (assumesRoleOfItself(facts)) return 'leave';
  return providerLink('profile-role', { onIncomplete, onRejected: 'leave' })(facts, sdk);
};

/** Only a `CredentialsProviderError` lets the chain go on. Unreadable files and SSO raise other errors. */
export const JAVASCRIPT: readonly ChainLink[] = [
  linkIf(({ profile }) => !profile.isNamed, environmentLink({ onIncomplete: 'next' })),
  groupLinks(
    javascriptRole,
    providerLink('profile', { onIncomplete: 'next' }),
    providerLink('profile-web-identity', { onIncomplete: 'next' }),
    providerLink('process', { onFailure: 'leave', onExpired: 'leave' }),
    providerLink('sso'),
    providerLink('login'),
  ),
  // After a role without credentials. JavaScript runs the process of the profile as a provider of its own too.
  providerLink('process', { onFailure: 'next', onExpired: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next' }),
  providerLink('container'),
  LAST,
];
