import { groupLinks } from '../chains/links.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import { GO } from './go.ts';

/** An old variable of Terraform for the endpoint of IMDS. */
const METADATA_URL = 'AWS_METADATA_URL';

/** Terraform copies AWS_METADATA_URL to AWS_EC2_METADATA_SERVICE_ENDPOINT. */
const goChainWithOtherImds: ChainLink = (facts, rules) => {
  const outcome = groupLinks(...GO.chain)(facts, rules);
  const isOther =
    facts.setVariables.has(METADATA_URL) &&
    !facts.setVariables.has('AWS_EC2_METADATA_SERVICE_ENDPOINT') &&
    typeof outcome === 'object' &&
    outcome.kind !== 'none' &&
    outcome.provider === 'imds';
  return isOther
    ? { kind: 'unknown', provider: 'imds', cause: { reason: 'OTHER_URL', setting: METADATA_URL } }
    : outcome;
};

/**
 * The AWS provider and the S3 backend without settings of their own. Both use `aws-sdk-go-base`. Settings of the
 * provider block come first: keys, then `profile`. Tested with the S3 backend of Terraform 1.11.4, which ignores a
 * missing profile of AWS_DEFAULT_PROFILE, as the SDK does.
 */
export const TERRAFORM: ClientRules = { ...GO, chain: [goChainWithOtherImds] };
