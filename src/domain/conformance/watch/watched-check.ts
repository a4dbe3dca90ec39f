import { type CheckId, CONFORMANCE_CHECKS } from '../check-list.ts';
import type { CheckFailure, CheckResult, SkipReason } from '../check-result.ts';

/** What `--watch` found out about one check. */
export interface WatchedCheck {
  id: CheckId;
  /** Empty: the check passed, or was skipped for `skipReason`. */
  failures: readonly CheckFailure[];
  skipReason?: SkipReason;
}

/** Merges the results of the checks with those of `--watch`. */
export function addWatchedChecks(
  results: readonly CheckResult[],
  watched: readonly WatchedCheck[],
): CheckResult[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  for (const check of watched) byId.set(check.id, addWatchedCheck(byId.get(check.id), check));
  return CONFORMANCE_CHECKS.flatMap(({ id }) => byId.get(id) ?? []);
}

function addWatchedCheck(
  result: CheckResult | undefined,
  { id, failures, skipReason }: WatchedCheck,
): CheckResult {
  const exchanges = failures.flatMap(({ exchange }) => exchange ?? []);
  if (failures.length > 0) {
    const codes = new Set(failures.map(({ code }) => code));
    // A failure of `--watch` replaces an earlier one with the same code, because it is newer.
    const earlier =
      result?.outcome === 'failed' ? result.failures.filter(({ code }) => !codes.has(code)) : [];
    const shown = [...earlier.flatMap(({ exchange }) => exchange ?? []), ...exchanges];
    return { id, outcome: 'failed', failures: [...earlier, ...failures], exchanges: shown };
  }
  const isOpen =
    result === undefined || (result.outcome === 'skipped' && result.reason.code === 'NEEDS_WATCH');
  if (!isOpen) return result;
  return skipReason === undefined
    ? { id, outcome: 'passed', exchanges }
    : { id, outcome: 'skipped', reason: skipReason, exchanges };
}
