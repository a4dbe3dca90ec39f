import { type CheckId, CONFORMANCE_CHECKS } from './check-list.ts';
import type { CheckResult, ConformanceRun, SkipReason } from './check-result.ts';
import type { ConformanceCheck } from './conformance-check.ts';

export const CONFORMANCE_VERDICTS = ['conforms', 'does-not-conform', 'unknown'] as const;
export type ConformanceVerdict = (typeof CONFORMANCE_VERDICTS)[number];

const CHECKS = new Map<CheckId, ConformanceCheck>(CONFORMANCE_CHECKS.map((check) => [check.id, check]));

export function findCheck(id: CheckId): ConformanceCheck {
  const check = CHECKS.get(id);
  if (check === undefined) throw new Error(`unknown check ${id}`);
  return check;
}

/**
 * A check that is skipped for one of these reasons does not make the verdict unknown: another check judges the same
 * property, or the check does not apply.
 */
const HARMLESS_SKIPS: ReadonlySet<SkipReason['code']> = new Set<SkipReason['code']>([
  'NEEDS_WATCH',
  'NO_ROTATION_SEEN',
  'TOKEN_NOT_ROTATED',
  'ROLE_ATTACHED',
  'NO_ERROR_DOCUMENT',
  'IMDS_V1_ALLOWED',
  'LINK_LOCAL_ADDRESS',
  'NO_TOKEN_NEEDED',
  'NO_TOKEN_FILE',
  'NO_QUERY',
  'NO_VARIABLES',
]);

const isUndecided = (result: CheckResult) =>
  result.outcome === 'unknown' || (result.outcome === 'skipped' && !HARMLESS_SKIPS.has(result.reason.code));

/**
 * One failed check is enough for `does-not-conform`. If a check that SDKs rely on could not be made, for example
 * because no role is attached, the verdict is `unknown`.
 * @param isStrict whether a failed check of severity `warning` counts too
 */
export function judgeConformance(
  { results, unreachable }: Pick<ConformanceRun, 'results' | 'unreachable'>,
  isStrict: boolean,
): ConformanceVerdict {
  if (unreachable !== null) return 'unknown';
  const counted = results.filter(({ id }) => isStrict || findCheck(id).severity === 'error');
  if (counted.some(({ outcome }) => outcome === 'failed')) return 'does-not-conform';
  return counted.some(isUndecided) ? 'unknown' : 'conforms';
}
