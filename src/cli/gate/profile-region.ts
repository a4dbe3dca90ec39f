import type { Io } from '../process/io.ts';

/**
 * The region of the profile that `AWS_PROFILE` names: whoever takes the profile away must not lose it.
 * @param otherwise the profile that is taken away where none is named
 */
export async function readProfileRegion({ env, home }: Io, otherwise?: string): Promise<string | null> {
  // The second one is for botocore alone, but it is taken away as well.
  const profile = env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || otherwise;
  if (!profile) return null;
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  const { profiles } = await readProfileFiles({ env, home, profile });
  const { config, credentials } = profiles.get(profile) ?? {};
  return config?.region ?? credentials?.region ?? null;
}
