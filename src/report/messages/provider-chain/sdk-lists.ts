import { type OtherClient, SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import type { ChainFinding, WinnerWithout } from '../../../domain/provider-chain/findings/finding.ts';
import type { ChainFacts, Provider, ProviderName } from '../../../domain/provider-chain/providers.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { formatIdentity, OTHER_CLIENT_NAMES, PROVIDER_PHRASES, SDK_NAMES } from './providers.ts';

export const isEverySdk = (sdks: readonly Sdk[]) => sdks.length === SDKS.length;

export const listSdks = (sdks: readonly Sdk[]) =>
  isEverySdk(sdks) ? 'every SDK' : joinWords(sdks.map((sdk) => SDK_NAMES[sdk]));

/** For example `Go stops`, `Go and Rust stop`, `every SDK stops`. */
export const describeSdks = (sdks: readonly Sdk[], singular: string, plural: string) =>
  describeClients(sdks, [], singular, plural);

/** The same with other clients: `every SDK and PHP use`. */
export function describeClients(
  sdks: readonly Sdk[],
  others: readonly OtherClient[],
  singular: string,
  plural: string,
): string {
  const names = [
    ...(isEverySdk(sdks) ? ['every SDK'] : sdks.map((sdk) => SDK_NAMES[sdk])),
    ...others.map((client) => OTHER_CLIENT_NAMES[client]),
  ];
  return `${joinWords(names)} ${names.length === 1 ? singular : plural}`;
}

/** For example `IMDS (role loader)`. */
export const describeIdentifiedProvider = (provider: ProviderName, facts: ChainFacts): string =>
  `${PROVIDER_PHRASES[provider]}${formatIdentity(facts.providers[provider])}`;

/** Clients for which a job would not get the credentials of the SDKs. */
export function describeOtherClients(
  { clients, provider, sdkProvider }: ChainFinding<'OTHER_CLIENTS_DIFFER'>,
  facts: ChainFacts,
): Explanation {
  const effect =
    provider === null
      ? `${describeClients([], clients, 'has', 'have')} no credentials`
      : `${describeClients([], clients, 'uses', 'use')} ${describeIdentifiedProvider(provider, facts)}`;
  return {
    message: `${effect}, but ${sdkProvider === null ? 'SDKs fail' : `SDKs use ${describeIdentifiedProvider(sdkProvider, facts)}`}`,
    hint: 'this matters only if one of these clients runs here: keep the settings of one provider, or judge with --source the provider that this client uses',
  };
}

const isUnreachableImds = ({ name, problem }: Provider) =>
  name === 'imds' && problem?.code === 'POLL_FAILED' && problem.reason === 'unreachable';

export function describeDisagreement(
  { ends }: ChainFinding<'SDKS_DISAGREE'>,
  { providers }: ChainFacts,
): Explanation {
  const setUp = Object.values(providers).filter(
    (each) => each.state !== 'absent' && !isUnreachableImds(each),
  );
  const [only] = setUp;
  if (setUp.length === 1 && only !== undefined && ends.length === 2 && ends.includes('none'))
    return {
      message: `some SDKs use ${PROVIDER_PHRASES[only.name]}, and the others get no credentials`,
      hint: 'repair this provider, or set up another one',
    };
  return {
    message: `SDKs use different providers, so programs run with different credentials${ends.includes('none') ? ' or with none' : ''}`,
    hint: 'keep the settings of one provider, and remove the settings of the others',
  };
}

/** What happens after the removal of settings: `: then every SDK uses IMDS (role loader)`. */
export function describeWithout(without: readonly WinnerWithout[], facts: ChainFacts): string {
  const effects = listEffects(without, facts);
  return effects.length === 0 ? '' : `: then ${joinWords(effects)}`;
}

/** For a provider that does not work: `; without the profile, every SDK uses IMDS (role loader)`. */
export function describeAlternative(
  removed: ProviderName,
  without: readonly WinnerWithout[],
  facts: ChainFacts,
): string {
  if (without.every(({ provider }) => provider === null)) return '';
  return `; without ${PROVIDER_PHRASES[removed]}, ${joinWords(listEffects(without, facts))}`;
}

function listEffects(without: readonly WinnerWithout[], facts: ChainFacts): string[] {
  const doSdksAgree = without.filter(({ sdks }) => sdks.length > 0).length === 1;
  return without.map(({ provider, sdks, others }) => {
    // Clients that do the same as every affected SDK are not named.
    const named = sdks.length > 0 && doSdksAgree ? [] : others;
    if (provider === null) return `${describeClients(sdks, named, 'has', 'have')} no working credentials`;
    return `${describeClients(sdks, named, 'uses', 'use')} ${describeIdentifiedProvider(provider, facts)}`;
  });
}
