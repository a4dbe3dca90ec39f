/** A partition of AWS, which has its own accounts and domain names. */
export interface AwsPartition {
  name: string;
  /** How the names of its regions begin. SDKs also accept names such as `aws-cn-global`. */
  regions: RegExp;
  domain: string;
  dualStackDomain: string;
}

/** All regions without another partition are in this partition. */
const AWS: AwsPartition = { name: 'aws', regions: /^/, domain: 'amazonaws.com', dualStackDomain: 'api.aws' };

const PARTITIONS: readonly AwsPartition[] = [
  {
    name: 'aws-cn',
    regions: /^(?:cn|aws-cn)-/,
    domain: 'amazonaws.com.cn',
    dualStackDomain: 'api.amazonwebservices.com.cn',
  },
  {
    name: 'aws-us-gov',
    regions: /^(?:us|aws-us)-gov-/,
    domain: 'amazonaws.com',
    dualStackDomain: 'api.aws',
  },
  {
    name: 'aws-iso',
    regions: /^(?:us|aws)-iso-(?![bef]-)/,
    domain: 'c2s.ic.gov',
    dualStackDomain: 'api.aws.ic.gov',
  },
  {
    name: 'aws-iso-b',
    regions: /^(?:us|aws)-iso-?b-/,
    domain: 'sc2s.sgov.gov',
    dualStackDomain: 'api.aws.scloud',
  },
  {
    name: 'aws-iso-e',
    regions: /^(?:eu|aws)-iso-?e-/,
    domain: 'cloud.adc-e.uk',
    dualStackDomain: 'api.cloud-aws.adc-e.uk',
  },
  {
    name: 'aws-iso-f',
    regions: /^(?:us|aws)-iso-?f-/,
    domain: 'csp.hci.ic.gov',
    dualStackDomain: 'api.aws.hci.ic.gov',
  },
  {
    name: 'aws-eusc',
    regions: /^eusc-/,
    domain: 'amazonaws.eu',
    dualStackDomain: 'api.amazonwebservices.eu',
  },
];

export const findPartitionOfRegion = (region: string): AwsPartition =>
  PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;

/** Null if the partition is unknown. */
export const findPartitionByName = (name: string): AwsPartition | null =>
  [AWS, ...PARTITIONS].find((each) => each.name === name) ?? null;
