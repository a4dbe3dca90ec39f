/** The profile from which calls to AWS take their region and endpoints. */
import { readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import type { AwsSettings } from './service.ts';

/** @param files the shared files, and which profile is selected */
export function readAwsSettings(
  { env }: Pick<SourceOptions, 'env'>,
  files: ParsedProfileFiles | undefined,
): AwsSettings {
  const profile = files?.profiles.get(files.selectedName) ?? null;
  const name = readProfileSetting(profile, 'services');
  return { env, profile, services: (name === null ? undefined : files?.services.get(name)) ?? {} };
}
