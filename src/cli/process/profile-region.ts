import type { Io } from './io.ts';

/**
 * The region of the profile of `--profile` or `AWS_PROFILE`.
 * @param defaultProfile used if neither names a profile
 */
export async function readProfileRegion(
  io: Io,
  selected: string | undefined,
  defaultProfile?: string,
): Promise<string | null> {
  // Only botocore reads AWS_DEFAULT_PROFILE, but it decides for child processes too.
  const name = selected || io.env.AWS_PROFILE || io.env.AWS_DEFAULT_PROFILE || defaultProfile;
  const { config, credentials } = (name && (await readProfile(name, io))) || {};
  return config?.region ?? credentials?.region ?? null;
}

export async function readProfile(name: string, io: Io) {
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  return (await readProfileFiles(io)).profiles.get(name);
}
