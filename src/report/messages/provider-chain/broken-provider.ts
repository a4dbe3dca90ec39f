import { SDKS } from '../../../domain/provider-chain/clients.ts';
import type { JobCredentials } from '../../../domain/provider-chain/job-credentials.ts';
import { askDidYouMean } from '../../text/did-you-mean.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeProviderHint } from './provider-hints.ts';
import { describeProviderProblem, PROVIDER_PHRASES } from './providers.ts';

/** Names the broken setting that makes SDKs fail, and its fix. Null if no SDK fails, or if the cause is another one. */
export function describeBrokenProvider({ facts, outcomes }: JobCredentials): Explanation | null {
  const stops = SDKS.flatMap((sdk) => {
    const outcome = outcomes[sdk];
    return outcome.kind === 'stops' ? [outcome] : [];
  });
  const { isNamed, isFlag, similarNames, ofDefaultVariable } = facts.profile;
  if (stops.some(({ cause }) => cause.reason === 'NO_SUCH_PROFILE')) {
    const ofDefault = isNamed ? null : ofDefaultVariable;
    const setting = isFlag ? '--profile' : ofDefault === null ? 'AWS_PROFILE' : 'AWS_DEFAULT_PROFILE';
    const name = ofDefault?.name ?? facts.profile.name;
    return {
      message: `${setting} names the profile ${name}, which does not exist`,
      hint: (ofDefault === null ? askDidYouMean(similarNames) : null) ?? `correct ${setting}`,
    };
  }
  for (const { provider: broken } of stops) {
    const provider = broken === null ? null : facts.providers[broken];
    if (provider === null || provider.problem === null) continue;
    return {
      message: `${PROVIDER_PHRASES[provider.name]} does not work: ${describeProviderProblem(provider.problem)}`,
      hint: describeProviderHint(provider, facts),
    };
  }
  return null;
}
