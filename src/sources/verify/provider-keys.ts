import type { ProviderName } from '../../domain/provider-chain/providers.ts';
import { createContainerSource } from '../container/container.ts';
import { createSigningKeys } from '../document/unvalidated-keys.ts';
import { readEnvironmentKeys } from '../environment/environment.ts';
import { readVariable } from '../environment/variables.ts';
import { createImdsSource } from '../imds/imds.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { readCredentialProcess, readProfileKeys } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import { runProfileProcess } from '../profile/run-process.ts';
import { findProfile } from '../profile/selected-profile.ts';
import { assumeProfileRole, assumeProfileWebIdentity } from '../role/profile-chain.ts';
import type { CredentialSource, PolledCredentials } from '../source.ts';
import { readSsoCredentials } from '../sso/sso.ts';
import { createWebIdentitySource } from '../web-identity/web-identity.ts';

type Keys = PolledCredentials['secrets'];

/**
 * The keys of a provider, as SDKs get them. They may be long-lived.
 * @param isBotocore botocore prefers AWS_ROLE_ARN to the role of the profile, if the profile has a token file
 * @throws PollError
 */
export async function readProviderKeys(
  poll: OngoingPoll,
  provider: Exclude<ProviderName, 'login'>,
  files: ParsedProfileFiles,
  isBotocore: boolean,
): Promise<Keys> {
  const { options } = poll;
  const readProfile = () => findProfile(poll, files, files.selectedName);
  switch (provider) {
    case 'environment':
      return createSigningKeys(readEnvironmentKeys(poll), poll);
    case 'container':
      return pollKeys(poll, createContainerSource({ ...options, profileFiles: files }));
    case 'imds':
      return pollKeys(poll, createImdsSource({ ...options, profileFiles: files }));
    case 'web-identity':
      return pollKeys(poll, createWebIdentitySource(options));
    case 'profile':
      return createSigningKeys(readProfileKeys(readProfile(), poll.notes), poll);
    case 'process': {
      const command = readCredentialProcess(readProfile());
      return createSigningKeys(await runProfileProcess(poll, command), poll);
    }
    case 'profile-role':
      return (await assumeProfileRole(poll, readProfile(), files, [], {})).document.secrets;
    case 'profile-web-identity': {
      const roleArn = isBotocore ? (readVariable(options.env, 'AWS_ROLE_ARN') ?? undefined) : undefined;
      return (await assumeProfileWebIdentity(poll, readProfile(), files, { roleArn })).document.secrets;
    }
    case 'sso':
      return (await readSsoCredentials(poll, readProfile(), files)).document.secrets;
  }
}

/** @throws PollError with the reason of the poll */
async function pollKeys(poll: OngoingPoll, source: CredentialSource): Promise<Keys> {
  const outcome = await source.poll(poll.signal);
  if (!outcome.ok) {
    const { reason, detail, misconfiguration, accessKeyId, expiration } = outcome;
    throw new PollError(reason, detail, { misconfiguration, accessKeyId, expiration });
  }
  poll.hideKeys(outcome.secrets);
  return outcome.secrets;
}
