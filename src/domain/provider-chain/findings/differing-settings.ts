import type { ChainContext } from '../chain-context.ts';
import { getClientProvider } from '../client-facts.ts';
import { SDKS, type Sdk } from '../clients.ts';
import { PROFILE_PROVIDERS } from '../providers.ts';
import { findWinnersWithout } from '../removed-providers.ts';
import { CLIENT_RULES } from '../rules/all-rules.ts';
import type { SharedFileRules } from '../rules/client-rules.ts';
import type { ChainChecks } from './finding.ts';

/** Checks of settings that clients read differently. */
export const UNUSUAL_SETTING_CHECKS = {
  KEYS_IN_TWO_FILES(chains) {
    const { unusualSettings, profile } = chains.facts;
    if (!unusualSettings.areKeysSplit) return [];
    const combining = listReaders(({ keys }) => keys === 'combined');
    const sdks = chains.findSdksUsing('profile').filter((sdk) => combining.includes(sdk));
    const stoppedSdks = chains.findStoppedSdks(({ provider }) => provider === 'profile');
    const without = findWinnersWithout(chains, 'profile', [...sdks, ...stoppedSdks]);
    return [{ profile: profile.name, sdks, stoppedSdks, without }];
  },

  SETTING_NOT_LOWERCASE({ facts: { unusualSettings } }) {
    const settings = unusualSettings.notLowercase;
    return settings.length === 0
      ? []
      : [{ settings, sdks: listReaders(({ isCaseSensitive }) => isCaseSensitive) }];
  },

  EMPTY_SETTING: (chains) =>
    chains.facts.unusualSettings.empty.flatMap((setting) => {
      const sdks = SDKS.filter((sdk) => isEmptyFor(chains, sdk, setting));
      const stoppedSdks = chains.findStoppedSdks(
        ({ cause }) => cause.reason === 'EMPTY_SETTING' && cause.setting === setting,
      );
      return sdks.length === 0 ? [] : [{ setting, sdks, stoppedSdks }];
    }),
} satisfies Partial<ChainChecks>;

const listReaders = (isSelected: (rules: SharedFileRules) => boolean): Sdk[] =>
  SDKS.filter((sdk) => isSelected(CLIENT_RULES[sdk].sharedFiles));

const isEmptyFor = ({ facts }: ChainContext, sdk: Sdk, setting: string): boolean =>
  PROFILE_PROVIDERS.some((name) => {
    const { problem } = getClientProvider(facts, sdk, name);
    return problem?.code === 'EMPTY_SETTING' && problem.name === setting;
  });
