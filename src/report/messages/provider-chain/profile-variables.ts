/** Findings about AWS_PROFILE and AWS_DEFAULT_PROFILE. */
import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import type { ChainFacts } from '../../../domain/provider-chain/providers.ts';
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
