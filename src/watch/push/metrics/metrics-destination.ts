import type { Instant } from '../../../domain/model.ts';
import { getHostSourceKey } from '../../../domain/series-key.ts';
import { correctNow } from '../../../domain/verdict/analyse.ts';
import type { ImportClient } from '../../../remote/metrics/import-client.ts';
import { buildCurrentFamilies, type CurrentContext } from '../../../report/metrics/current-families.ts';
import { groupByHostSource, type HostSource } from '../../../report/metrics/host-sources.ts';
import { formatCurrentValues } from '../../../report/metrics/timestamped.ts';
import type { SampleStore } from '../../../store/sample-store.ts';
import { assessStored, type StoredReportOptions } from '../../stored-report.ts';
import {
  type PushContext,
  type PushDestination,
  PushInterrupted,
  type PushResult,
  type RejectedItem,
} from '../destination.ts';
import { Batch } from './batch.ts';
import { Cursors } from './cursors.ts';
import { findNewPoints } from './new-points.ts';

export interface MetricsDestinationOptions {
  /** For messages and for the outbox. */
  name: string;
  client: ImportClient;
  /** The jobs to judge. */
  report: Omit<StoredReportOptions, 'now' | 'filter'>;
  /** Send all samples from this time on. Null: only samples since the last push, and none at the first push. */
  since: Instant | null;
  version: string;
  nodeVersion: string;
}

/** Sends samples with their times, and all computed values with the present time. */
export class MetricsDestination implements PushDestination {
  readonly name: string;
  readonly #options: MetricsDestinationOptions;

  constructor(options: MetricsDestinationOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async push(store: SampleStore, context: PushContext): Promise<PushResult> {
    const { report, version, nodeVersion, since } = this.#options;
    const { assessment, assessAllTime } = assessStored(withoutTransaction(store), {
      ...report,
      filter: {},
      now: context.now,
    });
    const hostSources = groupByHostSource(assessAllTime());
    const now = correctByNewest(context.now, hostSources);
    const cursors = new Cursors(store.outbox(this.name), now, since);
    const sender = new Sender(this.#options, cursors, context);
    for (const hostSource of hostSources) await sendNewPoints(store, hostSource, cursors, sender);
    const current: CurrentContext = { now: context.now, version, nodeVersion, assessAllTime };
    for (const line of formatCurrentValues(buildCurrentFamilies(assessment, current), now))
      await sender.add([line]);
    await sender.flush();
    return sender.result;
  }

  async close(): Promise<void> {
    this.#options.client.close();
  }
}

/** Cursors are written between the reads, so the reads cannot be one transaction. */
const withoutTransaction = (store: SampleStore) => ({
  historyReaders: store.historyReaders.bind(store),
  jobRuns: store.jobRuns,
  jobNames: store.jobNames,
  seriesNames: store.seriesNames,
  seriesSpans: store.seriesSpans,
  keepState: () => {},
});

/** The present time by AWS's clock, as far as the newest samples know it. */
function correctByNewest(now: Instant, hostSources: readonly HostSource[]): Instant {
  const measurements = hostSources.flatMap(({ newest }) => newest ?? []);
  const [first, ...others] = measurements;
  if (first === undefined) return now;
  const newest = others.reduce((best, each) => (each.lastSample > best.lastSample ? each : best), first);
  return correctNow(now, newest);
}

/** Oldest first, because Prometheus rejects a sample that is older than the newest one of its series. */
async function sendNewPoints(
  store: SampleStore,
  hostSource: HostSource,
  cursors: Cursors,
  sender: Sender,
): Promise<void> {
  const key = getHostSourceKey(hostSource);
  let after = cursors.find(hostSource);
  for (;;) {
    const { points, hasMore } = findNewPoints(store, hostSource, after);
    for (const { at, lines } of points) {
      await sender.addPoint(key, at, lines);
      after = at;
    }
    if (!hasMore) return;
  }
}

/** Sends full batches, and moves the cursors after each response. */
class Sender {
  readonly #options: Pick<MetricsDestinationOptions, 'client' | 'name'>;
  readonly #cursors: Cursors;
  readonly #context: PushContext;
  readonly #rejected: RejectedItem[] = [];
  #batch = new Batch();
  #sent = 0;

  constructor(
    options: Pick<MetricsDestinationOptions, 'client' | 'name'>,
    cursors: Cursors,
    context: PushContext,
  ) {
    this.#options = options;
    this.#cursors = cursors;
    this.#context = context;
  }

  get result(): PushResult {
    return { sent: this.#sent, rejected: this.#rejected };
  }

  async add(lines: readonly string[]): Promise<void> {
    this.#batch.add(lines);
    if (this.#batch.isFull) await this.flush();
  }

  async addPoint(key: string, at: Instant, lines: readonly string[]): Promise<void> {
    this.#batch.addPoint(key, at, lines);
    if (this.#batch.isFull) await this.flush();
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new Batch();
    if (batch.isEmpty) return;
    const rejection = await this.#send(batch.lines);
    if (rejection === null) this.#cursors.confirm(batch.moves);
    else this.#cursors.skip(batch.moves, rejection);
    this.#context.onProgress(this.#sent);
  }

  /** Returns the reason if the server rejected some of the lines permanently. */
  async #send(lines: readonly string[]): Promise<string | null> {
    const outcome = await this.#options.client.send(lines.join(''), this.#context.signal);
    if (outcome.kind === 'accepted') {
      this.#sent += lines.length;
      return null;
    }
    const { reason } = outcome;
    if (outcome.kind === 'unavailable')
      throw new PushInterrupted(
        this.#context.signal.aborted
          ? `the push to ${this.#options.name} was stopped`
          : `${this.#options.name} is not available: ${reason}`,
        this.#sent,
      );
    if (outcome.isTooLarge && lines.length > 1) {
      const middle = Math.ceil(lines.length / 2);
      const first = await this.#send(lines.slice(0, middle));
      return (await this.#send(lines.slice(middle))) ?? first;
    }
    this.#rejected.push({ item: `a request with ${lines.length} samples of metrics`, reason });
    return reason;
  }
}
