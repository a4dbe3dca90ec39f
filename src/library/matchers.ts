import { CredWatchError } from '../errors.ts';
import { describeFailedExpectation } from '../report/messages/expectations.ts';
import { createArgumentError, type Duration } from './parse-options.ts';
import { publish } from './public-data.ts';
import type { SeriesAnalysis } from './public-types.ts';
import {
  assertJudgeOptions,
  type JudgeOptions,
  judgeAnalyses,
  type Report,
  type ReportJudgement,
} from './report.ts';
import { getSystemDefaults } from './system-defaults.ts';

/** The part of the test runner's matcher context that `toOutlive` reads. */
export interface MatcherContext {
  isNot?: boolean | undefined;
}

export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/**
 * `expect(report).toOutlive('5h', { margin: '10m' })` passes only if the verdict is `safe`.
 * `expect(report).not.toOutlive('7h')` passes only if the job is not safe. `unknown` fails both, because a
 * test must not pass without evidence. Accepts a {@link Report}, an analysed series, or an array of analysed
 * series. The worst verdict of an array counts; its retired series do not.
 * @throws CredWatchError INVALID_ARGUMENT, also with `.not`
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
  const { verdict, job, series } = withHintInMessage(() => judge(received, duration, options));
  const database = isReport(received) ? received.database : null;
  return {
    pass: verdict === 'unknown' ? isNot : verdict === 'safe',
    message: () => publish(describeFailedExpectation)({ job, isNegated: isNot, verdict, series, database }),
  };
}

/** For `expect.extend(matchers)`. `cred-watch/vitest` and `cred-watch/jest` call it, and add the types. */
export const matchers = { toOutlive };

export interface CredWatchMatchers<R = unknown> {
  /**
   * Passes if the credentials outlive a job of this length at any start. With `.not`, passes if they do not.
   * `unknown` fails both.
   * @param duration a text (`'5h'`), or whole seconds
   */
  toOutlive(duration: Duration, options?: JudgeOptions): R;
}

/** Adds the hint to the message, because test runners print only the message of an error. */
function withHintInMessage<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CredWatchError) || error.hint === undefined) throw error;
    const { message, hint, code } = error;
    throw new CredWatchError(`${message}: ${hint}`, hint, { cause: error, code });
  }
}

function judge(received: unknown, duration: Duration, options: JudgeOptions): ReportJudgement {
  if (isReport(received)) return received.judge(duration, options);
  const analyses: readonly unknown[] = Array.isArray(received) ? received : [received];
  if (analyses.every(isAnalysis)) {
    assertJudgeOptions(options);
    const now = new Date(getSystemDefaults().clock.now());
    return judgeAnalyses(analyses, duration, { ...options, now, judgeRetired: false, unselected: [] });
  }
  throw createArgumentError(
    'toOutlive received neither a report nor an analysed series',
    isHistory(analyses[0])
      ? 'analyse the history first: expect(new Report(histories, { now })).toOutlive(…)'
      : "use expect(readReport({ role: 'loader' })).toOutlive('5h')",
  );
}

/** Not `instanceof`: a test runner may load the library twice, and then has two classes. */
const isReport = (received: unknown): received is Report =>
  isObject(received) && typeof received.judge === 'function' && Array.isArray(received.series);

const isAnalysis = (received: unknown): received is SeriesAnalysis =>
  isObject(received) &&
  ['identity', 'measurement', 'ageSeconds', 'findings'].every((name) => name in received);

const isHistory = (received: unknown): boolean =>
  isObject(received) && 'identity' in received && 'generations' in received;

const isObject = (received: unknown): received is Record<string, unknown> =>
  typeof received === 'object' && received !== null;
