import { findFirstIndex } from '../../../src/domain/lists.ts';
import type { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import type { analyse } from '../../../src/domain/verdict/analyse.ts';
import type { judgeJob } from '../../../src/domain/verdict/job.ts';
import { getLast } from '../get-last.ts';
import { type SimulatedHistory, toInstant } from './history.ts';
import type { SecondSpan } from './sources.ts';

/** The functions under test. Passed in, so that an older version can be measured with the same histories. */
export interface AnalysisFunctions {
  groupGenerations: typeof groupGenerations;
  analyse: typeof analyse;
  judgeJob: typeof judgeJob;
}

export type Analysis = ReturnType<typeof analyse>;

/** Analyses the history as `report` does, some seconds after the last poll. */
export function analyseHistory(history: SimulatedHistory, functions: AnalysisFunctions): Analysis {
  const { clocks, samples, sampledAt, sourceName } = history;
  const now = getLast(sampledAt) + 10;
  const stored = {
    identity: {
      host: 'host',
      source: sourceName,
      apiVersion: sourceName === 'imds' ? '2' : '',
      role: 'role',
    },
    isPolled: true,
    generations: functions.groupGenerations(samples),
    failedPolls: [],
    failedPollSpans: [],
    session: null,
    newestClockOffset: samples.findLast(({ clockOffset }) => clockOffset !== null)?.clockOffset ?? null,
  };
  return functions.analyse(stored, { now: toInstant(now + clocks.hostErrorAt(now)), maxAge: 'default' });
}

/**
 * Finds the seconds that the analysis claims to have watched, by the true time. The analysis has its own
 * clock corrections, so its times are converted by the samples that both have in common.
 */
export function findWatched(history: SimulatedHistory, measurement: Measurement): SecondSpan[] {
  const toTrueSecond = createConverter(history, measurement);
  const [first, last] = [history.sampledAt[0], getLast(history.sampledAt)];
  const gaps = measurement.gaps
    .map(({ from, to }) => ({ from: Math.floor(toTrueSecond(from)), to: Math.ceil(toTrueSecond(to)) }))
    .sort((a, b) => a.from - b.from);
  const watched: SecondSpan[] = [];
  let from = first;
  for (const gap of gaps) {
    if (gap.from > from) watched.push({ from, to: Math.min(gap.from, last) });
    from = Math.max(from, gap.to);
  }
  if (from < last) watched.push({ from, to: last });
  return watched;
}

function createConverter({ samples, sampledAt }: SimulatedHistory, { generations }: Measurement) {
  const trueTimes = new Map<string, SecondSpan>();
  for (const [index, { accessKeyId }] of samples.entries()) {
    const second = sampledAt[index] ?? 0;
    const known = trueTimes.get(accessKeyId);
    if (known === undefined) trueTimes.set(accessKeyId, { from: second, to: second });
    else known.to = second;
  }
  const anchors: readonly { claimed: number; second: number }[] = generations
    .flatMap(({ accessKeyId, firstSeen, lastSeen }) => {
      const { from, to } = trueTimes.get(accessKeyId) ?? { from: 0, to: 0 };
      return [
        { claimed: firstSeen, second: from },
        { claimed: lastSeen, second: to },
      ];
    })
    .sort((a, b) => a.claimed - b.claimed || a.second - b.second);
  return (instant: number) => {
    const next = findFirstIndex(anchors, ({ claimed }) => claimed >= instant);
    const after = anchors[next] ?? anchors[next - 1];
    const before = anchors[next - 1] ?? after;
    if (before === undefined || after === undefined) return 0;
    const share =
      after.claimed === before.claimed ? 0 : (instant - before.claimed) / (after.claimed - before.claimed);
    return before.second + share * (after.second - before.second);
  };
}

/** The true worst case of the watched time. Negative if expired credentials were served. */
export function findTruth(history: SimulatedHistory, watched: readonly SecondSpan[]): number {
  const last = history.source.remainingAt(getLast(history.sampledAt));
  return watched.reduce((minimum, span) => Math.min(minimum, history.source.minimumIn(span)), last);
}
