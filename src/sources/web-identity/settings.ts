import { createRoleSession, type RoleSession } from '../aws/role-session.ts';
import type { NamedValue } from '../document/named-value.ts';
import { readVariable } from '../environment/variables.ts';
import { PollError } from '../poll-error.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles, Profile } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';

export interface WebIdentitySettings extends RoleSession {
  /** `name` is the variable or the setting that has the path. */
  tokenFile: { name: string; value: string };
}

/** What the caller chooses. */
type GivenWebIdentity = Pick<SourceOptions, 'roleArn' | 'sessionName' | 'durationSeconds'>;

const TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/**
 * The variables, or the settings of the profile if the variables name no token file or if the caller has chosen
 * a profile.
 * @throws PollError if a setting is missing or invalid
 */
export function readWebIdentitySettings(
  options: SourceOptions,
  files: ParsedProfileFiles,
): WebIdentitySettings {
  const { env, profile: chosenProfile } = options;
  const usesVariables = chosenProfile === undefined && readVariable(env, TOKEN_FILE) !== null;
  const profile = files.profiles.get(files.selectedName) ?? null;
  return buildSettings(
    options,
    (variable, key) =>
      usesVariables
        ? { name: variable, value: readVariable(env, variable) }
        : { name: key, value: readProfileSetting(profile, key) },
    files.selectedName,
  );
}

/** @param read reads a variable, or the setting of a profile */
function buildSettings(
  options: GivenWebIdentity,
  read: (variable: string, key: string) => NamedValue,
  profileName: string,
): WebIdentitySettings {
  const tokenFile = read(TOKEN_FILE, 'web_identity_token_file');
  if (tokenFile.value === null) {
    const detail = `${TOKEN_FILE} is not set, and the profile ${profileName} has no web_identity_token_file`;
    throw new PollError('not-configured', detail);
  }
  const roleArn =
    options.roleArn === undefined
      ? read('AWS_ROLE_ARN', 'role_arn')
      : { name: '--role-arn', value: options.roleArn };
  if (roleArn.value === null) {
    throw new PollError('invalid-configuration', `${tokenFile.name} is set, but ${roleArn.name} is not`);
  }
  const sessionName = options.sessionName ?? read('AWS_ROLE_SESSION_NAME', 'role_session_name').value;
  // No SDK uses the `duration_seconds` of a profile for web identities.
  const durationSeconds = options.durationSeconds ?? null;
  return {
    tokenFile: { name: tokenFile.name, value: tokenFile.value },
    ...createRoleSession({ name: roleArn.name, value: roleArn.value }, sessionName, durationSeconds),
  };
}

/** The web identity of a profile. @throws PollError if a setting is missing or invalid */
export const readProfileWebIdentity = (profile: Profile, given: GivenWebIdentity): WebIdentitySettings =>
  buildSettings(given, (_, key) => ({ name: key, value: readProfileSetting(profile, key) }), profile.name);
