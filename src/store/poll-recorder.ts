import {
  correctTime,
  createGeneration,
  getGenerationKey,
  mergeGenerations,
} from '../domain/measurement/generations.ts';
import type { FailedPoll, Instant, Sample, SeriesIdentity, SourceName } from '../domain/model.ts';
import { toStoredKeyId } from '../key-id.ts';
import type { SampleOrigin } from './contract.ts';
import { prepareEndpointStart, prepareFailedPollInsert } from './failed-polls.ts';
import { GenerationRows } from './generation-rows.ts';
import { prepareHostAdoption } from './host-adoption.ts';
import { prepareClockOffsetUpdate } from './host-clocks.ts';
import { LaterSamples } from './later-samples.ts';
import { SampleRows } from './sample-rows.ts';
import { isHostChosen } from './series-rows.ts';
import { countGenerations } from './sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';

/** Writes polls. Keeps its statements, because preparing them takes longer than running them. */
export class PollRecorder {
  readonly connection: DatabaseConnection;
  #samples: SampleRecorder | null = null;
  #recordFailedPoll: ReturnType<typeof prepareFailedPollInsert> | null = null;
  #recordStarting: ReturnType<typeof prepareEndpointStart> | null = null;

  constructor(connection: DatabaseConnection) {
    this.connection = connection;
  }

  /** Must be called before each transaction. The other methods must be called inside the transaction. */
  startTransaction(): void {
    this.#samples?.startTransaction();
  }

  recordSample(identity: SeriesIdentity, sample: Sample, machine: string, origin: SampleOrigin): void {
    this.#samples ??= new SampleRecorder(this.connection);
    const stored = { ...sample, accessKeyId: toStoredKeyId(sample.accessKeyId) };
    this.#samples.record(identity, stored, machine, origin);
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    this.#recordFailedPoll ??= prepareFailedPollInsert(this.connection);
    this.#recordFailedPoll(host, source, poll);
  }

  /** Returns the time of the first poll that found the endpoint starting, since the last poll with another result. */
  recordStarting(host: string, source: SourceName, at: Instant): Instant {
    this.#recordStarting ??= prepareEndpointStart(this.connection);
    return this.#recordStarting(host, source, at);
  }
}

class SampleRecorder {
  readonly #connection: DatabaseConnection;
  readonly #findSeries;
  readonly #saveSeries;
  readonly #rows;
  readonly #samples;
  readonly #laterSamples;
  readonly #saveClockOffset;
  readonly #adoptHost;
  readonly #findAnyGeneration;
  /** Whether the tables were checked in the current transaction. */
  #areTablesChecked = false;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
    this.#findSeries = connection.prepare<[object], unknown>(
      `SELECT 1 FROM series
       WHERE host = @host AND source = @source AND api_version = @apiVersion AND role = @role`,
    );
    this.#saveSeries = connection
      .prepare<[object], number>(
        `INSERT INTO series (host, source, api_version, role, machine, polled, last_polled_at, session_limit,
           token_expires_at, poll_command_at)
         VALUES (@host, @source, @apiVersion, @role, @machine, 1, @observedAt, coalesce(@limit, ''), @tokenExpiresAt,
           @pollCommandAt)
         ON CONFLICT DO UPDATE SET polled = 1, machine = excluded.machine,
           session_limit = iif(excluded.last_polled_at >= last_polled_at, excluded.session_limit, session_limit),
           token_expires_at =
             iif(excluded.last_polled_at >= last_polled_at, excluded.token_expires_at, token_expires_at),
           last_polled_at = max(last_polled_at, excluded.last_polled_at),
           poll_command_at = max(poll_command_at, excluded.poll_command_at)
         RETURNING id`,
      )
      .pluck();
    this.#rows = new GenerationRows(connection);
    this.#samples = new SampleRows(connection);
    this.#laterSamples = new LaterSamples(connection);
    this.#saveClockOffset = prepareClockOffsetUpdate(connection);
    this.#adoptHost = prepareHostAdoption(connection);
    this.#findAnyGeneration = connection.prepare<[number], unknown>(
      'SELECT 1 FROM generations INDEXED BY sqlite_autoindex_generations_1 WHERE series_id = ? LIMIT 1',
    );
  }

  startTransaction(): void {
    this.#areTablesChecked = false;
  }

  record(
    identity: SeriesIdentity,
    sample: Sample,
    machine: string,
    { session, isOfPollCommand = true }: SampleOrigin,
  ): void {
    const [rows, samples] = [this.#rows, this.#samples];
    const { observedAt } = sample;
    const key = getGenerationKey(sample);
    const { host, source } = identity;
    if (machine !== '' && !isHostChosen(machine) && machine !== host)
      this.#adoptHost({ host, source, machine, key: sample.accessKeyId });
    // A damaged page may hide the series. A new series with the same id would then get its generations.
    if (this.#findSeries.get(identity) === undefined) this.#checkTables();
    const facts = session ?? { limit: null, tokenExpiresAt: null };
    const pollCommandAt = isOfPollCommand ? observedAt : 0;
    const row = { ...identity, ...facts, machine, observedAt, pollCommandAt };
    const seriesId = requireRow(this.#saveSeries.get(row));
    const known = rows.find(seriesId, key);
    if (known === null) this.#checkFirstGeneration(seriesId);
    const ordinal = known === null ? 0 : samples.nextOrdinal(known.id, sample);
    const seen = { ...createGeneration(sample), samples: ordinal === 0 ? 1 : 0 };
    const generation = known === null ? seen : mergeGenerations(known.generation, seen);
    if (known !== null) rows.update({ ...known, generation });
    const id = known?.id ?? requireRow(rows.add(seriesId, key, generation));
    samples.insert(id, { credentials: sample, ordinal, times: [sample] });
    this.#laterSamples.updateAfterPoll(seriesId, correctTime(sample));
    this.#saveClockOffset(identity.host, sample);
  }

  /** A series without generations is new, or a damaged page hides them. The check reads all generations. */
  #checkFirstGeneration(seriesId: number): void {
    if (this.#findAnyGeneration.get(seriesId) === undefined) this.#checkTables();
  }

  /** Checks once per transaction, because the check reads whole tables. */
  #checkTables(): void {
    if (!this.#areTablesChecked) countGenerations(this.#connection);
    this.#areTablesChecked = true;
  }
}
