import type { ProviderName } from '../../domain/provider-chain/providers.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { findJobSource } from '../probe/job-source.ts';
import { readSelectedProfile } from '../profile/selected-profile.ts';
import type { PolledCredentials } from '../source.ts';
import { pollBaseSource } from './base-source.ts';
import { readProfileSigningKeys } from './profile-chain.ts';

/** The keys that SDKs would use here. @throws PollError if SDKs disagree, or if they find no keys */
export async function readJobKeys(
  poll: OngoingPoll,
): Promise<{ keys: PolledCredentials['secrets']; provider: ProviderName }> {
  const { provider } = await findJobSource(poll.options);
  if (provider === null) {
    throw new PollError('invalid-configuration', 'SDKs disagree about the credentials that assume the role', {
      misconfiguration: { code: 'BASE_UNDECIDED' },
    });
  }
  if (isEndpointOrVariable(provider)) return { keys: await pollBaseSource(poll, provider), provider };
  const { profile, files } = await readSelectedProfile(poll);
  return { keys: await readProfileSigningKeys(poll, profile, files), provider };
}

/** All other providers read the selected profile. */
const isEndpointOrVariable = (
  provider: ProviderName,
): provider is 'environment' | 'web-identity' | 'container' | 'imds' =>
  ['environment', 'web-identity', 'container', 'imds'].includes(provider);
