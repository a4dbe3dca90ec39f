import { getLast } from '../get-last.ts';
import { type AnalysisFunctions, analyseHistory, findTruth, findWatched } from './compare.ts';
import { type SimulatedHistory, START } from './history.ts';
import type { SecondSpan } from './sources.ts';

const HOUR = 3600;
/** A question is comfortably safe if the truth leaves this much to spare. */
export const COMFORTABLE_SPARE = 1800;

/** What one history shows. Durations in seconds; a negative validity counts as 0. */
export interface HistoryResult {
  worstCase: number;
  sampledMinimum: number;
  /** The worst case claims more than the truth and the lag of the source. */
  excess: number;
  /** The worst case claims less than the truth. */
  deficit: number;
  hasNegativeInterval: boolean;
  safe: number;
  falseSafe: number;
  /** Verdicts `safe` for which a start within one hour after the newest sample fails. */
  failingSoon: number;
  comfortable: number;
  refused: number;
  afterRotation: number;
  falseAfterRotation: number;
  never: number;
  falseNever: number;
  /** The analysis reports a validity when issued that no credentials had. */
  hasImpossibleValidity: boolean;
  findings: readonly string[];
}

const QUESTIONS = 8;
const COMFORTABLE_QUESTIONS = 4;

/** Analyses a history, asks about jobs of random lengths, and compares the verdicts with the truth. */
export function questionHistory(
  history: SimulatedHistory,
  functions: AnalysisFunctions,
  random: () => number,
): HistoryResult | null {
  const analysis = analyseHistory(history, functions);
  const { measurement, findings } = analysis;
  if (measurement === null) return null;
  const watched = findWatched(history, measurement);
  const truth = Math.max(0, findTruth(history, watched));
  const last = getLast(history.sampledAt);
  const nextHour = Math.min(truth, history.source.minimumIn({ from: last, to: last + HOUR }));
  const worstCase = Math.max(0, measurement.worstCase.seconds);
  const result: HistoryResult = {
    worstCase,
    sampledMinimum: Math.max(0, measurement.sampledMinimum.seconds),
    excess: Math.max(0, worstCase - truth - history.lag),
    deficit: Math.max(0, truth - worstCase),
    hasNegativeInterval: (measurement.rotationInterval?.min ?? 0) < 0,
    ...{ safe: 0, falseSafe: 0, failingSoon: 0, comfortable: 0, refused: 0 },
    ...{ afterRotation: 0, falseAfterRotation: 0, never: 0, falseNever: 0 },
    hasImpossibleValidity:
      (measurement.validityWhenIssued?.max ?? 0) > history.source.longestValidity + history.lag,
    findings: findings.map(({ code }) => code),
  };
  const any = Array.from({ length: QUESTIONS }, () => random() * 1.1 * history.source.longestValidity);
  const comfortable = Array.from(
    { length: truth > COMFORTABLE_SPARE ? COMFORTABLE_QUESTIONS : 0 },
    () => random() * (truth - COMFORTABLE_SPARE),
  );
  // The longest job with the verdict `safe` is the hardest question.
  for (const required of [worstCase, ...any, ...comfortable].map(Math.floor)) {
    const judgement = functions.judgeJob(analysis, { name: null, duration: required, margin: 0 });
    const { verdict } = judgement;
    if (required <= truth - COMFORTABLE_SPARE) {
      result.comfortable += 1;
      if (verdict !== 'safe') result.refused += 1;
    }
    if (verdict === 'safe') {
      result.safe += 1;
      if (required > truth + history.lag) result.falseSafe += 1;
      else if (required > nextHour + history.lag) result.failingSoon += 1;
    }
    if (verdict === 'start-after-rotation') {
      result.afterRotation += 1;
      const from = judgement.safeTimeAfterRotation ?? 0;
      if (!isSafeAfterRotations(history, watched, required, from)) result.falseAfterRotation += 1;
    }
    if (verdict === 'never') {
      result.never += 1;
      if (wasSampledSafe(history, required)) result.falseNever += 1;
    }
  }
  return result;
}

/** Whether all starts within the stated time after each true rotation were safe. */
function isSafeAfterRotations(
  history: SimulatedHistory,
  watched: readonly SecondSpan[],
  required: number,
  safeTime: number,
): boolean {
  const { source, lag } = history;
  return source.rotations.every((rotation) => {
    const span = watched.find(({ from, to }) => from < rotation && rotation < to);
    if (span === undefined) return true;
    const to = Math.min(span.to, rotation + Math.max(1, safeTime));
    return source.minimumIn({ from: rotation, to }) + lag + 1 >= required;
  });
}

/** Whether a sample had enough validity for the job. */
const wasSampledSafe = ({ samples, sampledAt }: SimulatedHistory, required: number): boolean =>
  samples.some(({ expiration }, index) => expiration / 1000 - START - (sampledAt[index] ?? 0) >= required);
