import type { FailureFacts } from '../../../domain/model.ts';
import type { ChainFacts, ProviderName } from '../../../domain/provider-chain/providers.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';
import { describeSpecificHint, FAILURES } from '../failures/describe-failure.ts';
import type { Explanation } from '../failures/explanation.ts';
import { findEndpointSource } from '../provider-chain/job-source.ts';
import { formatIdentity, PROVIDER_PHRASES } from '../provider-chain/providers.ts';

/** Variables that give keys, also under the names that only some SDKs read. */
const KEY_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_KEY'];

const PROFILE_VARIABLES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'];

/**
 * Keys of this shell that hide the endpoint of this instance, task or pod: where they are set, and how to get past
 * them. Null unless the keys are long-lived or lack their session token.
 */
export function describeFoundKeys(
  failure: FailureFacts,
  provider: ProviderName,
  facts: ChainFacts,
): Explanation | null {
  const { profile, providers, setVariables } = facts;
  const lacksToken = failure.misconfiguration?.code === 'NO_SESSION_TOKEN';
  if (failure.reason !== 'long-lived' && !lacksToken) return null;
  const isProfile = provider !== 'environment';
  const variables = (isProfile ? PROFILE_VARIABLES : KEY_VARIABLES).filter((name) => setVariables.has(name));
  const place = isProfile
    ? `${PROVIDER_PHRASES[provider]} ${escapeUnprintable(profile.name)}`
    : joinWords(variables);
  const otherShell = variables.length === 0 ? '' : `, or open a shell without ${joinWords(variables)}`;
  const other = findEndpointSource(facts);
  const keys = `SDKs use the keys of ${place}${formatIdentity(providers[provider])}`;
  const hint = describeSpecificHint(failure) ?? FAILURES[failure.reason].hint;
  const measure =
    other === null
      ? null
      : `to measure ${PROVIDER_PHRASES[other]}, as \`cred-watch poll\` does without --source, add --source ${other}`;
  if (lacksToken)
    return {
      message: `${failure.reason}: ${keys}, which AWS refuses without their session token`,
      hint: measure === null ? hint : `${hint}; ${measure}`,
    };
  return {
    message: `long-lived: ${keys}, which never expire`,
    hint: measure === null ? hint : `${measure}${otherShell}; a job with these keys needs no cred-watch`,
  };
}
