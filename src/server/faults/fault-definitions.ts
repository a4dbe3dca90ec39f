import { parseDuration } from '../../domain/time/duration.ts';

interface FaultDefinition<Parameters> {
  /** The syntax of the value, for help and hints. */
  syntax: string;
  description: string;
  /** `value` is `''` if the user gave none. Returns null if the value is invalid. */
  parse(value: string): Parameters | null;
}

const withValue = <Parameters extends object>(
  syntax: string,
  description: string,
  parse: (value: string) => Parameters | null,
): FaultDefinition<Parameters> => ({ syntax, description, parse });

const withoutValue = (kind: string, description: string): FaultDefinition<object> =>
  withValue(kind, description, (value) => (value === '' ? {} : null));

/** `NAME:VALUE` or `NAME`. The value is null for `NAME` alone, which removes the header or field. */
function parseReplacement(pattern: RegExp, text: string): { name: string; value: string | null } | null {
  const [, name, value = null] = pattern.exec(text) ?? [];
  return name === undefined ? null : { name, value };
}

function parseSeconds(text: string): { seconds: number } | null {
  const seconds = parseDuration(text);
  return seconds === null ? null : { seconds };
}

/** All kinds of faults, in the order of help. */
export const FAULT_DEFINITIONS = {
  status: withValue(
    'status=CODE, or CODE alone',
    "respond with this status, 400 to 599, and the endpoint's error body",
    (value) => (/^[45]\d\d$/.test(value) ? { status: Number(value) } : null),
  ),
  error: withValue(
    'error[=CODE]',
    'serve an error document: AssumeRoleUnauthorizedAccess, CredentialsUninitialized, ...',
    (value) => (/^\w{0,64}$/.test(value) ? { code: value || null } : null),
  ),
  stall: withValue(
    'stall[=TIME]',
    'delay the response (1500ms, 3s, at most 1h), or never respond',
    parseStall,
  ),
  reset: withoutValue('reset', 'reset the connection after reading the request'),
  truncate: withoutValue('truncate', 'close the connection in the middle of the body'),
  malformed: withoutValue('malformed', 'send half of the body as a complete response'),
  empty: withoutValue('empty', 'respond 200 with an empty body'),
  body: withValue('body=TEXT', 'respond with this body and 200, or the status of a status fault', (text) => ({
    text,
  })),
  header: withValue('header=NAME[:VALUE]', 'set a response header, or remove it', (value) =>
    parseReplacement(/^([\w-]{1,64})(?::\s*([\x20-\x7e]*))?$/, value),
  ),
  field: withValue('field=NAME[:VALUE]', 'set a field of the credentials document, or remove it', (value) =>
    parseReplacement(/^(\w{1,64})(?::\s*(.*))?$/s, value),
  ),
  redirect: withValue('redirect[=PATH]', 'respond 302 to another path of this endpoint', (value) =>
    // A redirect to another host would send the client's token there; many clients read `/\` as `//`.
    /^(?:\/(?![/\\])[\x21-\x7e]*)?$/.test(value) ? { location: value || '/elsewhere' } : null,
  ),
  'no-role': withoutValue('no-role', 'respond as if no role were attached or associated'),
  frozen: withoutValue('frozen', 'stop rotating; when the fault ends, rotation catches up'),
  expired: withValue(
    'expired[=AGE]',
    'serve credentials that expired this long before the fault began (default 5m)',
    (value) => parseSeconds(value || '5m'),
  ),
  alternate: withoutValue('alternate', 'serve the current and the previous credentials in turn'),
  renew: withoutValue('renew', 'serve new credentials at every request'),
  throttle: withValue(
    'throttle[=RATE]',
    'reject requests above this rate per second (default 40)',
    (value) => {
      const perSecond = value === '' ? 40 : Number(value);
      return /^\d{0,4}(?:\.\d{1,3})?$/.test(value) && perSecond > 0 ? { perSecond } : null;
    },
  ),
  'hop-limit': withValue(
    'hop-limit[=reset]',
    'never respond to the token request, as in a bridged container, or reset the connection',
    (value) => (value === '' || value === 'reset' ? { resets: value === 'reset' } : null),
  ),
  'token-lifetime': withValue(
    'token-lifetime=TIME',
    'reject session tokens after this time, whatever their TTL is',
    parseSeconds,
  ),
  'clock-skew': withValue('clock-skew=[-]TIME', 'shift the Date header ahead (5m) or back (-5m)', (value) => {
    const skew = parseSeconds(value.replace(/^[-+]/, ''));
    return skew !== null && value.startsWith('-') ? { seconds: -skew.seconds } : skew;
  }),
};

export type FaultKind = keyof typeof FAULT_DEFINITIONS;

/** What a fault does: its kind, and what its definition parses from the value. */
export type FaultEffect = {
  [K in FaultKind]: { kind: K } & NonNullable<ReturnType<(typeof FAULT_DEFINITIONS)[K]['parse']>>;
}[FaultKind];

/** One hour; use `stall` without a value for a longer delay. */
const MAX_STALL_MS = 3_600_000;

/** Milliseconds are null for an endless delay. */
function parseStall(text: string): { milliseconds: number | null } | null {
  if (text === '') return { milliseconds: null };
  const exact = /^(\d{1,7})ms$/.exec(text)?.[1];
  const milliseconds = exact === undefined ? (parseDuration(text) ?? Number.NaN) * 1000 : Number(exact);
  return milliseconds <= MAX_STALL_MS ? { milliseconds } : null;
}
