import type {
  FileVariable,
  SsoSessionSetting,
  UnusualSettings,
} from '../../../domain/provider-chain/shared-files/unusual-settings.ts';
import { readText } from '../../document/json-object.ts';
import type { Environment } from '../../environment/variables.ts';
import { listImdsLimits } from '../../imds/limits.ts';
import type { ParsedProfileFiles, Profile, SectionSettings } from '../../profile/files.ts';
import { listSourceProfiles } from '../../profile/source-profiles.ts';

const CREDENTIAL_SETTING =
  /^(aws_access_key_id|aws_secret_access_key|aws_session_token|role_arn|source_profile|credential_source|web_identity_token_file|credential_process|login_session|mfa_serial|sso_.*)$/i;

/** Settings that change the session of a role. */
const ROLE_SESSION_SETTING = /^(duration_seconds|external_id)$/i;

export const KEY_ID = 'aws_access_key_id';
export const SECRET_KEY = 'aws_secret_access_key';

const FILE_VARIABLES = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const satisfies FileVariable[];

/** The setting of a section, even without a value. Undefined if the section does not have it. */
export const findSetting = (section: SectionSettings, name: string): string | undefined =>
  Object.entries(section).find(([key]) => key.toLowerCase() === name)?.[1];

/**
 * @param botocoreProfiles the profiles with their empty settings, which the loader of the JavaScript SDK drops. Null if
 * botocore cannot parse a file.
 */
export function findUnusualSettings(
  env: Environment,
  files: ParsedProfileFiles,
  botocoreProfiles: ParsedProfileFiles['profiles'] | null,
): UnusualSettings {
  const emptyPaths = FILE_VARIABLES.filter((name) => env[name] === '');
  const listSelected = (profiles: ParsedProfileFiles['profiles']) => {
    const selected = profiles.get(files.selectedName);
    return selected === undefined ? [] : listSourceProfiles(selected, profiles);
  };
  const chain = listSelected(files.profiles);
  const withEmpty = botocoreProfiles === null ? [] : listSelected(botocoreProfiles);
  const list = (profiles: readonly Profile[], isUnusual: (name: string, value: string) => boolean) => [
    ...new Set(
      profiles
        .flatMap(({ config, credentials }) => [...Object.entries(config), ...Object.entries(credentials)])
        .filter(([name]) => CREDENTIAL_SETTING.test(name) || ROLE_SESSION_SETTING.test(name))
        .filter(([name, value]) => isUnusual(name, value))
        .map(([name]) => name),
    ),
  ];
  const [selected] = chain;
  return {
    notLowercase: list(chain, (name) => name !== name.toLowerCase()),
    empty: list(withEmpty, (_, value) => value.trim() === ''),
    areKeysSplit: selected !== undefined && areKeysSplit(selected),
    emptyPaths,
    sessionSettings: selected === undefined ? [] : listSessionSettings(selected, files.ssoSessions),
    imdsLimits: listImdsLimits(env, (botocoreProfiles ?? files.profiles).get(files.selectedName)),
  };
}

/** Limits of IMDS are not about files. */
export const isUsual = (settings: UnusualSettings): boolean => {
  const { notLowercase, empty, areKeysSplit, emptyPaths, sessionSettings } = settings;
  const count = notLowercase.length + empty.length + emptyPaths.length + sessionSettings.length;
  return count === 0 && !areKeysSplit;
};

function listSessionSettings(
  { config, credentials }: Profile,
  ssoSessions: ParsedProfileFiles['ssoSessions'],
): SsoSessionSetting[] {
  const settings = { ...config, ...credentials };
  const session = readText(settings, 'sso_session') ?? '';
  return Object.entries(ssoSessions.get(session) ?? {}).flatMap(([name, value]): SsoSessionSetting[] => {
    const own = readText(settings, name);
    if (own === null || value === '') return [];
    const isSameInLowerCase = own.toLowerCase() === value.toLowerCase();
    const difference = own === value ? 'none' : isSameInLowerCase ? 'case' : 'value';
    return [{ name, session, difference }];
  });
}

const hasKey = (section: SectionSettings) =>
  [KEY_ID, SECRET_KEY].some((name) => readText(section, name) !== null);

export const hasPair = (section: SectionSettings) =>
  [KEY_ID, SECRET_KEY].every((name) => readText(section, name) !== null);

/** Whether the credentials file has one of both keys, or neither file has both, and both files together have them. */
export function areKeysSplit({ config, credentials }: Profile): boolean {
  const isSplit = hasKey(credentials) ? !hasPair(credentials) : !hasPair(config);
  return isSplit && hasPair({ ...config, ...credentials });
}

/** Whether botocore finds credential settings that the loader of the JavaScript SDK does not find, or other values. */
export function hasOtherSettings(profile: Profile, known: Profile | undefined): boolean {
  const count = (settings: SectionSettings = {}) =>
    Object.keys(settings).filter((key) => CREDENTIAL_SETTING.test(key)).length;
  const countAll = (each: Profile | undefined) => count(each?.config) + count(each?.credentials);
  const differs = (settings: SectionSettings, others: SectionSettings = {}) =>
    Object.entries(settings).some(
      ([key, value]) =>
        (CREDENTIAL_SETTING.test(key) || key === 'duration_seconds') &&
        (readText(others, key) ?? value) !== value,
    );
  return (
    countAll(profile) > countAll(known) ||
    differs(profile.config, known?.config) ||
    differs(profile.credentials, known?.credentials)
  );
}
