import { findPartitionOfRegion } from '../../domain/aws-partitions.ts';
import type { Provider, ProviderName } from '../../domain/provider-chain/providers.ts';
import { readVariable } from '../environment/variables.ts';
import { PollError } from '../poll-error.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { readAwsSettings } from './profile-settings.ts';
import { readAwsService, readRegion } from './service.ts';

/** The call of `profile-role` is signed, for which botocore needs a region. */
const SIGNED = ['profile-role'] as const satisfies ProviderName[];
const WITH_TOKEN = ['web-identity', 'profile-web-identity'] as const satisfies ProviderName[];

/**
 * The providers whose call of STS fails in botocore, because botocore does not read AWS_REGION. Without a region, it
 * calls the global endpoint of the commercial regions, but signs no request to a configured endpoint. Measured with
 * botocore 1.43.11. Version 2 of the AWS CLI reads the variable.
 */
export function findProvidersWithoutRegion(
  options: Pick<SourceOptions, 'env'>,
  files: ParsedProfileFiles,
): readonly ProviderName[] {
  const settings = readAwsSettings(options, files);
  const known =
    readVariable(settings.env, 'AWS_DEFAULT_REGION') ?? readProfileSetting(settings.profile, 'region');
  if (known !== null) return [];
  try {
    const region = readVariable(settings.env, 'AWS_REGION') === null ? 'us-east-1' : readRegion(settings);
    const { endpoint, usesFips, usesDualStack } = readAwsService('STS', region, settings);
    const isElsewhere = findPartitionOfRegion(region).name !== 'aws';
    // No endpoint of these kinds is global.
    if (endpoint === null && (usesFips || usesDualStack || isElsewhere)) return [...SIGNED, ...WITH_TOKEN];
    return endpoint === null ? [] : SIGNED;
  } catch (error) {
    if (error instanceof PollError) return [];
    throw error;
  }
}

/** Adds a note to each provider whose call of STS fails in botocore. */
export function addRegionNotes(
  providers: readonly Provider[],
  options: Pick<SourceOptions, 'env'>,
  files: ParsedProfileFiles,
): Provider[] {
  const names = findProvidersWithoutRegion(options, files);
  return providers.map((provider) =>
    provider.state === 'untried' && names.includes(provider.name)
      ? { ...provider, notes: [...provider.notes, { code: 'NO_REGION_FOR_BOTOCORE' }] }
      : provider,
  );
}
