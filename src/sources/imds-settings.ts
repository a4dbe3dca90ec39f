import type { PollNoteCode } from '../domain/model.ts';
import { isLoopback } from './allowed-hosts.ts';
import { readVariable } from './environment.ts';
import { FailedLook } from './failed-look.ts';
import { Notes } from './notes.ts';
import type { Limits, SourceOptions } from './source.ts';

const BASE_URLS = { ipv4: 'http://169.254.169.254', ipv6: 'http://[fd00:ec2::254]' } as const;

/** IAM's own rule for role names; what a captive portal answers does not fit it. */
export const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

export interface ImdsSettings {
  /** Null where the configuration names none that could be used. */
  baseUrl: URL | null;
  /** Why no request may be sent at all; null where nothing stands against it. */
  obstacle: FailedLook | null;
  v1Allowed: boolean;
  /** The fixed role, or null to discover it. */
  role: string | null;
  limits: Partial<Limits>;
  notes: Notes;
}

export function readImdsSettings({ env, role, limits }: SourceOptions): ImdsSettings {
  const notes = new Notes();
  const read = (name: string) => readVariable(env, name, notes);
  const note = (code: PollNoteCode) => notes.add(code);

  const disabled = readSwitch(read('AWS_EC2_METADATA_DISABLED'), () => note('DISABLED_FOR_SOME_SDKS'));
  const v1Disabled = readSwitch(read('AWS_EC2_METADATA_V1_DISABLED'), () =>
    note('V1_DISABLED_FOR_SOME_SDKS'),
  );
  const baseUrl = readBaseUrl(read, note);
  const fixedRole = readRole(role, read, note);
  const obstacles = [
    disabled ? new FailedLook('disabled', 'AWS_EC2_METADATA_DISABLED is true') : null,
    baseUrl instanceof FailedLook ? baseUrl : null,
    fixedRole instanceof FailedLook ? fixedRole : null,
  ];
  return {
    baseUrl: baseUrl instanceof FailedLook ? null : baseUrl,
    obstacle: obstacles.find((obstacle) => obstacle !== null) ?? null,
    v1Allowed: !v1Disabled,
    role: fixedRole instanceof FailedLook ? null : fixedRole,
    limits: { ...limits, ...readLimits(read, notes) },
    notes,
  };
}

/** Only `true`, in any case, holds for every SDK; JavaScript and CRT also take any text but `false` for it. */
function readSwitch(value: string | null, onlySomeSdks: () => void): boolean {
  if (value?.toLowerCase() === 'true') return true;
  if (value !== null && value !== 'false') onlySomeSdks();
  return false;
}

type Read = (name: string) => string | null;
type Note = (code: PollNoteCode) => void;

function readBaseUrl(read: Read, note: Note): URL | FailedLook {
  const endpoint = read('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  const mode = read('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE');
  const legacy = read('AWS_IMDS_USE_IPV6');
  if (endpoint !== null) return parseEndpoint(endpoint);
  if (mode === null) {
    // We go where the other SDKs go.
    if (legacy?.toLowerCase() === 'true') note('IPV6_ONLY_BOTOCORE');
    return new URL(BASE_URLS.ipv4);
  }
  const family = mode.trim().toLowerCase();
  if (family !== 'ipv4' && family !== 'ipv6') {
    const detail = 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6';
    return new FailedLook('invalid-configuration', detail);
  }
  if (mode !== 'IPv4' && mode !== 'IPv6') note('ENDPOINT_MODE_CASE');
  return new URL(BASE_URLS[family]);
}

function parseEndpoint(text: string): URL | FailedLook {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usable = url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}` === '';
  if (usable && url.search === '' && url.hash === '') return url;
  const detail = 'AWS_EC2_METADATA_SERVICE_ENDPOINT is not a plain http or https URL';
  return new FailedLook('invalid-configuration', detail);
}

function readRole(role: string | undefined, read: Read, note: Note): string | null | FailedLook {
  const fromEnv = read('AWS_EC2_INSTANCE_PROFILE_NAME');
  if (role === undefined && fromEnv !== null) note('PROFILE_NAME_ONLY_SOME_SDKS');
  const name = role ?? fromEnv;
  if (name === null || ROLE_NAME.test(name)) return name;
  const origin = role === undefined ? 'AWS_EC2_INSTANCE_PROFILE_NAME' : 'the given role';
  return new FailedLook('invalid-configuration', `${origin} is not a role name`);
}

function readLimits(read: Read, notes: Notes): Partial<Limits> {
  const number = (name: string, shape: RegExp): number | null => {
    const text = read(name)?.trim() ?? null;
    if (text === null || (shape.test(text) && Number(text) > 0 && Number(text) < 1e6)) {
      return text === null ? null : Number(text);
    }
    notes.add('SETTING_IGNORED', { name });
    return null;
  };
  const seconds = number('AWS_METADATA_SERVICE_TIMEOUT', /^\d*\.?\d+$/);
  const attempts = number('AWS_METADATA_SERVICE_NUM_ATTEMPTS', /^\d+$/);
  return {
    ...(seconds === null ? {} : { requestMs: Math.ceil(seconds * 1000) }),
    ...(attempts === null ? {} : { attempts }),
  };
}

/** Without the slash at its end: paths begin with one. */
export function displayUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}

export function displayEndpoint(url: URL | null): { url: string; loopback: boolean } | null {
  return url === null ? null : { url: displayUrl(url), loopback: isLoopback(url) };
}
