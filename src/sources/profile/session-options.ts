import { CredWatchError } from '../../errors.ts';
import type { SourceOptions } from '../source.ts';
import { findCredentialKind, type ProfileCredentials } from './credentials.ts';

/** The options that only a session of a role has, with their names in sentences. */
const SESSION_OPTIONS = [
  ['durationSeconds', 'a duration'],
  ['sessionName', 'a session name'],
  ['externalId', 'an external id'],
] as const;

/**
 * Rejects options that the selected profile would ignore.
 * @throws CredWatchError if the profile assumes no role, and an option describes the session of a role
 */
export function assertSessionOptions(options: SourceOptions): void {
  const [, given] = SESSION_OPTIONS.find(([name]) => options[name] !== undefined) ?? [];
  const kind = given === undefined ? null : findProfileKind(options);
  if (kind === null || kind === 'role') return;
  const { selectedName = '' } = options.profileFiles ?? {};
  if (kind === 'web-identity') {
    if (options.externalId === undefined) return;
    throw new CredWatchError(
      `profile ${selectedName} assumes a role with a web identity, which takes no external id`,
      'remove the external id',
      { code: 'INVALID_ARGUMENT' },
    );
  }
  throw new CredWatchError(
    `profile ${selectedName} assumes no role, so ${given} has no effect`,
    'select a profile with role_arn; or give the ARN of a role, which the credentials of this profile then assume',
    { code: 'INVALID_ARGUMENT' },
  );
}

/** Where the selected profile gets its credentials. Null if it has none: then a poll fails with the reason. */
export function findProfileKind({ profileFiles }: SourceOptions): ProfileCredentials['kind'] | null {
  const profile = profileFiles?.profiles.get(profileFiles.selectedName);
  return profile === undefined ? null : findCredentialKind(profile);
}
