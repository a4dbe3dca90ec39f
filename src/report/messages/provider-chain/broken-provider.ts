import { SDKS } from '../../../domain/provider-chain/clients.ts';
import type { JobCredentials } from '../../../domain/provider-chain/job-credentials.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeProviderHint } from './provider-hints.ts';
import { describeProviderProblem, PROVIDER_PHRASES } from './providers.ts';

/** The setting because of which SDKs fail, and how to repair it. Null if SDKs fail for another reason, or not at all. */
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
      hint:
        ofDefault === null && similarNames.length > 0
          ? `did you mean ${similarNames.join(' or ')}?`
          : `correct ${setting}`,
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
