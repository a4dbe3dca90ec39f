/** Chooses the STS endpoint: the option, else environment variables, else the selected profile. */
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readAwsSettings } from './profile-settings.ts';
import { type AwsService, describeEndpoint, readAwsService, readRegion } from './service.ts';

/** @throws PollError if the region is missing, or if a setting is invalid */
export function readSts(options: SourceOptions, files: ParsedProfileFiles | undefined): AwsService {
  const settings = readAwsSettings(options, files);
  return readAwsService('STS', readRegion(settings), settings, options.stsEndpoint ?? null);
}

/** The endpoint of STS for display. Null if it is not configured completely. */
export const describeSts = (options: SourceOptions): CredentialSource['endpoint'] =>
  describeEndpoint(() => readSts(options, options.profileFiles));
