import { parseDuration } from '../../domain/time/duration.ts';
import type { FaultEffect, FaultKind } from './fault.ts';

interface FaultDefinition {
  /** How the kind is written. */
  syntax: string;
  description: string;
  /** `''` where no value was given; null is none of this kind. */
  parse(value: string): FaultEffect | null;
}

const none =
  (effect: FaultEffect) =>
  (value: string): FaultEffect | null =>
    value === '' ? effect : null;

/** Every kind, in the order in which help shows them. */
export const FAULT_DEFINITIONS: Readonly<Record<FaultKind, FaultDefinition>> = {
  status: {
    syntax: 'status=CODE, or CODE alone',
    description: "an error in the endpoint's own words: 400 to 599",
    parse: (value) => (/^[45]\d\d$/.test(value) ? { kind: 'status', status: Number(value) } : null),
  },
  error: {
    syntax: 'error[=CODE]',
    description: 'an error document: AssumeRoleUnauthorizedAccess, CredentialsUninitialized, …',
    parse: (value) => (/^\w{0,64}$/.test(value) ? { kind: 'error', code: value || null } : null),
  },
  stall: {
    syntax: 'stall[=TIME]',
    description: 'answers later (1500ms, 3s; an hour at most), or never',
    parse: (value) => {
      const milliseconds = value === '' ? null : parseMilliseconds(value);
      return value !== '' && milliseconds === null ? null : { kind: 'stall', milliseconds };
    },
  },
  reset: {
    syntax: 'reset',
    description: 'breaks the connection once the request was read',
    parse: none({ kind: 'reset' }),
  },
  truncate: { syntax: 'truncate', description: 'breaks off in mid-body', parse: none({ kind: 'truncate' }) },
  malformed: {
    syntax: 'malformed',
    description: 'half a body, sent as if it were whole',
    parse: none({ kind: 'malformed' }),
  },
  empty: { syntax: 'empty', description: '200 with no body', parse: none({ kind: 'empty' }) },
  body: {
    syntax: 'body=TEXT',
    description: 'this body, with 200 or the status of a fault beside it',
    parse: (text) => ({ kind: 'body', text }),
  },
  header: {
    syntax: 'header=NAME[:VALUE]',
    description: 'replaces a header of the answer, or leaves it out',
    parse: (value) => {
      const parts = /^([\w-]{1,64})(?::\s*([\x20-\x7e]*))?$/.exec(value);
      return parts === null ? null : { kind: 'header', name: parts[1]!, value: parts[2] ?? null };
    },
  },
  field: {
    syntax: 'field=NAME[:VALUE]',
    description: 'replaces a field of the credentials document, or leaves it out',
    parse: (value) => {
      const parts = /^(\w{1,64})(?::\s*(.*))?$/s.exec(value);
      return parts === null ? null : { kind: 'field', name: parts[1]!, value: parts[2] ?? null };
    },
  },
  redirect: {
    syntax: 'redirect[=PATH]',
    description: '302 to another path of this endpoint',
    parse: (value) =>
      // A redirect that left loopback would send a client's token to somebody else; to many, `/\` is `//`.
      /^(?:\/(?![/\\])[\x21-\x7e]*)?$/.test(value)
        ? { kind: 'redirect', location: value || '/elsewhere' }
        : null,
  },
  'no-role': {
    syntax: 'no-role',
    description: 'as if no role were attached, or none associated',
    parse: none({ kind: 'no-role' }),
  },
  frozen: {
    syntax: 'frozen',
    description: 'rotation stands still, and catches up when the fault ends',
    parse: none({ kind: 'frozen' }),
  },
  expired: {
    syntax: 'expired[=AGE]',
    description: 'credentials that expired this long before the fault began (5m)',
    parse: (value) => {
      const age = value === '' ? 300 : parseDuration(value);
      return age === null ? null : { kind: 'expired', age };
    },
  },
  alternate: {
    syntax: 'alternate',
    description: 'the current credentials and the ones before, at every other request',
    parse: none({ kind: 'alternate' }),
  },
  renew: { syntax: 'renew', description: 'new credentials at every request', parse: none({ kind: 'renew' }) },
  throttle: {
    syntax: 'throttle[=RATE]',
    description: 'refuses what exceeds RATE requests a second (40)',
    parse: (value) => {
      const perSecond = value === '' ? 40 : Number(value);
      return /^\d{0,4}(?:\.\d{1,3})?$/.test(value) && perSecond > 0 ? { kind: 'throttle', perSecond } : null;
    },
  },
  'hop-limit': {
    syntax: 'hop-limit[=reset]',
    description: 'the answer to the token request never arrives, as in a bridged container',
    parse: (value) =>
      value === '' || value === 'reset' ? { kind: 'hop-limit', resets: value === 'reset' } : null,
  },
  'token-lifetime': {
    syntax: 'token-lifetime=TIME',
    description: 'session tokens are refused after this time, whatever their TTL says',
    parse: (value) => {
      const seconds = parseDuration(value);
      return seconds === null ? null : { kind: 'token-lifetime', seconds };
    },
  },
  'clock-skew': {
    syntax: 'clock-skew=[-]TIME',
    description: 'the Date header runs ahead (5m) or behind (-5m)',
    parse: (value) => {
      const seconds = parseDuration(value.replace(/^[-+]/, ''));
      return seconds === null
        ? null
        : { kind: 'clock-skew', seconds: value.startsWith('-') ? -seconds : seconds };
    },
  },
};

/** An hour: a longer silence is no answer at all. */
const LONGEST_STALL = 3_600_000;

function parseMilliseconds(text: string): number | null {
  const exact = /^(\d{1,7})ms$/.exec(text)?.[1];
  const milliseconds = exact === undefined ? (parseDuration(text) ?? Number.NaN) * 1000 : Number(exact);
  return milliseconds <= LONGEST_STALL ? milliseconds : null;
}
