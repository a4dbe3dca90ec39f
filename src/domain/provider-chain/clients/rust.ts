import { environmentLink } from '../chains/legacy-variables.ts';
import {
  containerLink,
  groupLinks,
  LAST,
  linkIf,
  providerLink,
  stopAt,
  stopIfFileInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
  stopIfTokenFileBlank,
  WEB_IDENTITY_TOKEN_FILE,
} from '../chains/links.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';

/** Rust accepts a base profile with a `credential_source` and no role. */
const rustRole: ChainLink = (facts, rules) => {
  const { problem } = facts.providers['profile-role'];
  return problem?.code === 'NO_BASE_CREDENTIALS' && problem.cause === 'NO_ROLE'
    ? { kind: 'wins', provider: 'profile-role', problem: null }
    : providerLink('profile-role')(facts, rules);
};

/** Only the error "not loaded" lets the chain go on. Rust treats a blank variable as a value. */
export const RUST: ClientRules = {
  chain: [
    environmentLink({ onIncomplete: 'next' }),
    stopIfFileInvalid,
    linkIf(({ profile }) => profile.anyExist, groupLinks(stopIfProfileBlank, stopIfProfileMissing)),
    // Rust prefers a token file to the source of a role.
    linkIf(({ providers }) => providers['profile-web-identity'].state === 'absent', rustRole),
    providerLink('profile-web-identity'),
    providerLink('sso'),
    providerLink('login'),
    providerLink('process'),
    providerLink('profile'),
    linkIf(
      ({ blankVariables }) => blankVariables.has(WEB_IDENTITY_TOKEN_FILE),
      () => stopAt('web-identity', { reason: 'BLANK_VARIABLE', setting: WEB_IDENTITY_TOKEN_FILE }),
    ),
    providerLink('web-identity'),
    stopIfTokenFileBlank,
    containerLink('stop'),
    LAST,
  ],
  sharedFiles: {
    parser: 'java',
    isCaseSensitive: false,
    keepsEmpty: true,
    usesEmptyPath: true,
    keys: 'combined',
    rejectedInSsoSession: ['none', 'case', 'value'],
  },
  legacyVariables: { secretKeys: ['SECRET_ACCESS_KEY'] },
  blanksAroundKeys: 'ignored',
  mfa: 'ignored',
  endpoints: {
    timeoutMs: { imds: 1000, container: 5000 },
    lacksImdsV1: true,
    failsAtBlank: ['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'],
  },
  notes: {
    VALUE_HAS_BLANKS: rejectBlanks(),
    TOKEN_TRAILING_NEWLINE: reject,
    TOKEN_TTL_NONCONFORMING: reject,
    IMDS_V1_USED: reject,
    SEVERAL_ROLES: reject,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    // `credential_process.rs`.
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('no-zone', 'epoch', 'empty'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
