import { parseDuration } from '../../domain/time/duration.ts';
import { CredWatchError, UnknownValueError } from '../../errors.ts';
import type { Fault, FaultEffect, FaultKind } from './fault.ts';
import { FAULT_DEFINITIONS } from './fault-definitions.ts';

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
    ? new UnknownValueError(`there is no fault '${name}'`, name, Object.keys(FAULT_DEFINITIONS))
    : new CredWatchError(
        `the fault '${text}' is not understood`,
        `write ${form.syntax}: ${form.description}`,
      );
}

function parseShare(text: string): number | null {
  const percent = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text)?.[1];
  const share = percent === undefined ? Number(/^0?\.\d{1,6}$|^1$/.exec(text)?.[0]) : Number(percent) / 100;
  return share > 0 && share <= 1 ? share : null;
}

const parsePath = (text: string) => (/^[/*][\x21-\x7e]{0,200}$/.test(text) ? text : null);

const parseCount = (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);
