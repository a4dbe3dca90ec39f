import type { Io } from '../process/io.ts';

/**
 * The region of the profile in `AWS_PROFILE`. A child process loses the profile, but still needs the region.
 * @param defaultProfile used if no variable names a profile
 */
export async function readProfileRegion({ env, home }: Io, defaultProfile?: string): Promise<string | null> {
  // Only botocore reads AWS_DEFAULT_PROFILE, but the child loses this variable too.
  const profile = env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || defaultProfile;
  if (!profile) return null;
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  const { profiles } = await readProfileFiles({ env, home, profile });
  const { config, credentials } = profiles.get(profile) ?? {};
  return config?.region ?? credentials?.region ?? null;
}
