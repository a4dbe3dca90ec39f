import { seededRandom } from '../random.ts';
import type { AnalysisFunctions } from './compare.ts';
import { type ForwardResult, lookForward } from './forward.ts';
import type { SimulatedHistory } from './history.ts';
import type { Kind } from './kinds.ts';
import { type HistoryResult, questionHistory } from './questions.ts';

/** The results of all histories of one kind. Durations in seconds. */
export interface AccuracyRow {
  kind: string;
  histories: number;
  safe: number;
  falseSafe: number;
  failingSoon: number;
  /** Histories with a worst case above the truth. */
  tooHigh: number;
  largestExcess: number;
  meanWorstCase: number;
  meanDeficit: number;
  comfortable: number;
  refused: number;
  afterRotation: number;
  falseAfterRotation: number;
  never: number;
  falseNever: number;
  /** Histories with a negative rotation interval. */
  negativeIntervals: number;
  /** Histories with a validity when issued that no credentials had. */
  impossibleValidities: number;
}

/** The line of one kind in a result file. */
export interface KindResult extends AccuracyRow {
  forward: ForwardResult & { histories: number };
}

/** A different number for each history of each kind, so that a new kind does not change the others. */
export function chooseSeed(kind: Kind, index: number): number {
  let hash = 2166136261;
  for (const character of kind.name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  return (hash + index * 7919) >>> 0;
}

/** From half a day to a week. */
export const drawDays = (random: () => number) => 0.5 + 6.5 * random() ** 2;

/** Draws histories of a kind, and examines each. Histories without a sample have no result. */
function examineHistories<Result>(
  kind: Kind,
  { count, firstSeed }: { count: number; firstSeed: number },
  drawDays: (random: () => number) => number,
  examine: (history: SimulatedHistory, random: () => number) => Result | null,
): Result[] {
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(chooseSeed(kind, firstSeed + index));
    return examine(kind.draw(random, drawDays(random)), random);
  }).filter((result) => result !== null);
}

export const compareHistories = (kind: Kind, count: number, functions: AnalysisFunctions): HistoryResult[] =>
  examineHistories(kind, { count, firstSeed: 0 }, drawDays, (history, random) =>
    questionHistory(history, functions, random),
  );

export function summarise(kind: Kind, results: readonly HistoryResult[]): AccuracyRow {
  const count = (choose: (result: HistoryResult) => number) =>
    results.reduce((sum, result) => sum + choose(result), 0);
  const mean = (choose: (result: HistoryResult) => number) => Math.round(count(choose) / results.length);
  return {
    kind: kind.name,
    histories: results.length,
    safe: count(({ safe }) => safe),
    falseSafe: count(({ falseSafe }) => falseSafe),
    failingSoon: count(({ failingSoon }) => failingSoon),
    tooHigh: count(({ excess }) => (excess > 0 ? 1 : 0)),
    largestExcess: Math.max(...results.map(({ excess }) => excess)),
    meanWorstCase: mean(({ worstCase }) => worstCase),
    meanDeficit: mean(({ deficit }) => deficit),
    comfortable: count(({ comfortable }) => comfortable),
    refused: count(({ refused }) => refused),
    afterRotation: count(({ afterRotation }) => afterRotation),
    falseAfterRotation: count(({ falseAfterRotation }) => falseAfterRotation),
    never: count(({ never }) => never),
    falseNever: count(({ falseNever }) => falseNever),
    negativeIntervals: count(({ hasNegativeInterval }) => (hasNegativeInterval ? 1 : 0)),
    impossibleValidities: count(({ hasImpossibleValidity }) => (hasImpossibleValidity ? 1 : 0)),
  };
}

/** Judges jobs on 14 days of polls, and compares the verdicts with the 15th day. */
export function lookForwardAtKind(
  kind: Kind,
  count: number,
  functions: AnalysisFunctions,
): KindResult['forward'] {
  const results = examineHistories(
    kind,
    { count, firstSeed: 1_000_000 },
    () => 14,
    (history, random) => lookForward(history, functions, random),
  );
  const sum = (field: keyof ForwardResult) => results.reduce((total, result) => total + result[field], 0);
  return {
    histories: results.length,
    safe: sum('safe'),
    short: sum('short'),
    failed: sum('failed'),
    failedShare: sum('failedShare'),
  };
}
