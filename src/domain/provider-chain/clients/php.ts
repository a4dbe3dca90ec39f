import { environmentLink } from '../chains/legacy-variables.ts';
import { groupLinks, LAST, linkIf, providerLink, unknownIfFileInvalid } from '../chains/links.ts';
import type { ChainFacts, ProfileProvider, ProviderName, ProviderProblem } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import {
  reject,
  rejectBlanks,
  rejectForms,
  rejectUnreadableIn,
  useOtherEndpoint,
} from '../rules/note-rules.ts';

type File = 'config' | 'credentials';

/** Any failure lets the chain go on, so a broken provider leads to another identity. */
const tryProvider = (name: ProviderName): ChainLink =>
  providerLink(name, { onIncomplete: 'next', onFailure: 'next' });

const isIn = ({ providers }: ChainFacts, file: File, ...names: ProfileProvider[]) =>
  names.some((name) => providers[name].profileFile === file);

/** PHP reads the section `[NAME]` of `source_profile` from the file that has the role. */
function hasRoleSource({ providers, sections }: ChainFacts, file: File): boolean {
  const { sourceProfile = null } = providers['profile-role'].roleSession ?? {};
  return sourceProfile === null || sections[file].has(sourceProfile);
}

/** PHP uses empty keys. */
const handleEmptyKey = ({ code }: ProviderProblem) => (code === 'EMPTY_SETTING' ? 'stop' : 'next');

/** With a `role_arn`, PHP ignores the keys of the same section. */
const keysAndRoleOf = (file: File): ChainLink =>
  groupLinks(
    linkIf(
      (facts) => isIn(facts, file, 'profile-role') && hasRoleSource(facts, file),
      tryProvider('profile-role'),
    ),
    linkIf(
      (facts) => isIn(facts, file, 'profile') && !isIn(facts, file, 'profile-role', 'profile-web-identity'),
      providerLink('profile', { onIncomplete: handleEmptyKey, onFailure: 'next' }),
    ),
  );

const processOf = (file: File): ChainLink =>
  linkIf(
    (facts) => isIn(facts, file, 'process'),
    providerLink('process', { onIncomplete: 'next', onFailure: 'next', onExpired: 'next' }),
  );

/** PHP always reads the config file in the home folder. */
const otherConfigFile: ChainLink = linkIf(
  ({ setVariables }) => setVariables.has('AWS_CONFIG_FILE'),
  () => ({
    kind: 'unknown',
    provider: 'profile',
    cause: { reason: 'OTHER_FILE', setting: 'AWS_CONFIG_FILE' },
  }),
);

const loginOfNewVersions: ChainLink = ({ providers }) =>
  providers.login.state === 'absent'
    ? 'next'
    : { kind: 'unknown', provider: 'login', cause: { reason: 'VERSION' } };

/**
 * `CredentialProvider::defaultProvider` of the AWS SDK for PHP. The config file is read only with sections of the form
 * `[profile NAME]`, even for the default profile.
 */
export const PHP: ClientRules = {
  chain: [
    environmentLink({ onIncomplete: 'next' }),
    tryProvider('web-identity'),
    otherConfigFile,
    unknownIfFileInvalid,
    tryProvider('profile-web-identity'),
    linkIf((facts) => isIn(facts, 'config', 'sso'), tryProvider('sso')),
    loginOfNewVersions,
    processOf('credentials'),
    keysAndRoleOf('credentials'),
    linkIf(
      ({ profile, sections }) => sections.config.has(`profile ${profile.name}`),
      groupLinks(processOf('config'), keysAndRoleOf('config')),
    ),
    providerLink('container'),
    LAST,
  ],
  sharedFiles: {
    parser: 'ruby',
    isCaseSensitive: true,
    keepsEmpty: true,
    usesEmptyPath: false,
    keys: 'complete',
    rejectedInSsoSession: [],
  },
  readsOldToken: ['profile'],
  mfa: 'ignored',
  endpoints: { timeoutMs: { imds: 1000, container: 1000 }, readsTimeout: 'always', failsAtBlank: [] },
  notes: {
    VALUE_HAS_BLANKS: rejectBlanks(),
    TOKEN_TRAILING_NEWLINE: reject,
    DOCUMENT_WITHOUT_CODE: reject,
    SEVERAL_ROLES: reject,
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('epoch', 'empty'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
