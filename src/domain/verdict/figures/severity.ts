import type { Seconds } from '../../model.ts';
import type { Safety, Verdict } from '../job-verdict.ts';

/** Maps the three kinds of "not safe" to `not-safe`. */
export const toSafety = (verdict: Verdict): Safety =>
  verdict === 'safe' || verdict === 'unknown' ? verdict : 'not-safe';

/** "Not safe" beats unknown, and unknown beats safe. */
const SAFETIES_WORST_FIRST: readonly Safety[] = ['not-safe', 'unknown', 'safe'];

/** Decides only between equal spares. */
const VERDICTS_WORST_FIRST: readonly Verdict[] = [
  'never',
  'sometimes',
  'start-after-rotation',
  'unknown',
  'safe',
];

/** What makes a job, a series, a host or a group worse than another one. */
export interface Severity {
  /** Null without a job. */
  verdict: Verdict | null;
  /** Spare or, without a job, worst case. Null is unknown, which comes last. */
  spare: Seconds | null;
}

/**
 * The only order of what several series, hosts, groups or jobs decide: by safety, then by spare. So the first one also has
 * the largest shortfall. Without a verdict comes last.
 */
export function compareSeverity(a: Severity, b: Severity): number {
  return (
    rankSafety(a.verdict) - rankSafety(b.verdict) ||
    compareSpare(a.spare, b.spare) ||
    rankVerdict(a.verdict) - rankVerdict(b.verdict)
  );
}

const rankSafety = (verdict: Verdict | null) =>
  verdict === null ? SAFETIES_WORST_FIRST.length : SAFETIES_WORST_FIRST.indexOf(toSafety(verdict));

const rankVerdict = (verdict: Verdict | null) =>
  verdict === null ? VERDICTS_WORST_FIRST.length : VERDICTS_WORST_FIRST.indexOf(verdict);

function compareSpare(a: Seconds | null, b: Seconds | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

/** The worst one; of equal ones, the first. Null without one. */
export function findMostSevere<T extends Severity>(all: Iterable<T>): T | null {
  let worst: T | null = null;
  for (const each of all) if (worst === null || compareSeverity(each, worst) < 0) worst = each;
  return worst;
}

/** Of verdicts without a comparable spare, for example on different jobs. Null without a verdict. */
export const findWorstVerdict = (verdicts: readonly Verdict[]): Verdict | null =>
  findMostSevere(verdicts.map((verdict) => ({ verdict, spare: null })))?.verdict ?? null;
