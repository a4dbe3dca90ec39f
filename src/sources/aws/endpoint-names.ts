import { findPartitionOfRegion } from '../../domain/aws-partitions.ts';

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

/** The URL that the SDK uses without a configured endpoint. */
export function buildAwsEndpoint({ id, region, usesFips, usesDualStack }: RegionalService): string {
  const name = id === 'STS' ? 'sts' : 'portal.sso';
  const { name: partition, domain, dualStackDomain } = findPartitionOfRegion(region);
  if (id === 'STS' && region === 'aws-global' && !usesFips && !usesDualStack) return `https://sts.${domain}`;
  // In these regions, the normal endpoint follows FIPS.
  const isNormalFips = partition === 'aws-us-gov' && !usesDualStack;
  const suffix = usesFips && !isNormalFips ? '-fips' : '';
  return `https://${name}${suffix}.${region}.${usesDualStack ? dualStackDomain : domain}`;
}
