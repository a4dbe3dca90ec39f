import { SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import type { WinnerWithout } from '../../../domain/provider-chain/finding.ts';
import type { ChainFacts } from '../../../domain/provider-chain/providers.ts';
import { joinWords, listIdentity, PROVIDER_PHRASES, SDK_NAMES } from './providers.ts';

export const isEverySdk = (sdks: readonly Sdk[]) => sdks.length === SDKS.length;

export const listSdks = (sdks: readonly Sdk[]) =>
  isEverySdk(sdks) ? 'every SDK' : joinWords(sdks.map((sdk) => SDK_NAMES[sdk]));

/** For example `Go stops`, `Go and Rust stop`, `every SDK stops`. */
export const describeSdks = (sdks: readonly Sdk[], singular: string, plural: string) =>
  `${listSdks(sdks)} ${sdks.length === 1 || isEverySdk(sdks) ? singular : plural}`;

/** What happens after the removal of settings: `: then every SDK uses IMDS (role loader)`. */
export function describeWithout(without: readonly WinnerWithout[], facts: ChainFacts): string {
  const effects = without.map(({ provider, sdks }) => {
    if (provider === null) return `${describeSdks(sdks, 'has', 'have')} no working credentials`;
    const identity = listIdentity(facts.providers[provider]);
    const details = identity.length === 0 ? '' : ` (${identity.join(', ')})`;
    return `${describeSdks(sdks, 'uses', 'use')} ${PROVIDER_PHRASES[provider]}${details}`;
  });
  return effects.length === 0 ? '' : `: then ${joinWords(effects)}`;
}
