import type { ProfileLocation } from '../../sources/profile/files.ts';
import type { SourceFlags } from '../flags/source-flags.ts';

/**
 * True if `check` or `exec` will use a source that makes no call to AWS. If shared files or variables can select
 * another source, only the whole program has the rules of the provider chains. Sends no request.
 */
export async function usesLocalSource(
  { source, profile, process: command, roleArn }: SourceFlags,
  location: ProfileLocation,
): Promise<boolean> {
  const { findSelectedSource, isLocalSource } = await import('../../sources/open.ts');
  const selected = findSelectedSource(source, { profile, command, roleArn });
  if (selected !== null) return isLocalSource(selected);
  const { hasOnlyEndpoint } = await import('../../sources/only-endpoint.ts');
  return hasOnlyEndpoint(location);
}
