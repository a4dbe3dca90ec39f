import { environmentLink } from '../chains/legacy-variables.ts';
import {
  AWS_DEFAULT_PROFILE,
  AWS_PROFILE,
  assumesRoleOfItself,
  containerLink,
  groupLinks,
  isDefaultVariableUsed,
  LAST,
  linkIf,
  otherProfile,
  otherSection,
  providerLink,
  ssoLink,
  stopAt,
  stopIfContainerTokenFileBlank,
  stopIfFileProblem,
  stopIfImdsV1Fails,
  WEB_IDENTITY_TOKEN_FILE,
} from '../chains/links.ts';
import type { ChainFacts } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';

const WEB_IDENTITY_VARIABLES = [WEB_IDENTITY_TOKEN_FILE, 'AWS_ROLE_ARN'] as const;

/** Ruby treats a blank variable as a value, and calls STS if both variables exist. */
const stopIfWebIdentityBlank: ChainLink = ({ setVariables, blankVariables }) => {
  const blank = WEB_IDENTITY_VARIABLES.find((name) => blankVariables.has(name));
  const areBothThere = WEB_IDENTITY_VARIABLES.every(
    (name) => setVariables.has(name) || blankVariables.has(name),
  );
  return blank !== undefined && areBothThere
    ? stopAt('web-identity', { reason: 'BLANK_VARIABLE', setting: blank })
    : 'next';
};

/** Ruby reads the files before anything else. */
const stopIfNotUtf8 = stopIfFileProblem(({ fileProblems }) =>
  fileProblems.find(({ cause }) => cause === 'NOT_UTF8'),
);

const isInCredentialsFile = ({ providers }: ChainFacts) =>
  providers['profile-web-identity'].profileFile === 'credentials';

/** Ruby reads the current folder as a file. */
const stopIfPathEmpty: ChainLink = ({ unusualSettings: { emptyPaths } }) => {
  const [setting] = emptyPaths;
  return setting === undefined ? 'next' : stopAt(null, { reason: 'BLANK_VARIABLE', setting });
};

/** Ruby knows the sources Ec2InstanceMetadata and EcsContainer. */
const stopIfSourceUnknown: ChainLink = ({ providers }) =>
  providers['profile-role'].roleSession?.source?.provider === 'environment'
    ? stopAt('profile-role', { reason: 'INVALID_SETTING', setting: 'credential_source' })
    : 'next';

/** Ruby reads a blank AWS_DEFAULT_PROFILE as the name of a missing profile. */
const leaveIfDefaultVariableBlank: ChainLink = ({ blankVariables, profile }) =>
  blankVariables.has(AWS_DEFAULT_PROFILE) && !profile.isNamed ? 'leave' : 'next';

/**
 * `credential_provider_chain.rb` and `shared_config.rb` of aws-sdk-core. An error of a provider ends the chain, but
 * Ruby ignores a missing profile. It reads AWS_DEFAULT_PROFILE, except for a web identity. Version 3.168
 * knows only the relative URI of a container endpoint.
 */
export const RUBY: ClientRules = {
  chain: [
    stopIfPathEmpty,
    stopIfNotUtf8,
    environmentLink({ onIncomplete: 'next' }),
    stopIfWebIdentityBlank,
    providerLink('web-identity', { onIncomplete: 'next' }),
    linkIf(
      ({ blankVariables }) => !blankVariables.has(AWS_PROFILE),
      groupLinks(
        otherSection,
        // Ruby ignores a web identity in the credentials file, so its role has no source.
        linkIf(
          (facts) => !isInCredentialsFile(facts),
          providerLink('profile-web-identity', { onIncomplete: 'next' }),
        ),
        leaveIfDefaultVariableBlank,
        otherProfile(isDefaultVariableUsed),
        ssoLink,
        linkIf(isInCredentialsFile, () => stopAt('profile-web-identity', { reason: 'INCOMPLETE' })),
        stopIfSourceUnknown,
        linkIf(assumesRoleOfItself, () => stopAt('profile-role', { reason: 'INCOMPLETE' })),
        providerLink('profile-role'),
        providerLink('profile', { onIncomplete: 'next' }),
        providerLink('login'),
        providerLink('process'),
      ),
    ),
    stopIfContainerTokenFileBlank,
    containerLink('stop'),
    stopIfImdsV1Fails,
    LAST,
  ],
  sharedFiles: {
    parser: 'ruby',
    isCaseSensitive: true,
    keepsEmpty: false,
    usesEmptyPath: true,
    keys: 'complete',
    rejectedInSsoSession: ['case', 'value'],
  },
  legacyVariables: {
    keyIds: ['AMAZON_ACCESS_KEY_ID', 'AWS_ACCESS_KEY'],
    secretKeys: ['AMAZON_SECRET_ACCESS_KEY', 'AWS_SECRET_KEY'],
    token: 'AMAZON_SESSION_TOKEN',
    takesBlank: true,
  },
  endpoints: {
    timeoutMs: { imds: 1000, container: 5000 },
    failsAtBlank: ['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'],
  },
  notes: {
    VALUE_HAS_BLANKS: rejectBlanks(),
    // Ruby removes the line break of a file.
    TOKEN_TRAILING_NEWLINE: (note) => (note.name.endsWith('_FILE') ? null : reject(note)),
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    // Tested with version 3.168.
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('epoch', 'empty', 'not-rfc3339'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
