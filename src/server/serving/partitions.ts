import { findPartitionByName, findPartitionOfRegion } from '../../domain/aws-partitions.ts';

/** The partition of an ARN or, without an ARN, of a region. Null if both are unknown. */
export function findPartition(roleArn: string | null, region: string | null): string | null {
  const stated = /^arn:([\w-]+):/.exec(roleArn ?? '')?.[1];
  return stated ?? (region === null ? null : findPartitionOfRegion(region).name);
}

/** Null if the domain of the partition is unknown. */
export const findPartitionDomain = (name: string): string | null => findPartitionByName(name)?.domain ?? null;
