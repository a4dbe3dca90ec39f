import type { Seconds } from '../../domain/model.ts';
import { createRoleSession, type RoleSession } from '../aws/role-session.ts';
import { readVariable } from '../environment/variables.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { Profile } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { CREDENTIAL_SOURCES, findCredentialSource, type RoleSource } from './credential-source.ts';

export interface RoleSettings extends RoleSession {
  externalId: string | null;
}

/** What the caller chooses for the session of the last role. Roles before it in a chain use their profiles. */
export type GivenSession = Pick<SourceOptions, 'sessionName' | 'externalId' | 'durationSeconds'>;

/** Whose credentials assume the role of a profile. */
export type RoleBase = { kind: 'profile'; name: string } | { kind: 'source'; source: RoleSource };

/** @throws PollError if the profile has no role, or if a setting is invalid or needs a person */
export function readProfileRole(profile: Profile, given: GivenSession): RoleSettings {
  const read = (key: string) => readProfileSetting(profile, key);
  const roleArn = read('role_arn');
  if (roleArn === null) {
    const misconfiguration = { code: 'ROLE_NOT_NAMED' } as const;
    throw new PollError('not-configured', `profile ${profile.name} has no role_arn`, { misconfiguration });
  }
  if (read('mfa_serial') !== null) {
    const detail = `profile ${profile.name} has mfa_serial, and a code of an MFA device can be used only once`;
    throw new PollError('mfa-required', detail);
  }
  return buildRoleSettings({ name: 'role_arn', value: roleArn }, given, {
    sessionName: read('role_session_name'),
    externalId: read('external_id'),
    durationSeconds: parseDurationSeconds(read('duration_seconds')),
  });
}

/** The role of `--role-arn`. */
export const readChosenRole = (roleArn: string, options: SourceOptions): RoleSettings =>
  buildRoleSettings({ name: '--role-arn', value: roleArn }, options, {
    sessionName: readVariable(options.env, 'AWS_ROLE_SESSION_NAME'),
    externalId: null,
    durationSeconds: null,
  });

function buildRoleSettings(
  arn: { name: string; value: string },
  given: GivenSession,
  configured: { sessionName: string | null } & Pick<RoleSettings, 'externalId' | 'durationSeconds'>,
): RoleSettings {
  const sessionName = given.sessionName ?? configured.sessionName;
  const durationSeconds = given.durationSeconds ?? configured.durationSeconds;
  const externalId = given.externalId ?? configured.externalId;
  return { ...createRoleSession(arn, sessionName, durationSeconds), externalId };
}

function parseDurationSeconds(text: string | null): Seconds | null {
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text.trim())) return Number(text);
  throw createInvalidSettingError('duration_seconds', 'is not a number of seconds');
}

/** @throws PollError if the profile does not name exactly one base */
export function readRoleBase(profile: Profile): RoleBase {
  const sourceProfile = readProfileSetting(profile, 'source_profile');
  const credentialSource = readProfileSetting(profile, 'credential_source');
  if (sourceProfile !== null && credentialSource !== null) {
    const detail = `profile ${profile.name} has source_profile and credential_source`;
    throw new PollError('invalid-configuration', detail);
  }
  if (sourceProfile !== null) return { kind: 'profile', name: sourceProfile };
  if (credentialSource === null) {
    const detail = `profile ${profile.name} has role_arn, but neither source_profile nor credential_source`;
    throw new PollError('invalid-configuration', detail);
  }
  const source = findCredentialSource(credentialSource);
  if (source === null) {
    const names = Object.keys(CREDENTIAL_SOURCES).join(', ');
    throw createInvalidSettingError('credential_source', `is none of ${names}`);
  }
  return { kind: 'source', source };
}
