import type { Seconds } from '../../domain/model.ts';
import { parseDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';

/** What goes wrong. Where a value may be left out, null stands for what {@link FAULT_DEFINITIONS} says. */
export type FaultEffect =
  | { kind: 'status'; status: number }
  | { kind: 'stall'; milliseconds: number | null }
  | { kind: 'reset' }
  | { kind: 'truncate' }
  | { kind: 'malformed' }
  | { kind: 'empty' }
  | { kind: 'body'; text: string }
  | { kind: 'header'; name: string; value: string | null }
  | { kind: 'redirect'; location: string }
  | { kind: 'error'; code: string | null }
  | { kind: 'field'; name: string; value: string | null }
  | { kind: 'no-role' }
  | { kind: 'frozen' }
  | { kind: 'expired'; age: Seconds }
  | { kind: 'alternate' }
  | { kind: 'renew' }
  | { kind: 'throttle'; perSecond: number }
  | { kind: 'hop-limit'; resets: boolean }
  | { kind: 'token-lifetime'; seconds: Seconds }
  | { kind: 'clock-skew'; seconds: Seconds };
export type FaultKind = FaultEffect['kind'];

/** A fault and when it strikes. Times are milliseconds after the start. */
export interface Fault {
  /** As somebody would write it. */
  spec: string;
  effect: FaultEffect;
  /** Part of the matching requests, 0 < share ≤ 1. */
  share: number;
  /** `*` stands for anything; null is every path. */
  path: string | null;
  from: number;
  until: number | null;
  /** How many requests at most; null for no end. */
  times: number | null;
}

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

/** When and where, behind the fault itself. */
export const FAULT_CONDITIONS = ['share', 'path', 'from', 'until', 'for', 'times'] as const;
export type FaultCondition = (typeof FAULT_CONDITIONS)[number];

/** A comma belongs to the value unless a condition follows it. */
const BETWEEN = new RegExp(`,\\s*(?=(?:${FAULT_CONDITIONS.join('|')})=)`);

/**
 * Reads `503,share=30%,path=/latest/api/token,from=2m,for=5m`.
 * @throws CredWatchError
 */
export function parseFault(spec: string): Fault {
  const [effect = '', ...conditions] = spec.split(BETWEEN);
  const given = new Map<string, string>();
  for (const condition of conditions) {
    const [name = '', ...value] = condition.split('=');
    if (given.has(name))
      throw new CredWatchError(`${name} is given twice in the fault '${spec}'`, 'give it once');
    given.set(name, value.join('='));
  }
  return buildFault(effect, given);
}

/**
 * The fault of one effect (`stall=3s`) and its conditions, by name.
 * @throws CredWatchError
 */
export function buildFault(effect: string, conditions: ReadonlyMap<string, string>): Fault {
  const read = <T>(name: FaultCondition, parse: (text: string) => T | null, example: string): T | null => {
    const text = conditions.get(name);
    if (text === undefined) return null;
    const value = parse(text);
    if (value !== null) return value;
    throw new CredWatchError(`${name}=${text} of the fault '${effect}' is not understood`, `use ${example}`);
  };
  const from = read('from', parseDuration, 'from=2m, counted from the start') ?? 0;
  const until = read('until', parseDuration, 'until=5m, counted from the start');
  const lasts = read('for', parseDuration, 'for=3m');
  if (until !== null && lasts !== null) {
    throw new CredWatchError(`the fault '${effect}' has both until and for`, 'give one of them');
  }
  const end = until ?? (lasts === null ? null : from + lasts);
  if (end !== null && end <= from) {
    const hint = lasts === null ? 'let until come after from' : 'let it last for 1s or more';
    throw new CredWatchError(`the fault '${effect}' ends before it begins`, hint);
  }
  return {
    spec: [effect, ...Array.from(conditions, ([name, value]) => `${name}=${value}`)].join(','),
    effect: parseEffect(effect),
    share: read('share', parseShare, 'share=30%') ?? 1,
    path: read('path', parsePath, 'path=/latest/api/token or path=*/security-credentials/*'),
    from: from * 1000,
    until: end === null ? null : end * 1000,
    times: read('times', parseCount, 'times=3'),
  };
}

function parseEffect(text: string): FaultEffect {
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(/^\d{3}$/.test(text) ? `status=${text}` : text)!;
  const form = Object.hasOwn(FAULT_DEFINITIONS, name) ? FAULT_DEFINITIONS[name as FaultKind] : null;
  const effect = form?.parse(value) ?? null;
  if (effect !== null) return effect;
  const stray = /^([^,]*),\s*([\w-]+)=/.exec(text);
  if (stray !== null) {
    throw new CredWatchError(
      `the fault '${stray[1]}' has no condition '${stray[2]}'`,
      `use one of ${FAULT_CONDITIONS.join(', ')}`,
    );
  }
  throw form === null
    ? new CredWatchError(
        `there is no fault '${name}'`,
        `use one of ${Object.keys(FAULT_DEFINITIONS).join(', ')}`,
      )
    : new CredWatchError(
        `the fault '${text}' is not understood`,
        `write ${form.syntax}: ${form.description}`,
      );
}

/** An hour: a longer silence is no answer at all. */
const LONGEST_STALL = 3_600_000;

function parseMilliseconds(text: string): number | null {
  const exact = /^(\d{1,7})ms$/.exec(text)?.[1];
  const milliseconds = exact === undefined ? (parseDuration(text) ?? Number.NaN) * 1000 : Number(exact);
  return milliseconds <= LONGEST_STALL ? milliseconds : null;
}

function parseShare(text: string): number | null {
  const percent = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text)?.[1];
  const share = percent === undefined ? Number(/^0?\.\d{1,6}$|^1$/.exec(text)?.[0]) : Number(percent) / 100;
  return share > 0 && share <= 1 ? share : null;
}

const parsePath = (text: string) => (/^[/*][\x21-\x7e]{0,200}$/.test(text) ? text : null);

const parseCount = (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);
