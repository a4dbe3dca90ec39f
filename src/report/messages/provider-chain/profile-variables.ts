/** Findings about AWS_PROFILE and AWS_DEFAULT_PROFILE. */
import { resolveWinner } from '../../../domain/provider-chain/chains/resolve.ts';
import { SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import type { ChainFinding, WinnerWithout } from '../../../domain/provider-chain/findings/finding.ts';
import type { ChainFacts } from '../../../domain/provider-chain/providers.ts';
import { removeProviders } from '../../../domain/provider-chain/removed-providers.ts';
import {
  findWinnersWithoutProfile,
  isSelectedByVariable,
} from '../../../domain/provider-chain/unset-profile.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeSdks, describeWithout } from './sdk-lists.ts';

export const UNSET_KEYS = 'unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';

export function describeSkippedEnvironment(
  { profile, sdks, without }: ChainFinding<'PROFILE_SKIPS_ENVIRONMENT'>,
  facts: ChainFacts,
): Explanation {
  const { isFlag, exists } = facts.profile;
  const users = sdks.length === 0 ? '' : `; ${describeSdks(sdks, 'uses', 'use')} them`;
  const message = isFlag
    ? `with AWS_PROFILE=${profile}, JavaScript ignores the keys in the environment${users}`
    : `JavaScript ignores the keys in the environment, because AWS_PROFILE is set${users}`;
  // Without the keys, a missing profile is still missing.
  if (!exists) return { message, hint: isFlag ? 'use another name' : 'correct or unset AWS_PROFILE' };
  const removal = `${UNSET_KEYS}${describeWithout(without, facts)}`;
  return { message, hint: isFlag ? removal : `${removal}; or unset AWS_PROFILE` };
}

export function describeDefaultVariable(
  _: ChainFinding<'DEFAULT_PROFILE_ONLY_SOME_SDKS'>,
  { profile: { isNamed, ofDefaultVariable } }: ChainFacts,
): Explanation {
  if (!isNamed && ofDefaultVariable?.exists === false) {
    return {
      message: `AWS_DEFAULT_PROFILE names ${ofDefaultVariable.name}, but this profile does not exist: botocore (AWS CLI) fails, others ignore it`,
      hint: 'correct or unset AWS_DEFAULT_PROFILE',
    };
  }
  return {
    message:
      'botocore reads AWS_DEFAULT_PROFILE before AWS_PROFILE; the AWS CLI and Go read it after AWS_PROFILE; others ignore it',
    hint: 'use AWS_PROFILE',
  };
}

/**
 * How to keep SDKs from using a profile, and what they use then. Other programs may need the settings of a profile that
 * AWS_PROFILE selects, so the first advice is to unset the variable.
 * @param removal removes the settings
 * @param sdks the SDKs that use the profile
 */
export function describeProfileRemoval(
  removal: string,
  { without, sdks }: { without: readonly WinnerWithout[]; sdks: readonly Sdk[] },
  facts: ChainFacts,
): string {
  const effect = describeWithout(without, facts);
  const removed = `${removal}${effect}`;
  if (!isSelectedByVariable(facts)) return removed;
  const unset = describeUnsetProfile(sdks, facts);
  return effect !== '' && unset.endsWith(effect)
    ? `${unset.slice(0, -effect.length)}, or ${removed}`
    : `${unset}; or ${removed}`;
}

/** `unset AWS_PROFILE, which selects profile dev: then every SDK uses IMDS (role loader)` */
export function describeUnsetProfile(sdks: readonly Sdk[], facts: ChainFacts): string {
  const found = findWinnersWithoutProfile(facts, sdks);
  const readsDefault = found === null || found.facts.profile.exists;
  return (
    `unset AWS_PROFILE, which selects profile ${facts.profile.name}` +
    `${readsDefault ? ', so that SDKs read the profile default' : ''}` +
    (found === null ? '' : describeWithout(found.winners, found.facts))
  );
}

/**
 * If neither the keys in the environment nor those of AWS_PROFILE work, the removal of one leads to the other. Null
 * unless only the removal of both leads every SDK to one working provider.
 */
export function describeRemovalOfBoth(facts: ChainFacts): string | null {
  const withoutKeys = removeProviders(facts, ['environment']);
  if ([facts, withoutKeys].some(hasWorkingSdk)) return null;
  const withoutProfile = findWinnersWithoutProfile(facts, SDKS);
  const withoutBoth = findWinnersWithoutProfile(withoutKeys, SDKS);
  if (withoutProfile === null || withoutBoth === null) return null;
  if (withoutProfile.winners.some(({ provider }) => provider !== null)) return null;
  const [winner] = withoutBoth.winners;
  if (withoutBoth.winners.length !== 1 || winner?.provider === null) return null;
  return `unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_PROFILE${describeWithout(withoutBoth.winners, withoutBoth.facts)}`;
}

const hasWorkingSdk = (facts: ChainFacts): boolean => SDKS.some((sdk) => resolveWinner(sdk, facts) !== null);
