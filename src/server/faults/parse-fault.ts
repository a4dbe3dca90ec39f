import { parseDuration } from '../../domain/time/duration.ts';
import { CredWatchError, UnknownValueError } from '../../errors.ts';
import { FAULT_DEFINITIONS, type FaultEffect, type FaultKind } from './fault-definitions.ts';

/** A fault and its conditions. Times are milliseconds since the start of the simulator. */
export interface Fault {
  /** The text of `--fault` for this fault. */
  spec: string;
  effect: FaultEffect;
  /** Probability that the fault applies to a matching request, 0 < share ≤ 1. */
  share: number;
  /** Pattern in which `*` matches any text; null matches every path. */
  path: string | null;
  from: number;
  /** Null: no end. */
  until: number | null;
  /** Largest number of affected requests; null: no limit. */
  times: number | null;
}

/** Names of the conditions that may follow a fault. */
export const FAULT_CONDITIONS = ['share', 'path', 'from', 'until', 'for', 'times'] as const;
export type FaultCondition = (typeof FAULT_CONDITIONS)[number];

/** A comma is part of the value unless a condition follows it. */
const SEPARATOR = new RegExp(`,\\s*(?=(?:${FAULT_CONDITIONS.join('|')})=)`);

/**
 * Parses `503,share=30%,path=/latest/api/token,from=2m,for=5m`.
 * @throws CredWatchError
 */
export function parseFault(spec: string): Fault {
  const [effect = '', ...parts] = spec.split(SEPARATOR);
  const conditions = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...value] = part.split('=');
    if (conditions.has(name)) {
      throw new CredWatchError(`the fault '${spec}' has ${name} twice`, `remove one ${name}=…`);
    }
    conditions.set(name, value.join('='));
  }
  return buildFault(effect, conditions);
}

/**
 * Builds a fault from its effect (`stall=3s`) and its conditions by name.
 * @throws CredWatchError
 */
export function buildFault(effect: string, conditions: ReadonlyMap<string, string>): Fault {
  const read = <T>(name: FaultCondition, parse: (text: string) => T | null, example: string): T | null => {
    const text = conditions.get(name);
    if (text === undefined) return null;
    const value = parse(text);
    if (value !== null) return value;
    throw new CredWatchError(
      `the fault '${effect}' has the invalid condition ${name}=${text}`,
      `use ${example}`,
    );
  };
  const from = read('from', parseDuration, 'from=2m, counted from the start') ?? 0;
  const until = read('until', parseDuration, 'until=5m, counted from the start');
  const length = read('for', parseDuration, 'for=3m');
  if (until !== null && length !== null) {
    throw new CredWatchError(`the fault '${effect}' has both until and for`, 'remove one of them');
  }
  const end = until ?? (length === null ? null : from + length);
  if (end !== null && end <= from) {
    const hint = length === null ? 'use an until= that is later than from=' : 'use for=1s or more';
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
  const [name = '', ...rest] = /^\d{3}$/.test(text) ? ['status', text] : text.split('=');
  const kind = isFaultKind(name) ? name : null;
  const parameters = kind === null ? null : FAULT_DEFINITIONS[kind].parse(rest.join('='));
  // The compiler does not see that the definition of a kind returns the parameters of that kind.
  if (parameters !== null) return { kind, ...parameters } as FaultEffect;
  const [, fault, condition] = /^([^,]*),\s*([\w-]+)=/.exec(text) ?? [];
  if (condition !== undefined) {
    throw new CredWatchError(
      `the fault '${fault}' has the unknown condition '${condition}'`,
      `use one of ${FAULT_CONDITIONS.join(', ')}`,
    );
  }
  if (kind === null) {
    throw new UnknownValueError(`unknown fault '${name}'`, name, Object.keys(FAULT_DEFINITIONS));
  }
  const { syntax, description } = FAULT_DEFINITIONS[kind];
  throw new CredWatchError(`invalid fault '${text}'`, `use ${syntax}: ${description}`);
}

const isFaultKind = (name: string): name is FaultKind => Object.hasOwn(FAULT_DEFINITIONS, name);

function parseShare(text: string): number | null {
  const percent = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text)?.[1];
  const share = percent === undefined ? Number(/^0?\.\d{1,6}$|^1$/.exec(text)?.[0]) : Number(percent) / 100;
  return share > 0 && share <= 1 ? share : null;
}

const parsePath = (text: string) => (/^[/*][\x21-\x7e]{0,200}$/.test(text) ? text : null);

const parseCount = (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);
