/** A partition of AWS, which has its own accounts and domain names. */
interface Partition {
  name: string;
  /** What the names of its regions begin with. */
  regions: RegExp;
  domain: string;
}

/** All other regions are in the partition `aws`. */
const PARTITIONS: readonly Partition[] = [
  { name: 'aws-cn', regions: /^cn-/, domain: 'amazonaws.com.cn' },
  { name: 'aws-us-gov', regions: /^us-gov-/, domain: 'amazonaws.com' },
  { name: 'aws-iso', regions: /^us-iso-/, domain: 'c2s.ic.gov' },
  { name: 'aws-iso-b', regions: /^us-isob-/, domain: 'sc2s.sgov.gov' },
  { name: 'aws-iso-e', regions: /^eu-isoe-/, domain: 'cloud.adc-e.uk' },
  { name: 'aws-iso-f', regions: /^us-isof-/, domain: 'csp.hci.ic.gov' },
  { name: 'aws-eusc', regions: /^eusc-/, domain: 'amazonaws.eu' },
];

const AWS: Partition = { name: 'aws', regions: /^/, domain: 'amazonaws.com' };

const findByRegion = (region: string) => PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;

/** The partition of an ARN or, without an ARN, of a region. Null if both are unknown. */
export function findPartition(roleArn: string | null, region: string | null): string | null {
  const stated = /^arn:([\w-]+):/.exec(roleArn ?? '')?.[1];
  return stated ?? (region === null ? null : findByRegion(region).name);
}

/** Null if the domain of the partition is unknown. */
export const findPartitionDomain = (name: string): string | null =>
  [AWS, ...PARTITIONS].find((each) => each.name === name)?.domain ?? null;
