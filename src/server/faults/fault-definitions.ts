import { parseDuration } from '../../domain/time/duration.ts';
import type { FaultEffect, FaultKind, PlainFaultKind } from './fault.ts';

export interface FaultDefinition {
  /** The syntax of the value, for help and hints. */
  syntax: string;
  description: string;
  /** `value` is `''` if the user gave none. Returns null if the value is invalid. */
  parse(value: string): FaultEffect | null;
}

const withoutValue = (kind: PlainFaultKind, description: string): FaultDefinition => ({
  syntax: kind,
  description,
  parse: (value) => (value === '' ? { kind } : null),
});

/** All kinds of faults, in the order of help. */
export const FAULT_DEFINITIONS: Readonly<Record<FaultKind, FaultDefinition>> = {
  status: {
    syntax: 'status=CODE, or CODE alone',
    description: "respond with this status, 400 to 599, and the endpoint's error body",
    parse: (value) => (/^[45]\d\d$/.test(value) ? { kind: 'status', status: Number(value) } : null),
  },
  error: {
    syntax: 'error[=CODE]',
    description: 'serve an error document: AssumeRoleUnauthorizedAccess, CredentialsUninitialized, …',
    parse: (value) => (/^\w{0,64}$/.test(value) ? { kind: 'error', code: value || null } : null),
  },
  stall: {
    syntax: 'stall[=TIME]',
    description: 'delay the response (1500ms, 3s, at most 1h), or never respond',
    parse: (value) => {
      const milliseconds = value === '' ? null : parseMilliseconds(value);
      return value !== '' && milliseconds === null ? null : { kind: 'stall', milliseconds };
    },
  },
  reset: withoutValue('reset', 'reset the connection after reading the request'),
  truncate: withoutValue('truncate', 'close the connection in the middle of the body'),
  malformed: withoutValue('malformed', 'send half of the body as a complete response'),
  empty: withoutValue('empty', 'respond 200 with an empty body'),
  body: {
    syntax: 'body=TEXT',
    description: 'respond with this body and 200, or the status of a status fault',
    parse: (text) => ({ kind: 'body', text }),
  },
  header: {
    syntax: 'header=NAME[:VALUE]',
    description: 'set a response header, or remove it',
    parse: (value) => {
      const [, name, text] = /^([\w-]{1,64})(?::\s*([\x20-\x7e]*))?$/.exec(value) ?? [];
      return name === undefined ? null : { kind: 'header', name, value: text ?? null };
    },
  },
  field: {
    syntax: 'field=NAME[:VALUE]',
    description: 'set a field of the credentials document, or remove it',
    parse: (value) => {
      const [, name, text] = /^(\w{1,64})(?::\s*(.*))?$/s.exec(value) ?? [];
      return name === undefined ? null : { kind: 'field', name, value: text ?? null };
    },
  },
  redirect: {
    syntax: 'redirect[=PATH]',
    description: 'respond 302 to another path of this endpoint',
    parse: (value) =>
      // A redirect to another host would send the client's token there; many clients read `/\` as `//`.
      /^(?:\/(?![/\\])[\x21-\x7e]*)?$/.test(value)
        ? { kind: 'redirect', location: value || '/elsewhere' }
        : null,
  },
  'no-role': withoutValue('no-role', 'respond as if no role were attached or associated'),
  frozen: withoutValue('frozen', 'stop rotating; when the fault ends, rotation catches up'),
  expired: {
    syntax: 'expired[=AGE]',
    description: 'serve credentials that expired this long before the fault began (default 5m)',
    parse: (value) => {
      const age = value === '' ? 300 : parseDuration(value);
      return age === null ? null : { kind: 'expired', age };
    },
  },
  alternate: withoutValue('alternate', 'serve the current and the previous credentials in turn'),
  renew: withoutValue('renew', 'serve new credentials at every request'),
  throttle: {
    syntax: 'throttle[=RATE]',
    description: 'reject requests above this rate per second (default 40)',
    parse: (value) => {
      const perSecond = value === '' ? 40 : Number(value);
      return /^\d{0,4}(?:\.\d{1,3})?$/.test(value) && perSecond > 0 ? { kind: 'throttle', perSecond } : null;
    },
  },
  'hop-limit': {
    syntax: 'hop-limit[=reset]',
    description: 'never respond to the token request, or reset it, as in a bridged container',
    parse: (value) =>
      value === '' || value === 'reset' ? { kind: 'hop-limit', resets: value === 'reset' } : null,
  },
  'token-lifetime': {
    syntax: 'token-lifetime=TIME',
    description: 'reject session tokens after this time, whatever their TTL is',
    parse: (value) => {
      const seconds = parseDuration(value);
      return seconds === null ? null : { kind: 'token-lifetime', seconds };
    },
  },
  'clock-skew': {
    syntax: 'clock-skew=[-]TIME',
    description: 'shift the Date header ahead (5m) or back (-5m)',
    parse: (value) => {
      const seconds = parseDuration(value.replace(/^[-+]/, ''));
      return seconds === null
        ? null
        : { kind: 'clock-skew', seconds: value.startsWith('-') ? -seconds : seconds };
    },
  },
};

/** One hour; use `stall` without a value for a longer delay. */
const LONGEST_STALL_MS = 3_600_000;

function parseMilliseconds(text: string): number | null {
  const exact = /^(\d{1,7})ms$/.exec(text)?.[1];
  const milliseconds = exact === undefined ? (parseDuration(text) ?? Number.NaN) * 1000 : Number(exact);
  return milliseconds <= LONGEST_STALL_MS ? milliseconds : null;
}
