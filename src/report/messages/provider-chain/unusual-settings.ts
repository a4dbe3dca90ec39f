import { SDKS } from '../../../domain/provider-chain/clients.ts';
import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import type { ChainFacts } from '../../../domain/provider-chain/providers.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeAlternative, describeSdks, isEverySdk } from './sdk-lists.ts';

export function describeSplitKeys(
  { profile, sdks, stoppedSdks, without }: ChainFinding<'KEYS_IN_TWO_FILES'>,
  facts: ChainFacts,
): Explanation {
  const ends = [
    sdks.length === 0 ? '' : `${describeSdks(sdks, 'combines', 'combine')} them`,
    stoppedSdks.length === 0 ? '' : describeSdks(stoppedSdks, 'fails', 'fail'),
    sdks.length + stoppedSdks.length === SDKS.length ? '' : 'others use the keys of one file, if it has both',
  ];
  return {
    message: `the keys of profile ${profile} are in two files: ${ends.filter(Boolean).join('; ')}`,
    hint: `move both keys into one file${describeAlternative('profile', without, facts)}`,
  };
}

export const describeUpperCase = ({
  settings,
  sdks,
}: ChainFinding<'SETTING_NOT_LOWERCASE'>): Explanation => ({
  message: `${joinWords(settings)} ${settings.length === 1 ? 'is' : 'are'} not in lower case: ${describeSdks(sdks, 'ignores', 'ignore')} ${settings.length === 1 ? 'this setting' : 'these settings'}`,
  hint: 'write the names of settings in lower case',
});

export function describeEmptySetting({
  setting,
  sdks,
  stoppedSdks,
}: ChainFinding<'EMPTY_SETTING'>): Explanation {
  const skipping = sdks.filter((sdk) => !stoppedSdks.includes(sdk));
  const ends = [
    stoppedSdks.length === 0 ? '' : describeSdks(stoppedSdks, 'fails', 'fail'),
    skipping.length === 0 ? '' : `${describeSdks(skipping, 'skips', 'skip')} the profile`,
    isEverySdk(sdks) ? '' : 'others ignore the setting',
  ];
  return {
    message: `${setting} of the profile has no value: ${ends.filter(Boolean).join(', ')}`,
    hint: 'remove the setting, or set a value',
  };
}
