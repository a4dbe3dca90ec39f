import { findPollChange, type PollChange, type PolledState } from '../domain/changes/poll-changes.ts';
import { minBy } from '../domain/measurement/statistics.ts';
import type { Instant, SourceName } from '../domain/model.ts';
import { analyseColumns } from '../domain/verdict/analyse.ts';
import type { Verdict } from '../domain/verdict/job-verdict.ts';
import { findCurrentFailure } from '../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type { SampleStore } from '../store/sample-store.ts';
import type { PollContext, PollStore, RecordedPoll } from './poll-once.ts';
import { assessStored, type StoredReport, type StoredReportOptions } from './stored-report.ts';

/** How a poller judges its jobs after each poll. The filter and the time come from the poll. */
export type PollJudging = Omit<StoredReportOptions, 'filter' | 'now'>;

/** The polls of one host and source. */
export interface PolledSeries {
  host: string;
  source: SourceName;
}

/** Assesses one host and source as a report does. The poller continues to write, so the state is not kept. */
export const assessPolled = (
  store: SampleStore,
  { host, source }: PolledSeries,
  judging: PollJudging,
  period: { now: Instant; since?: Instant },
): StoredReport => {
  const { now, since } = period;
  const readable = {
    historyReaders: store.historyReaders.bind(store),
    jobRuns: store.jobRuns.bind(store),
    jobNames: store.jobNames.bind(store),
    seriesNames: store.seriesNames.bind(store),
    keepState: () => {},
  };
  return assessStored(readable, { ...judging, filter: { host, source, since }, now });
};

/**
 * The state after the newest stored poll of a host and source. Null if no poll is stored.
 * @param judging null if no job is judged
 */
function readPolledState(
  store: SampleStore,
  polled: PolledSeries,
  judging: PollJudging | null,
  now: Instant,
): PolledState | null {
  const { host, source } = polled;
  const analyses = store
    .recentHistories({ host, source })
    .map((history) => analyseColumns(history, { now, maxAge: null }));
  const newest = minBy(analyses, (analysis) => -findLastSample(analysis));
  if (newest === null) return null;
  const failure = findCurrentFailure(newest);
  // The verdict after the newest poll, because a later pause of the poller is not a change.
  const at = Math.min(now, Math.max(findLastSample(newest), failure?.lastAt ?? 0));
  return {
    host,
    source,
    result: failure?.reason ?? 'recorded',
    role: newest.measurement === null ? null : newest.identity.role,
    verdict: judgePolled(store, polled, judging, at),
  };
}

const findLastSample = ({ measurement }: SeriesAnalysis): Instant => measurement?.lastSample ?? 0;

const judgePolled = (
  store: SampleStore,
  polled: PolledSeries,
  judging: PollJudging | null,
  now: Instant,
): Verdict | null =>
  judging === null ? null : assessPolled(store, polled, judging, { now }).assessment.verdict;

export interface ChangeFinderOptions {
  store: SampleStore;
  /** Null if no job is judged. */
  judging: PollJudging | null;
  now: () => Instant;
}

/** Compares each poll with the poll before it, which another process may have stored. */
export class ChangeFinder {
  readonly #options: ChangeFinderOptions;
  /** Null before the first poll, and after it if no earlier poll is stored. */
  #last: PolledState | null = null;
  #hasRead = false;

  constructor(options: ChangeFinderOptions) {
    this.#options = options;
  }

  /** The context of the polls. Its store reads the stored state before the first poll is recorded. */
  prepare(context: PollContext): PollContext {
    const { store } = context;
    const prepared: PollStore = {
      recordSample: (identity, ...args) => {
        this.#readBefore(identity);
        return store.recordSample(identity, ...args);
      },
      recordFailedPoll: (host, source, poll) => {
        this.#readBefore({ host, source });
        return store.recordFailedPoll(host, source, poll);
      },
      recordStarting: (...args) => store.recordStarting(...args),
      findLastHost: (...args) => store.findLastHost(...args),
      recentHistories: (...args) => store.recentHistories(...args),
    };
    return { ...context, store: prepared };
  }

  /** Null if nothing has changed. */
  find({ outcome, identity, isStarting }: RecordedPoll): PollChange | null {
    if (isStarting) return null;
    const { store, judging, now } = this.#options;
    const before = this.#last;
    const { host, source } = identity;
    const after: PolledState = {
      host,
      source,
      result: outcome.ok ? 'recorded' : outcome.reason,
      role: outcome.ok ? identity.role : (before?.role ?? null),
      verdict: judgePolled(store, identity, judging, now()),
    };
    this.#last = after;
    return before === null ? null : findPollChange(before, after);
  }

  #readBefore({ host, source }: PolledSeries): void {
    if (this.#hasRead) return;
    this.#hasRead = true;
    const { store, judging, now } = this.#options;
    this.#last = readPolledState(store, { host, source }, judging, now());
  }
}
