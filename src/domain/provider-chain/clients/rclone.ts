import { environmentLink } from '../chains/legacy-variables.ts';
import {
  CONTAINER_TOKEN_FILE,
  FULL_URI,
  groupLinks,
  isDefaultVariableUsed,
  LAST,
  linkIf,
  otherProfile,
  otherSection,
  providerLink,
  RELATIVE_URI,
  selectConfigured,
  stopAt,
  stopIfFileProblem,
  stopIfImdsV1Fails,
  unknownIfFileInvalid,
} from '../chains/links.ts';
import type { ChainFacts, ProviderName } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';
import { GO, goRole } from './go.ts';

/** With `env_auth`, rclone 1.68 and later load the default configuration of version 2 of the Go SDK. */
export const RCLONE: ClientRules = GO;

const isConfigured = ({ providers }: ChainFacts, name: ProviderName) => providers[name].state !== 'absent';

/** Version 1 has a parser of its own. It fails here, even if the environment has keys. */
const stopIfUnparsable = stopIfFileProblem(({ fileProblems }) =>
  fileProblems.find(({ cause }) => cause === 'BYTE_ORDER_MARK' || cause === 'UNCLOSED_SECTION'),
);

/** Version 1 loads the files before it looks for keys, and fails on these settings. It ignores incomplete keys. */
const checkConfiguration: ChainLink = (facts) => {
  const { problem } = facts.providers['profile-role'];
  const lacksBase =
    problem?.code === 'ROLE_SOURCE_MISSING' ||
    (problem?.code === 'NO_BASE_CREDENTIALS' &&
      problem.setting === 'source_profile' &&
      problem.failed === undefined);
  if (lacksBase) return stopAt('profile-role', { reason: 'INCOMPLETE' });
  if (facts.providers['profile-web-identity'].problem?.code === 'NO_ROLE_ARN')
    return stopAt('profile-web-identity', { reason: 'INCOMPLETE' });
  const kinds = selectConfigured(facts, ['profile-role', 'profile-web-identity', 'process']);
  const collides =
    problem?.code === 'TWO_ROLE_SOURCES' || (kinds.length > 1 && problem?.code !== 'NO_ROLE_SOURCE');
  return collides ? stopAt(null, { reason: 'AMBIGUOUS_PROFILE', profile: facts.profile.name }) : 'next';
};

/**
 * rclone first loads the credentials file alone and ignores `role_arn` in it, so a web identity there lacks its role.
 * Without AWS_PROFILE, version 1 ignores the error if the environment has keys.
 */
const stopIfRoleUnread: ChainLink = ({ providers, setVariables }) =>
  providers['profile-web-identity'].profileFile === 'credentials' && !setVariables.has('AWS_SDK_LOAD_CONFIG')
    ? stopAt('profile-web-identity', { reason: 'INCOMPLETE' })
    : 'next';

/** Older versions do not know `sso_session`. */
const ssoOfVersion1: ChainLink = (facts, rules) => {
  const hasSession = [...facts.sections.config].some((name) => /^sso-session\s/.test(name));
  return hasSession && isConfigured(facts, 'sso')
    ? { kind: 'unknown', provider: 'sso', cause: { reason: 'VERSION' } }
    : providerLink('sso')(facts, rules);
};

/** Version 1 reads the full URI first. Older versions accept only loopback hosts in it, and read no token file. */
const containerOfVersion1: ChainLink = (facts) => {
  const { setVariables, providers } = facts;
  if (!isConfigured(facts, 'container') || !setVariables.has(FULL_URI)) return 'next';
  if (setVariables.has(RELATIVE_URI))
    return { kind: 'unknown', provider: 'container', cause: { reason: 'OTHER_URL', setting: FULL_URI } };
  const isNew =
    setVariables.has(CONTAINER_TOKEN_FILE) ||
    /^http:\/\/(169\.254\.|\[fd00:)/.test(providers.container.origin ?? '');
  return isNew ? { kind: 'unknown', provider: 'container', cause: { reason: 'VERSION' } } : 'next';
};

/**
 * With `env_auth`, rclone up to 1.67 uses version 1 of the Go SDK and its config file. A missing profile is ignored.
 * Sources: `backend/s3/s3.go` of rclone 1.60, `session/credentials.go` and `session/shared_config.go` of
 * aws-sdk-go 1.44.133.
 */
export const RCLONE_1_67: ClientRules = {
  ...GO,
  chain: [
    stopIfUnparsable,
    checkConfiguration,
    linkIf(({ profile }) => profile.isNamed, stopIfRoleUnread),
    environmentLink({ onIncomplete: 'next' }),
    stopIfRoleUnread,
    providerLink('web-identity'),
    groupLinks(
      otherProfile(isDefaultVariableUsed),
      otherSection,
      unknownIfFileInvalid,
      goRole,
      providerLink('profile', { onIncomplete: 'next' }),
      providerLink('profile-web-identity'),
      ssoOfVersion1,
      providerLink('process'),
    ),
    containerOfVersion1,
    providerLink('container'),
    stopIfImdsV1Fails,
    LAST,
  ],
  sharedFiles: { ...GO.sharedFiles, isCaseSensitive: true, keys: 'complete' },
  // rclone passes an HTTP client of its own, so the SDK sets no limit. That of rclone is 5 minutes (`--timeout`).
  endpoints: { timeoutMs: {}, waitsForever: true, failsAtBlank: [] },
  // Tested with version 1.60.1, except SERVICE_ENDPOINT_OVERRIDDEN: version 1 does not know the variable.
  notes: {
    ADDRESS_ONLY_SOME_SDKS: reject,
    VALUE_HAS_BLANKS: rejectBlanks(),
    TOKEN_TRAILING_NEWLINE: reject,
    DOCUMENT_WITHOUT_CODE: reject,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('no-zone', 'epoch', 'empty', 'not-rfc3339'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
