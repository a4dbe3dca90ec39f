import type { Instant, Seconds, SeriesIdentity } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import { PostgresUnavailableError } from '../../../remote/postgres/connection/failures.ts';
import {
  PostgresConnection,
  type PostgresContext,
} from '../../../remote/postgres/connection/postgres-connection.ts';
import { checkSchema } from '../../../remote/postgres/schema-check.ts';
import { type PostgresSettings, resolveSettings } from '../../../remote/postgres/settings/settings.ts';
import type { SampleStore } from '../../../store/sample-store.ts';
import { type PushContext, type PushDestination, PushInterrupted, type PushResult } from '../destination.ts';
import { parseConfirmed } from './outbox-items.ts';
import { pushFailedPolls, pushJobRuns } from './push-events.ts';
import { type HostFacts, pushHosts } from './push-hosts.ts';
import { pushSeries } from './push-series.ts';
import { PushState } from './push-state.ts';
import { describeRejected } from './rejected-items.ts';

export interface PostgresDestinationOptions extends Omit<HostFacts, 'pushedAt'> {
  /** How long to try again while the database is not available. */
  timeout: Seconds;
  /** Called for each statement, for tests. */
  onStatement?: (sql: string) => void;
}

/** The number of generations that are read and compared at once. */
const MAX_GENERATIONS_AT_ONCE = 20_000;

/** A transaction locks its series, and a statement has a limited number of parameters. */
const SERIES_PER_TRANSACTION = 200;

/** A database with the history of many hosts. */
export class PostgresDestination implements PushDestination {
  readonly #settings: PostgresSettings;
  readonly #context: PostgresContext;
  readonly #options: PostgresDestinationOptions;

  /** @throws CredWatchError if the URL, a variable or a file is invalid */
  constructor(url: string, context: PostgresContext, options: PostgresDestinationOptions) {
    this.#settings = resolveSettings(url, context);
    this.#context = context;
    this.#options = options;
  }

  get name(): string {
    return this.#settings.name;
  }

  async push(
    store: Pick<SampleStore, 'outbox'>,
    { now, signal, onProgress }: PushContext,
  ): Promise<PushResult> {
    const { timeout, onStatement } = this.#options;
    const connection = new PostgresConnection(this.#settings, this.#context, {
      timeout,
      signal,
      ...(onStatement === undefined ? {} : { onStatement }),
    });
    const outbox = store.outbox(this.name);
    let state: PushState | null = null;
    try {
      const { deletedBefore } = await checkSchema(connection);
      state = new PushState(outbox, { deletedBefore, now }, onProgress);
      await this.#pushAll(connection, state, now);
      return { sent: state.sent, rejected: describeRejected(outbox) };
    } catch (error) {
      if (!(error instanceof PostgresUnavailableError)) throw error;
      throw new PushInterrupted(error.message, state?.sent ?? 0, { cause: error });
    } finally {
      // Between two pushes, the database needs no connection for this host.
      await connection.close();
    }
  }

  async close(): Promise<void> {}

  async #pushAll(connection: PostgresConnection, state: PushState, now: Instant): Promise<void> {
    const { version, tags } = this.#options;
    const revisions = await pushHosts(connection, state, { pushedAt: now, version, tags });
    // Before the series: if the database loses its last transactions, the revision of a series shows it.
    await pushFailedPolls(connection, state);
    await pushJobRuns(connection, state, now);
    const pushed = new Set<string>();
    const isWanted = (identity: SeriesIdentity, local: string): boolean => {
      const key = getSeriesKey(identity);
      if (pushed.has(key)) return false;
      const confirmed = parseConfirmed(state.confirmedSeries.get(key));
      return (
        confirmed?.state !== local ||
        confirmed.revision !== (revisions.get(key) ?? 0) ||
        // The rejected rows are to be sent again.
        confirmed.rejectedCount !== state.countRejected(identity)
      );
    };
    for (;;) {
      const batch = state.outbox.records.readSeries(isWanted, MAX_GENERATIONS_AT_ONCE);
      if (batch.length === 0) break;
      for (let start = 0; start < batch.length; start += SERIES_PER_TRANSACTION)
        await pushSeries(connection, batch.slice(start, start + SERIES_PER_TRANSACTION), state);
      for (const { history } of batch) pushed.add(getSeriesKey(history.identity));
    }
  }
}
