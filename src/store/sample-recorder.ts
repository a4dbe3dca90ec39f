import {
  correctTime,
  createGeneration,
  getGenerationKey,
  mergeGenerations,
} from '../domain/measurement/generations.ts';
import type { Sample, SeriesIdentity } from '../domain/model.ts';
import { GenerationRows } from './generation-rows.ts';
import { prepareClockOffsets } from './host-clocks.ts';
import { LaterSamples } from './later-samples.ts';
import { SampleRows } from './sample-rows.ts';
import { countGenerations } from './sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';

/** Writes polled samples. Keeps its statements, because preparing them takes longer than running them. */
export class SampleRecorder {
  readonly #connection: DatabaseConnection;
  readonly #findSeries;
  readonly #saveSeries;
  readonly #rows;
  readonly #samples;
  readonly #laterSamples;
  readonly #saveClockOffset;
  /** In the current transaction. */
  #areTablesChecked = false;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
    this.#findSeries = connection.prepare<[object], unknown>(
      `SELECT 1 FROM series
       WHERE host = @host AND source = @source AND api_version = @apiVersion AND role = @role`,
    );
    this.#saveSeries = connection
      .prepare<[object], number>(
        `INSERT INTO series (host, source, api_version, role, machine, polled, last_polled_at)
         VALUES (@host, @source, @apiVersion, @role, @machine, 1, @observedAt)
         ON CONFLICT DO UPDATE SET polled = 1, machine = excluded.machine,
           last_polled_at = max(last_polled_at, excluded.last_polled_at)
         RETURNING id`,
      )
      .pluck();
    this.#rows = new GenerationRows(connection);
    this.#samples = new SampleRows(connection);
    this.#laterSamples = new LaterSamples(connection);
    this.#saveClockOffset = prepareClockOffsets(connection);
  }

  /** Call it before each transaction. */
  startTransaction(): void {
    this.#areTablesChecked = false;
  }

  /** Call it inside a transaction. */
  record(identity: SeriesIdentity, sample: Sample, machine: string): void {
    const [rows, samples] = [this.#rows, this.#samples];
    const { observedAt } = sample;
    // A damaged page may hide the series. A new series with the same id would then get its generations.
    if (this.#findSeries.get(identity) === undefined) this.#checkTables();
    const seriesId = requireRow(this.#saveSeries.get({ ...identity, machine, observedAt }));
    const key = getGenerationKey(sample);
    const known = rows.find(seriesId, key);
    if (known === null) this.#checkFirstGeneration(seriesId);
    const ordinal = known === null ? 0 : samples.nextOrdinal(known.id, sample);
    const seen = { ...createGeneration(sample), samples: ordinal === 0 ? 1 : 0 };
    const generation = known === null ? seen : mergeGenerations(known.generation, seen);
    const id = rows.save(known?.id ?? null, seriesId, key, generation, known?.prunedUntil ?? null);
    samples.insert(samples.openGroup(id, sample, ordinal), sample);
    this.#laterSamples.updateAfterPoll(seriesId, correctTime(sample));
    this.#saveClockOffset(identity.host, sample);
  }

  /** A series without generations is new, or a damaged page hides them. The check reads all generations. */
  #checkFirstGeneration(seriesId: number): void {
    const anyGeneration = this.#connection.prepare(
      'SELECT 1 FROM generations INDEXED BY sqlite_autoindex_generations_1 WHERE series_id = ? LIMIT 1',
    );
    if (anyGeneration.get(seriesId) === undefined) this.#checkTables();
  }

  /** Checks once per transaction, because the check reads whole tables. */
  #checkTables(): void {
    if (!this.#areTablesChecked) countGenerations(this.#connection);
    this.#areTablesChecked = true;
  }
}
