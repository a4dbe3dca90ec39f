import {
  AWS_DEFAULT_PROFILE,
  type ChainLink,
  containerLink,
  environmentLink,
  groupLinks,
  LAST,
  linkIf,
  otherProfile,
  providerLink,
  ssoLink,
  stopAt,
  stopIfDefaultProfileMissing,
  stopIfDefaultVariableBlank,
  stopIfFileInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
} from '../chains/links.ts';
import { assumesRoleOfItself } from '../client-facts.ts';
import type { ProviderProblem } from '../providers.ts';
import { botocoreProfileWebIdentity, stopIfContainerTokenFileBlank } from '../variables/blank-variables.ts';
import { stopIfNumberInvalid } from '../variables/invalid-numbers.ts';

const skipWithoutKeyId = ({ code }: ProviderProblem) => (code === 'NO_KEY_ID' ? 'next' : 'stop');

/** In botocore, the file with the keys decides their place in the chain. */
const botocoreKeysIn = (file: 'config' | 'credentials'): ChainLink =>
  linkIf(
    ({ providers }) => providers.profile.profileFile === file,
    providerLink('profile', { onIncomplete: skipWithoutKeyId }),
  );

/**
 * Any error of a provider ends the chain. A missing profile or a shared file that cannot be parsed ends the
 * chain before the first provider.
 * botocore refreshes expired credentials and fails if the new ones have expired too, except with IMDS.
 */
export const BOTOCORE: readonly ChainLink[] = [
  stopIfDefaultVariableBlank,
  stopIfDefaultProfileMissing,
  stopIfFileInvalid,
  linkIf(({ setVariables }) => !setVariables.has(AWS_DEFAULT_PROFILE), stopIfProfileBlank),
  stopIfProfileMissing,
  stopIfNumberInvalid,
  // botocore reads the expiration from this variable only.
  linkIf(
    ({ setVariables }) => setVariables.has('AWS_CREDENTIAL_EXPIRATION'),
    environmentLink({ onIncomplete: skipWithoutKeyId, onExpired: 'stop' }),
  ),
  environmentLink({ onIncomplete: skipWithoutKeyId }),
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
  botocoreProfileWebIdentity,
  ssoLink,
  botocoreKeysIn('credentials'),
  providerLink('login'),
  providerLink('process', { onExpired: 'stop' }),
  botocoreKeysIn('config'),
  stopIfContainerTokenFileBlank,
  containerLink('stop', { onExpired: 'stop' }),
  LAST,
];
