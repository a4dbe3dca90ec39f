import type { PollNote } from '../../domain/poll-note.ts';
import { readText } from '../document/json-object.ts';
import { readVariable } from '../environment/variables.ts';
import { addNotesOfSpelling, isLoopbackUrl } from '../http/addresses.ts';
import type { PollLimits } from '../http/exchange.ts';
import { Notes } from '../notes.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import { isRole } from '../role-name.ts';
import type { SourceOptions } from '../source.ts';

/** The name is for messages and says where the value was found. */
type Setting = Record<'name' | 'value', string>;

/** The rule of IAM. A setting can hold a secret by mistake, and most secret keys contain a slash. */
const ROLE_NAME = /^(?!\.{1,2}$)[\w+=,.@-]{1,64}$/;

const BASE_URLS = { ipv4: 'http://169.254.169.254', ipv6: 'http://[fd00:ec2::254]' } as const;

export interface ImdsSettings {
  /** Null if the configuration is invalid. */
  baseUrl: URL | null;
  /** The name of the setting that gives the URL. Null: the URL is the usual address. */
  addressSetting: string | null;
  /** Why no request can be sent. Null if requests can be sent. */
  blockingError: PollError | null;
  isV1Allowed: boolean;
  /** The fixed role, or null to discover it. */
  fixedRole: string | null;
  limits: Partial<PollLimits>;
  notes: Notes;
}

export function readImdsSettings(options: SourceOptions): ImdsSettings {
  const { env, role, limits } = options;
  const notes = new Notes();
  const read: Read = (variable, key) => readSetting(options, variable, key, notes);
  const note: Note = (code, { name }) => notes.add({ code, name });

  // Not read from the profile: no SDK in use reads `disable_ec2_metadata`.
  const disabled = readVariable(env, DISABLED, notes);
  const v1Disabled = read('AWS_EC2_METADATA_V1_DISABLED', 'ec2_metadata_v1_disabled');
  const { baseUrl, name: addressSetting } = readBaseUrl(read, note, notes);
  const fixedRole = readRole(role, read, note);
  const errors = [
    isOn(disabled === null ? null : { name: DISABLED, value: disabled }, 'DISABLED_FOR_SOME_SDKS', note)
      ? new PollError('disabled', `${DISABLED} is true`)
      : null,
    baseUrl instanceof PollError ? baseUrl : null,
    fixedRole instanceof PollError ? fixedRole : null,
  ];
  return {
    baseUrl: baseUrl instanceof PollError ? null : baseUrl,
    addressSetting,
    blockingError: errors.find((error) => error !== null) ?? null,
    isV1Allowed: !isOn(v1Disabled, 'V1_DISABLED_FOR_SOME_SDKS', note),
    fixedRole: fixedRole instanceof PollError ? null : fixedRole,
    limits: { ...limits, ...readLimits(read, note) },
    notes,
  };
}

/** Whether the selected profile has settings that decide how IMDS is polled. */
export function readsProfile(options: SourceOptions): boolean {
  const read = (profileFiles: SourceOptions['profileFiles']) => {
    const { notes: _, blockingError, ...settings } = readImdsSettings({ ...options, profileFiles });
    return JSON.stringify({ ...settings, problem: blockingError?.message });
  };
  return read(options.profileFiles) !== read(undefined);
}

const DISABLED = 'AWS_EC2_METADATA_DISABLED';

type Read = (variable: string, key: string) => Setting | null;
/** Notes that have no field but the name of a setting. */
type SettingNoteCode = Exclude<
  Extract<PollNote, { name: string }>,
  { otherName: string } | { place: string } | { form: string }
>['code'];
type Note = (code: SettingNoteCode, setting: Setting) => void;

/** Every SDK accepts `true` in any letter case. The JavaScript SDK and CRT accept any text but `false`. */
function isOn(setting: Setting | null, onlySomeSdks: SettingNoteCode, note: Note): boolean {
  if (setting === null || setting.value === 'false') return false;
  if (setting.value.toLowerCase() === 'true') return true;
  note(onlySomeSdks, setting);
  return false;
}

/** An endpoint takes precedence over a mode, even if only the mode is in the environment. */
function readBaseUrl(
  read: Read,
  note: Note,
  notes: Notes,
): { baseUrl: URL | PollError; name: string | null } {
  const endpoint = read('AWS_EC2_METADATA_SERVICE_ENDPOINT', 'ec2_metadata_service_endpoint');
  const mode = read('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', 'ec2_metadata_service_endpoint_mode');
  const legacy = read('AWS_IMDS_USE_IPV6', 'imds_use_ipv6');
  if (endpoint !== null) {
    const baseUrl = parseImdsUrl(endpoint);
    if (!(baseUrl instanceof PollError)) addNotesOfSpelling(endpoint, baseUrl, notes);
    return { baseUrl, name: endpoint.name };
  }
  if (mode === null) {
    // Ignored, as in all SDKs except botocore.
    if (legacy?.value.toLowerCase() === 'true') note('IPV6_ONLY_BOTOCORE', legacy);
    return { baseUrl: new URL(BASE_URLS.ipv4), name: null };
  }
  const { name } = mode;
  const family = mode.value.trim().toLowerCase();
  if (family !== 'ipv4' && family !== 'ipv6') {
    return { baseUrl: createInvalidSettingError(name, 'is neither IPv4 nor IPv6'), name };
  }
  if (mode.value !== 'IPv4' && mode.value !== 'IPv6') note('ENDPOINT_MODE_CASE', mode);
  return { baseUrl: new URL(BASE_URLS[family]), name: family === 'ipv4' ? null : name };
}

/** @returns the base URL of IMDS, or why the setting is not one */
export function parseImdsUrl({ name, value }: Setting): URL | PollError {
  const url = URL.canParse(value) ? new URL(value) : null;
  const usable = url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}` === '';
  if (usable && url.search === '' && url.hash === '') return url;
  return createInvalidSettingError(name, 'is not an http or https URL without user, query and fragment');
}

function readRole(role: string | undefined, read: Read, note: Note): string | null | PollError {
  const setting = read('AWS_EC2_INSTANCE_PROFILE_NAME', 'ec2_instance_profile_name');
  if (role !== undefined) {
    return isRole(role)
      ? role
      : new PollError('invalid-configuration', 'the given role is neither a role name nor the ARN of a role');
  }
  if (setting === null) return null;
  note('PROFILE_NAME_ONLY_SOME_SDKS', setting);
  return ROLE_NAME.test(setting.value)
    ? setting.value
    : createInvalidSettingError(setting.name, 'is not a role name');
}

/** The time limit of AWS_METADATA_SERVICE_TIMEOUT, or of the profile, in milliseconds. Null if it is not set. */
export function readMetadataTimeout(options: SourceOptions): number | null {
  const read: Read = (variable, key) => readSetting(options, variable, key, new Notes());
  return readLimits(read, () => {}).requestMs ?? null;
}

function readLimits(read: Read, note: Note): Partial<PollLimits> {
  const parse = (setting: Setting | null, pattern: RegExp): number | null => {
    if (setting === null) return null;
    const text = setting.value.trim();
    if (pattern.test(text) && Number(text) > 0 && Number(text) < 1e6) return Number(text);
    note('SETTING_IGNORED', setting);
    return null;
  };
  const seconds = parse(read('AWS_METADATA_SERVICE_TIMEOUT', 'metadata_service_timeout'), /^\d*\.?\d+$/);
  const attempts = parse(read('AWS_METADATA_SERVICE_NUM_ATTEMPTS', 'metadata_service_num_attempts'), /^\d+$/);
  return {
    ...(seconds === null ? {} : { requestMs: Math.ceil(seconds * 1000) }),
    ...(attempts === null ? {} : { attempts }),
  };
}

/** An environment variable, else a setting of the selected profile. */
function readSetting(
  { env, profileFiles }: Pick<SourceOptions, 'env' | 'profileFiles'>,
  variable: string,
  key: string,
  notes: Notes,
): Setting | null {
  const fromEnv = readVariable(env, variable, notes);
  if (fromEnv !== null) return { name: variable, value: fromEnv };
  const profile = profileFiles?.profiles.get(profileFiles.selectedName);
  if (profile === undefined) return null;
  const value = readText(profile.config, key) ?? readText(profile.credentials, key);
  return value === null ? null : { name: `${key} of profile ${profile.name}`, value };
}

/** Without the slash at the end, because paths begin with one. */
export function formatUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}

export function describeEndpoint(url: URL | null): { url: string; loopback: boolean } | null {
  return url === null ? null : { url: formatUrl(url), loopback: isLoopbackUrl(url) };
}
