import { findDifference } from '../chains/differences.ts';
import { environmentLink } from '../chains/legacy-variables.ts';
import {
  groupLinks,
  isDefaultVariableUsed,
  LAST,
  otherProfile,
  providerLink,
  selectConfigured,
  stopAt,
  stopIfImdsV1Fails,
  stopIfProfileMissing,
} from '../chains/links.ts';
import type { ProviderName } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';

/** Go fails to load a configuration with one of these problems, even if the environment has keys. */
const checkGoConfiguration: ChainLink = (facts) => {
  const { providers, profile } = facts;
  const isInvalid = (name: ProviderName) => {
    const { state, problem } = providers[name];
    if (state !== 'incomplete') return false;
    // While it loads, Go checks neither `credential_source` nor MFA, and does not use the base.
    if (problem.code === 'NO_BASE_CREDENTIALS')
      return problem.setting === 'source_profile' && problem.failed === undefined;
    return !['NO_ROLE_SOURCE', 'NO_SESSION_TOKEN', 'MFA_REQUIRED'].includes(problem.code);
  };
  const usesOther = isDefaultVariableUsed(facts);
  const invalid = (['profile', 'profile-role', 'profile-web-identity'] as const).find(isInvalid);
  if (invalid !== undefined && !usesOther) return stopAt(invalid, { reason: 'INCOMPLETE' });
  const kinds = selectConfigured(facts, ['profile-role', 'profile-web-identity', 'process']).filter(
    (name) => providers[name].problem?.code !== 'NO_ROLE_SOURCE',
  );
  if (kinds.length > 1 && !usesOther)
    return stopAt(null, { reason: 'AMBIGUOUS_PROFILE', profile: profile.name });
  return providers.imds.notes.some(({ code }) => code === 'V1_DISABLED_FOR_SOME_SDKS')
    ? stopAt(null, { reason: 'INVALID_SETTING', setting: 'AWS_EC2_METADATA_V1_DISABLED' })
    : 'next';
};

/** Without a source, Go assumes the role with the credentials of the next provider, even container or IMDS. */
export const goRole: ChainLink = (facts, rules) => {
  const role = facts.providers['profile-role'];
  const { state, problem } = role;
  if (problem?.code === 'MFA_REQUIRED') return stopAt('profile-role', { reason: 'MFA_REQUIRED' });
  if (problem?.code === 'NO_BASE_CREDENTIALS')
    return stopAt('profile-role', { reason: problem.failed === undefined ? 'INCOMPLETE' : 'FAILED' });
  if (state === 'absent') return 'next';
  return findDifference(role, facts, rules) ?? { kind: 'wins', provider: 'profile-role', problem: null };
};

/**
 * Version 2 of the Go SDK. It chooses one provider while it loads the configuration, and tries no other one if that
 * provider fails. Terraform and rclone use these rules too.
 */
export const GO: ClientRules = {
  chain: [
    stopIfProfileMissing,
    checkGoConfiguration,
    environmentLink({ onIncomplete: 'next' }),
    providerLink('web-identity'),
    groupLinks(
      otherProfile(isDefaultVariableUsed),
      goRole,
      providerLink('profile'),
      providerLink('profile-web-identity'),
      providerLink('sso'),
      providerLink('login'),
      providerLink('process'),
    ),
    providerLink('container'),
    stopIfImdsV1Fails,
    LAST,
  ],
  sharedFiles: {
    parser: 'go',
    isCaseSensitive: false,
    keepsEmpty: false,
    usesEmptyPath: false,
    keys: 'strict',
    rejectedInSsoSession: ['case', 'value'],
  },
  legacyVariables: { keyIds: ['AWS_ACCESS_KEY'], secretKeys: ['AWS_SECRET_KEY'] },
  mfa: 'of-role-chain',
  // `defaultResponseHeaderTimeout` of `feature/ec2/imds`. No limit for containers, as in JavaScript.
  endpoints: { timeoutMs: { imds: 500 }, waitsForever: true, failsAtBlank: [] },
  notes: {
    // The resolver of Go does not know such addresses.
    ADDRESS_ONLY_SOME_SDKS: reject,
    VALUE_HAS_BLANKS: rejectBlanks(),
    TOKEN_TRAILING_NEWLINE: reject,
    DOCUMENT_WITHOUT_CODE: reject,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('no-zone', 'epoch', 'empty', 'not-rfc3339'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
