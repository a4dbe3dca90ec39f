import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';
import { describeFailedExpectation } from '../report/messages/expectations.ts';
import type { Duration } from './parse-options.ts';
import { type JudgeOptions, judgeAnalyses, type Report, type ReportVerdict } from './report.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** What vitest and jest hand to a matcher, as far as it is used here. */
export interface MatcherContext {
  isNot?: boolean | undefined;
}

export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/**
 * `expect(report).toOutlive('5h', { margin: '10m' })` passes only where the verdict is `safe`, and
 * `expect(report).not.toOutlive('7h')` only where the job is proven not to be. `unknown` fails both: no evidence must
 * not turn a test green. What is expected of is a {@link Report}, a series that was analysed, or several of those, which
 * are judged together, the retired ones left out.
 * @throws CredWatchError for durations that are none, and for what is no report; with `.not`, too
 * @example
 * import 'cred-watch/vitest';
 * import { readReport } from 'cred-watch';
 * import { expect, test } from 'vitest';
 *
 * test('the nightly load outlives its credentials', () => {
 *   const report = readReport({ role: 'loader', maxAge: '1h' });
 *   expect(report).toOutlive('4h', { margin: '10m', confidence: '95%' });
 *   expect(report).not.toOutlive('7h');
 * });
 */
export function toOutlive(
  this: MatcherContext | undefined,
  received: unknown,
  duration: Duration,
  options: JudgeOptions = {},
): MatcherResult {
  const isNot = this?.isNot ?? false;
  const { verdict, job, series } = withHint(() => judge(received, duration, options));
  const database = isReport(received) ? received.database : null;
  return {
    pass: verdict === 'unknown' ? isNot : verdict === 'safe',
    message: () => describeFailedExpectation({ job, isNegated: isNot, verdict, series, database }),
  };
}

/** For `expect.extend(matchers)`; `cred-watch/vitest` and `cred-watch/jest` do it, with the types. */
export const matchers = { toOutlive };

/** What is added to `expect(…)`. */
export interface CredWatchMatchers<R = unknown> {
  /**
   * Passes where credentials that are handed out at any measured moment outlive a job of this length; `.not` where
   * some are proven not to. `unknown` fails both.
   * @param duration `'5h'`, or seconds
   */
  toOutlive(duration: Duration, options?: JudgeOptions): R;
}

/** Test runners show what an error says, and nothing else of it. */
function withHint<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CredWatchError) || error.hint === undefined) throw error;
    throw new CredWatchError(`${error.message}: ${error.hint}`, error.hint, { cause: error });
  }
}

function judge(received: unknown, duration: Duration, options: JudgeOptions): ReportVerdict {
  if (isReport(received)) return received.judge(duration, options);
  const analyses: readonly unknown[] = Array.isArray(received) ? received : [received];
  if (analyses.every(isAnalysis)) {
    const { now } = getSystemDefaults().clock;
    return judgeAnalyses(analyses, duration, { ...options, now: now(), judgeRetired: false });
  }
  throw new CredWatchError(
    'what toOutlive was given is neither a report nor a series that was analysed',
    isHistory(analyses[0])
      ? 'a history tells no hour to judge by: expect(new Report(histories, { now })).toOutlive(…)'
      : "use expect(readReport({ role: 'loader' })).toOutlive('5h')",
  );
}

/** By its shape: test runners load a module anew for each file, and its classes are then others. */
const isReport = (received: unknown): received is Report =>
  isObject(received) && typeof received.judge === 'function' && Array.isArray(received.series);

const isAnalysis = (received: unknown): received is SeriesAnalysis =>
  isObject(received) && ['identity', 'measurement', 'age', 'findings'].every((name) => name in received);

const isHistory = (received: unknown): boolean =>
  isObject(received) && 'identity' in received && 'generations' in received;

const isObject = (received: unknown): received is Record<string, unknown> =>
  typeof received === 'object' && received !== null;
