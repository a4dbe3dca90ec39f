import {
  findPollChange,
  NOTHING_REPORTED,
  type PollChange,
  type PolledState,
  type ReportedState,
} from '../domain/changes/poll-changes.ts';
import { valueAt } from '../domain/measurement/columns/column.ts';
import { minBy } from '../domain/measurement/statistics.ts';
import type { Instant, SourceName } from '../domain/model.ts';
import type { ChangeClaim, ChangeListener } from '../store/changes/contract.ts';
import type { SampleStore } from '../store/sample-store.ts';
import type { RecordedPoll } from './poll-once.ts';
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
    jobRuns: store.jobRuns,
    jobNames: store.jobNames,
    seriesNames: store.seriesNames,
    seriesSpans: store.seriesSpans,
    keepState: () => {},
  };
  return assessStored(readable, { ...judging, filter: { host, source, since }, now });
};

export interface ChangeFinderOptions {
  store: SampleStore;
  listener: ChangeListener;
  /** Null if no job is judged. */
  judging: PollJudging | null;
  /** The host of polls that failed before the source named the host. Null if the caller chose the host. */
  machine: string | null;
  now: () => Instant;
}

/** A change that this process reports. */
export interface ClaimedChange {
  change: PollChange;
  claim: ChangeClaim;
}

/** Compares polls with the state that a command has reported last, which another process may have stored. */
export class ChangeFinder {
  readonly #options: ChangeFinderOptions;

  constructor(options: ChangeFinderOptions) {
    this.#options = options;
  }

  /** The state after a poll. Null if the endpoint is starting. */
  readState({ outcome, identity, isStarting }: RecordedPoll): PolledState | null {
    if (isStarting) return null;
    const { store, judging, now } = this.#options;
    const { host, source } = identity;
    return {
      host,
      source,
      result: outcome.ok ? 'recorded' : outcome.reason,
      role: outcome.ok ? identity.role : null,
      verdict:
        judging === null ? null : assessPolled(store, identity, judging, { now: now() }).assessment.verdict,
    };
  }

  /**
   * Claims the report of a change, so that no other process runs the same command for it. Null if the command has reported
   * this state, or if another process runs the command.
   * @param limit how long the claim lasts if this process is killed, in milliseconds
   */
  claim(after: PolledState, limit: number): ClaimedChange | null {
    const { store, listener, now } = this.#options;
    const at = now();
    let change: PollChange | null = null;
    const claim = store.reportedStates.claim(after, listener, { now: at, expiresAt: at + limit }, () => {
      const before = this.#findReported(after).state;
      // A failed poll does not know the role, so the role is the last known one.
      change = findPollChange(before, { ...after, role: after.role ?? before.role });
      if (change === null) this.#recordReported(after);
      return change !== null;
    });
    return claim === null || change === null ? null : { claim, change };
  }

  /** Stores that the command has reported the state. */
  confirm({ claim }: ClaimedChange, state: PolledState): void {
    this.#options.store.reportedStates.release(claim, () => this.#recordReported(state));
  }

  /** After a failed run, the next poll of any process runs the command again. */
  release({ claim }: ClaimedChange): void {
    this.#options.store.reportedStates.release(claim, () => {});
  }

  /** Stores that the state is reported, or that it needs no report. */
  #recordReported(state: PolledState): void {
    const { store, listener, now } = this.#options;
    const { state: before, isOwn } = this.#findReported(state);
    const reported = {
      ...state,
      role: state.role ?? before.role,
      verdict: state.verdict ?? before.verdict,
    };
    if (isOwn && isEqual(reported, before)) return;
    store.reportedStates.record(reported, listener, now());
  }

  #findReported({ host, source }: PolledSeries): { state: ReportedState; isOwn: boolean } {
    const { store, listener, machine } = this.#options;
    const reported = store.reportedStates.find({ host, source }, listener);
    if (reported !== null) return reported;
    const ofMachine =
      machine === null || machine === host
        ? null
        : store.reportedStates.find({ host: machine, source }, listener);
    return { state: ofMachine?.state ?? NOTHING_REPORTED, isOwn: false };
  }
}

const isEqual = (a: ReportedState, b: ReportedState) =>
  a.result === b.result && a.role === b.role && a.verdict === b.verdict;

/** When the newest credentials of a host and source expire, by AWS's clock. Null without a sample. */
export function findNewestExpiration(store: SampleStore, { host, source }: PolledSeries): Instant | null {
  const newest = minBy(
    store.recentHistories({ host, source }, 1).filter(({ generations }) => generations.count > 0),
    ({ generations }) => -valueAt(generations.lastSeen, generations.count - 1),
  );
  return newest === null ? null : valueAt(newest.generations.expiration, newest.generations.count - 1);
}
