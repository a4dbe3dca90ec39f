import { environmentLink } from '../chains/legacy-variables.ts';
import {
  AWS_DEFAULT_PROFILE,
  assumesRoleOfItself,
  containerLink,
  groupLinks,
  LAST,
  linkIf,
  otherProfile,
  providerLink,
  ssoLink,
  stopAt,
  stopIfContainerTokenFileBlank,
  stopIfDefaultProfileMissing,
  stopIfDefaultVariableBlank,
  stopIfFileInvalid,
  stopIfLimitInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
  WEB_IDENTITY_TOKEN_FILE,
} from '../chains/links.ts';
import type { ProviderProblem } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  failAtNamedSetting,
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';

const handleMissingKeyId = ({ code }: ProviderProblem) => (code === 'NO_KEY_ID' ? 'next' : 'stop');

/** In botocore, the file with the keys decides their place in the chain. */
const keysIn = (file: 'config' | 'credentials'): ChainLink =>
  linkIf(
    ({ providers }) => providers.profile.profileFile === file,
    providerLink('profile', { onIncomplete: handleMissingKeyId }),
  );

const ROLE_ARN = 'AWS_ROLE_ARN';

/** botocore prefers these variables to the settings of the profile, even if they are empty. */
const profileWebIdentity: ChainLink = (facts, rules) => {
  const { blankVariables, providers } = facts;
  if (providers['profile-web-identity'].state === 'absent') return 'next';
  // botocore then has no token file, so it ignores the role.
  if (blankVariables.has(WEB_IDENTITY_TOKEN_FILE)) return 'next';
  return blankVariables.has(ROLE_ARN)
    ? stopAt('profile-web-identity', { reason: 'BLANK_VARIABLE', setting: ROLE_ARN })
    : providerLink('profile-web-identity')(facts, rules);
};

/** What `int` of Python accepts in ASCII. */
const PYTHON_INTEGER = /^\s*[+-]?\d+(_\d+)*\s*$/;

/**
 * Any error of a provider ends the chain. A missing profile or a shared file that cannot be parsed ends the
 * chain before the first provider.
 * botocore refreshes expired credentials and fails if the new ones have expired too, except with IMDS.
 */
export const BOTOCORE: ClientRules = {
  chain: [
    stopIfDefaultVariableBlank,
    stopIfDefaultProfileMissing,
    stopIfFileInvalid,
    linkIf(({ setVariables }) => !setVariables.has(AWS_DEFAULT_PROFILE), stopIfProfileBlank),
    stopIfProfileMissing,
    stopIfLimitInvalid,
    // botocore reads the expiration from this variable only.
    linkIf(
      ({ setVariables }) => setVariables.has('AWS_CREDENTIAL_EXPIRATION'),
      environmentLink({ onIncomplete: handleMissingKeyId, onExpired: 'stop' }),
    ),
    environmentLink({ onIncomplete: handleMissingKeyId }),
    // botocore reads AWS_DEFAULT_PROFILE before AWS_PROFILE, the AWS CLI after it.
    otherProfile(() => true),
    // botocore prefers a token file to the source of a role.
    linkIf(
      ({ providers }) => providers['profile-web-identity'].state === 'absent',
      groupLinks(
        linkIf(assumesRoleOfItself, () => stopAt('profile-role', { reason: 'INCOMPLETE' })),
        providerLink('profile-role'),
      ),
    ),
    providerLink('web-identity'),
    profileWebIdentity,
    ssoLink,
    keysIn('credentials'),
    providerLink('login'),
    providerLink('process', { onExpired: 'stop' }),
    keysIn('config'),
    stopIfContainerTokenFileBlank,
    containerLink('stop', { onExpired: 'stop' }),
    LAST,
  ],
  sharedFiles: {
    parser: 'botocore',
    isCaseSensitive: false,
    keepsEmpty: true,
    usesEmptyPath: true,
    keys: 'with-id',
    rejectedInSsoSession: ['case', 'value'],
    comparesWholeSession: true,
  },
  readsOldToken: ['environment', 'profile'],
  isAffectedByBlank: (variable, { providers }) =>
    variable === WEB_IDENTITY_TOKEN_FILE && providers['profile-web-identity'].state !== 'absent',
  endpoints: {
    timeoutMs: { imds: 1000, container: 2000 },
    readsTimeout: 'always',
    rejectsLimit: (_, text) => !PYTHON_INTEGER.test(text),
    failsAtBlank: [],
  },
  notes: {
    HOST_NAME_ONLY_SOME_SDKS: reject,
    // Only botocore compares the text of the address.
    ADDRESS_ONLY_SOME_SDKS: (note, provider) => (provider === 'container' ? reject(note) : null),
    VALUE_HAS_BLANKS: rejectBlanks(),
    TOKEN_TRAILING_NEWLINE: reject,
    SEVERAL_ROLES: reject,
    PROCESS_NEEDS_SHELL: reject,
    PROCESS_WITHOUT_INTERPRETER: reject,
    NO_REGION_FOR_BOTOCORE: reject,
    IPV6_ONLY_BOTOCORE: useOtherEndpoint,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    EXPIRATION_REJECTED_BY_BOTOCORE: failAtNamedSetting,
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('no-zone', 'epoch', 'empty'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration', 'AWS_CREDENTIAL_EXPIRATION'),
  },
};
