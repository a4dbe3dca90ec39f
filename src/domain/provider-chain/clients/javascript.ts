import { environmentLink } from '../chains/legacy-variables.ts';
import { assumesRoleOfItself, groupLinks, LAST, linkIf, providerLink } from '../chains/links.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import { imdsIsDisabled, reject, rejectForms, useOtherEndpoint } from '../rules/note-rules.ts';

/** For `credential_source`, JavaScript uses IMDS even if AWS_EC2_METADATA_DISABLED disables IMDS. */
const javascriptRole: ChainLink = (facts, rules) => {
  const { problem, roleSession } = facts.providers['profile-role'];
  const cause = problem?.code === 'NO_BASE_CREDENTIALS' ? problem.cause : null;
  if (cause === 'IMDS_DISABLED') return { kind: 'wins', provider: 'profile-role', problem: null };
  if (cause === 'NO_ROLE') return { kind: 'wins', provider: 'profile-role', problem: null };
  const isMissing =
    cause === 'MISSING' || cause === 'PROCESS_FAILED' || problem?.code === 'ROLE_SOURCE_MISSING';
  // JavaScript requests the MFA code before it reads the credentials that assume the role.
  const needsMfa = problem?.code === 'MFA_REQUIRED' || (isMissing && roleSession?.needsMfa === true);
  const isStopped = cause === 'SIGNED_OUT' || cause === 'EXPIRED' || needsMfa;
  const onIncomplete = isStopped ? 'stop' : isMissing ? 'leave' : 'next';
  if (assumesRoleOfItself(facts)) return 'leave';
  return providerLink('profile-role', { onIncomplete, onRejected: 'leave' })(facts, rules);
};

/** Only a `CredentialsProviderError` lets the chain go on. Unreadable files and SSO raise other errors. */
export const JAVASCRIPT: ClientRules = {
  chain: [
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
  ],
  sharedFiles: {
    parser: 'javascript',
    isCaseSensitive: true,
    keepsEmpty: false,
    usesEmptyPath: false,
    keys: 'combined',
    rejectedInSsoSession: [],
  },
  endpoints: {
    timeoutMs: { imds: 1000 },
    waitsForever: true,
    failsAtBlank: ['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'],
  },
  notes: {
    HOST_NAME_ONLY_SOME_SDKS: reject,
    TOKEN_TRAILING_NEWLINE: reject,
    ENDPOINT_MODE_CASE: reject,
    SEVERAL_ROLES: reject,
    // JavaScript treats any text except `false` as true.
    DISABLED_FOR_SOME_SDKS: imdsIsDisabled,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    // JavaScript reads the number as milliseconds. It accepts an unreadable expiration, but never refreshes the keys.
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('number'),
  },
};
