import { getClientProvider } from '../../../domain/provider-chain/client-facts.ts';
import { SDKS } from '../../../domain/provider-chain/clients.ts';
import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import type { JobCredentials } from '../../../domain/provider-chain/job-credentials.ts';
import type { ChainFacts } from '../../../domain/provider-chain/providers.ts';
import { askDidYouMean } from '../../text/did-you-mean.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeNoteHint, describeProviderHint } from './provider-hints.ts';
import { describeProviderProblem, PROVIDER_PHRASES } from './providers.ts';
import { describeAlternative, describeSdks } from './sdk-lists.ts';

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

/** A provider at which some SDKs stop, although a later provider may work. */
export function describeStoppingProvider(
  {
    provider,
    works,
    stoppedSdks,
    without,
  }: Pick<ChainFinding<'PROVIDER_STOPS_CHAIN'>, 'provider' | 'works' | 'stoppedSdks' | 'without'>,
  facts: ChainFacts,
): Explanation {
  const phrase = PROVIDER_PHRASES[provider];
  if (!works)
    return {
      message: `${phrase} does not work, and ${describeSdks(stoppedSdks, 'tries', 'try')} no later provider`,
      hint: `${describeProviderHint(facts.providers[provider], facts)}${describeAlternative(provider, without, facts)}`,
    };
  const message = `${phrase} works, but ${describeSdks(stoppedSdks, 'fails', 'fail')} there`;
  // What these SDKs find in the settings that others read in another way.
  const read = stoppedSdks.map((sdk) => getClientProvider(facts, sdk, provider));
  const broken = read.find(({ problem }) => problem !== null);
  return broken?.problem
    ? {
        message: `${message}: ${describeProviderProblem(broken.problem)}`,
        hint: describeProviderHint(broken, facts),
      }
    : { message, hint: describeNoteHint(provider, facts) };
}
