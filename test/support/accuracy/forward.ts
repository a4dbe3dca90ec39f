import { getLast } from '../get-last.ts';
import { type AnalysisFunctions, analyseHistory } from './compare.ts';
import type { SimulatedHistory } from './history.ts';

const DAY = 86_400;
/** The clock skew that AWS tolerates, as in the default of the program. */
const MARGIN = 300;

/** Jobs that were judged `safe`, compared with the day after the newest sample. */
export interface ForwardResult {
  safe: number;
  /** On the next day, some start leaves less than the job and the margin. */
  short: number;
  /** On the next day, the job itself fails at some start. */
  failed: number;
  /** The share of the seconds of the next day at which a start fails, summed over the jobs. */
  failedShare: number;
}

/** Asks about the longest job that is `safe`, and about two shorter ones. */
export function lookForward(
  history: SimulatedHistory,
  functions: AnalysisFunctions,
  random: () => number,
): ForwardResult | null {
  const analysis = analyseHistory(history, functions);
  if (analysis.measurement === null) return null;
  const longest = analysis.measurement.worstCase.seconds - MARGIN;
  const last = getLast(history.sampledAt);
  const nextDay = { from: last, to: last + DAY };
  const truth = history.source.minimumIn(nextDay) + history.lag;
  const result: ForwardResult = { safe: 0, short: 0, failed: 0, failedShare: 0 };
  for (const share of [1, random(), random()]) {
    const duration = Math.floor(longest * share);
    if (duration < 0) continue;
    if (functions.judgeJob(analysis, { name: null, duration, margin: MARGIN }).verdict !== 'safe') continue;
    result.safe += 1;
    if (truth < duration + MARGIN) result.short += 1;
    if (truth >= duration) continue;
    result.failed += 1;
    let failing = 0;
    for (let at = nextDay.from; at < nextDay.to; at += 1) {
      if (history.source.remainingAt(at) - 1 + history.lag < duration) failing += 1;
    }
    result.failedShare += failing / DAY;
  }
  return result;
}
