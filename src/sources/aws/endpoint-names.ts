/** The host names of AWS, for display. The SDK has the same rules, but loading the SDK takes as long as a poll. */

/** The service ids of AWS's SDKs, in the form that variables and settings use. */
export type AwsServiceId = 'STS' | 'SSO';

/** A service in a region, and which of its endpoints is used. */
export interface RegionalService {
  id: AwsServiceId;
  region: string;
  usesFips: boolean;
  usesDualStack: boolean;
}

/** Each partition has its own domains. All regions without a partition are in the first partition. */
const PARTITIONS: readonly { regions: RegExp; domain: string; dualStackDomain: string }[] = [
  {
    regions: /^(?:cn|aws-cn)-/,
    domain: 'amazonaws.com.cn',
    dualStackDomain: 'api.amazonwebservices.com.cn',
  },
  { regions: /^(?:us|aws)-iso-(?![bef]-)/, domain: 'c2s.ic.gov', dualStackDomain: 'api.aws.ic.gov' },
  { regions: /^(?:us|aws)-iso-?b-/, domain: 'sc2s.sgov.gov', dualStackDomain: 'api.aws.scloud' },
  { regions: /^(?:eu|aws)-iso-?e-/, domain: 'cloud.adc-e.uk', dualStackDomain: 'api.cloud-aws.adc-e.uk' },
  { regions: /^(?:us|aws)-iso-?f-/, domain: 'csp.hci.ic.gov', dualStackDomain: 'api.aws.hci.ic.gov' },
  { regions: /^eusc-/, domain: 'amazonaws.eu', dualStackDomain: 'api.amazonwebservices.eu' },
];
const AWS = { domain: 'amazonaws.com', dualStackDomain: 'api.aws' };

const GOVERNMENT = /^(?:us|aws-us)-gov-/;

/** The URL that the SDK uses without a configured endpoint. */
export function buildAwsEndpoint({ id, region, usesFips, usesDualStack }: RegionalService): string {
  const name = id === 'STS' ? 'sts' : 'portal.sso';
  const { domain, dualStackDomain } = PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;
  if (id === 'STS' && region === 'aws-global' && !usesFips && !usesDualStack) return `https://sts.${domain}`;
  // In these regions, the normal endpoint follows FIPS.
  const isNormalFips = GOVERNMENT.test(region) && !usesDualStack;
  const suffix = usesFips && !isNormalFips ? '-fips' : '';
  return `https://${name}${suffix}.${region}.${usesDualStack ? dualStackDomain : domain}`;
}
