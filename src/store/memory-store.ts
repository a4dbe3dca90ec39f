import { findMaxDistanceInSpan } from '../domain/measurement/columns/failed-poll-distance.ts';
import { toRecordedColumns } from '../domain/measurement/columns/generation-columns.ts';
import { correctTime, groupGenerations } from '../domain/measurement/generations.ts';
import type {
  FailedPoll,
  FailedPollCount,
  Instant,
  Sample,
  SampleTime,
  Seconds,
  SeriesIdentity,
  SourceName,
} from '../domain/model.ts';
import { getHostSourceKey, getSeriesKey } from '../domain/series-key.ts';
import { joinSpans } from '../domain/time/spans.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { toStoredKeyId } from '../key-id.ts';
import type { SeriesFilter } from './contract.ts';
import type { SampleStore } from './sample-store.ts';
import { toPolledBy } from './series-rows.ts';

/** The part of a store that `check`, `exec` and `env` use. */
export type StartCheckStore = Pick<
  SampleStore,
  | 'recordSample'
  | 'recordFailedPoll'
  | 'recordStarting'
  | 'findLastHost'
  | 'hasSeries'
  | 'recentHistories'
  | 'startJobRun'
  | 'endJobRun'
  | 'dropJobRun'
  | 'jobRuns'
  | 'judgedJobs'
  | 'jobNames'
  | 'seriesNames'
  | 'close'
> & {
  /** No database can be opened, so `poll` cannot run either. */
  readonly isWithoutDatabase?: true;
};

/** Limits the memory of `exec --refresh`. At the shortest interval of real endpoints, this is more than a day. */
const MAX_POLLS = 10_000;

interface HostSource {
  host: string;
  source: SourceName;
}

/** A store in memory, used if the addon of SQLite is missing. It keeps the newest polls until the process ends. */
export class MemoryStore implements StartCheckStore {
  readonly isWithoutDatabase = true;
  readonly #samples: { identity: SeriesIdentity; sample: Sample; machine: string }[] = [];
  readonly #failedPolls: (HostSource & { poll: FailedPoll })[] = [];
  /** The first poll that found an endpoint starting, since its last other result. By {@link getHostSourceKey}. */
  readonly #startingSince = new Map<string, Instant>();

  recordSample(identity: SeriesIdentity, sample: Sample, machine: string): void {
    this.#startingSince.delete(getHostSourceKey(identity));
    const accessKeyId = toStoredKeyId(sample.accessKeyId);
    addNewest(this.#samples, { identity, sample: { ...sample, accessKeyId }, machine });
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    if (poll.reason !== 'starting') this.#startingSince.delete(getHostSourceKey({ host, source }));
    addNewest(this.#failedPolls, { host, source, poll });
  }

  recordStarting(host: string, source: SourceName, at: Instant): Instant {
    const key = getHostSourceKey({ host, source });
    const since = Math.min(this.#startingSince.get(key) ?? at, at);
    this.#startingSince.set(key, since);
    return since;
  }

  findLastHost(machine: string, source: SourceName): string | null {
    const isOwn = (each: { identity: SeriesIdentity; machine: string }) =>
      each.machine === machine && each.identity.source === source;
    return this.#samples.findLast(isOwn)?.identity.host ?? null;
  }

  hasSeries(host: string): boolean {
    return this.#samples.some(({ identity }) => identity.host === host);
  }

  /** Reads all generations, because few polls are kept. Failed polls without a sample have no history, because no verdict uses it. */
  recentHistories({ host, source, role }: SeriesFilter = {}): ColumnHistory[] {
    const selected = this.#samples.filter(
      ({ identity }) =>
        (host ?? identity.host) === identity.host &&
        (source ?? identity.source) === identity.source &&
        (role ?? identity.role) === identity.role,
    );
    const identities = new Map(selected.map(({ identity }) => [getSeriesKey(identity), identity]));
    return [...identities].map(([key, identity]) =>
      this.#createHistory(
        identity,
        selected.filter((each) => getSeriesKey(each.identity) === key),
      ),
    );
  }

  /** Job runs are not kept, because only reports read them. */
  startJobRun(): number {
    return 0;
  }

  endJobRun(): void {}

  dropJobRun(): void {}

  /** Runs are not kept, because they would be lost at the end of the process. */
  jobRuns(): [] {
    return [];
  }

  /** Only one process writes this store, so there are no other series. */
  seriesNames(): [] {
    return [];
  }

  jobNames(): [] {
    return [];
  }

  /** Null, because records would be lost at the end of the process. */
  get judgedJobs(): null {
    return null;
  }

  close(): void {}

  #createHistory(
    identity: SeriesIdentity,
    polled: readonly { sample: Sample; machine: string }[],
  ): ColumnHistory {
    const samples = polled.map(({ sample }) => sample);
    const generations = toRecordedColumns(groupGenerations(samples));
    const failed = this.#failedPolls
      .filter((each) => getHostSourceKey(each) === getHostSourceKey(identity))
      .map(({ poll }) => poll);
    return {
      identity,
      isPolled: true,
      ...toPolledBy({ machine: polled.at(-1)?.machine ?? '' }),
      generations,
      failedPolls: countByReason(failed),
      failedPollSpans: joinSpans(
        failed.map(({ observedAt }) => ({ from: observedAt, to: observedAt })),
        findMaxDistanceInSpan(generations),
      ),
      // Only reports and `check --offline` read the session facts, and they do not use this store.
      session: null,
      newestClockOffset: findNewestClockOffset([...samples, ...failed]),
    };
  }
}

function addNewest<T>(items: T[], item: T): void {
  items.push(item);
  if (items.length > MAX_POLLS) items.shift();
}

function countByReason(polls: readonly FailedPoll[]): FailedPollCount[] {
  const counts = new Map<string, FailedPollCount>();
  for (const { reason, observedAt, detail } of polls) {
    const before = counts.get(reason);
    counts.set(reason, {
      reason,
      count: (before?.count ?? 0) + 1,
      firstAt: before?.firstAt ?? observedAt,
      lastAt: observedAt,
      lastDetail: detail,
    });
  }
  return [...counts.values()];
}

function findNewestClockOffset(polls: readonly SampleTime[]): Seconds | null {
  const known = polls.filter(({ clockOffset }) => clockOffset !== null);
  return known.sort((a, b) => correctTime(b) - correctTime(a))[0]?.clockOffset ?? null;
}
