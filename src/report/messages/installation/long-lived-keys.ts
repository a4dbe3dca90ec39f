import type { ChainFacts, ProviderName } from '../../../domain/provider-chain/providers.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';
import { FAILURES } from '../failures/describe-failure.ts';
import type { Explanation } from '../failures/explanation.ts';
import { findEndpointSource } from '../provider-chain/job-source.ts';
import { formatIdentity, PROVIDER_PHRASES } from '../provider-chain/providers.ts';

/** Variables that give keys, also under the names that only some SDKs read. */
const KEY_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_KEY'];

const PROFILE_VARIABLES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'];

/** Long-lived keys that hide the endpoint of this instance, task or pod: where they are set, and how to get past them. */
export function describeLongLivedKeys(provider: ProviderName, facts: ChainFacts): Explanation {
  const { profile, providers, setVariables } = facts;
  const isProfile = provider !== 'environment';
  const variables = (isProfile ? PROFILE_VARIABLES : KEY_VARIABLES).filter((name) => setVariables.has(name));
  const place = isProfile
    ? `${PROVIDER_PHRASES[provider]} ${escapeUnprintable(profile.name)}`
    : joinWords(variables);
  const otherShell = variables.length === 0 ? '' : `, or open a shell without ${joinWords(variables)}`;
  const other = findEndpointSource(facts);
  return {
    message: `long-lived: SDKs use the keys of ${place}${formatIdentity(providers[provider])}, which never expire`,
    hint:
      other === null
        ? FAILURES['long-lived'].hint
        : `to measure ${PROVIDER_PHRASES[other]}, as \`cred-watch poll\` does without --source, add --source ${other}${otherShell}; a job with these keys needs no cred-watch`,
  };
}
