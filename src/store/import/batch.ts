import { isDeepStrictEqual } from 'node:util';
import {
  correctTime,
  createGeneration,
  getGenerationKey,
  mergeGenerations,
} from '../../domain/measurement/generations.ts';
import type { Instant, RecordedGeneration, Sample, SeriesIdentity, Span } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import type { ArchiveRecord, GenerationRecord } from '../archive/record.ts';
import type { WriteResult } from '../contract.ts';
import { toFailedPollRow } from '../failed-polls.ts';
import { GenerationRows, type StoredGeneration } from '../generation-rows.ts';
import { prepareClockOffsetUpdate } from '../host-clocks.ts';
import { prepareJobRunMerge } from '../job-runs.ts';
import { LaterSamples } from '../later-samples.ts';
import { isInGroup, type SampleGroup, SampleRows } from '../sample-rows.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/schema.ts';

/** A generation of this batch. The writer reads it once, and saves it in `flush`. */
interface OpenGeneration extends StoredGeneration {
  seriesId: number;
  key: string;
  /** The group of the last sample. Null before the first sample. */
  group: SampleGroup | null;
}

/**
 * Adds records to the database. Must be called inside a transaction. Known records change nothing. Pruned samples
 * change nothing either, because their generation still counts them.
 */
export function writeBatch(connection: DatabaseConnection, records: readonly ArchiveRecord[]): WriteResult {
  const writer = new BatchWriter(connection);
  const result = { added: 0, known: 0 };
  for (const record of records) result[writer.write(record) ? 'added' : 'known'] += 1;
  writer.flush();
  return result;
}

class BatchWriter {
  readonly #rows: GenerationRows;
  readonly #samples: SampleRows;
  readonly #mergeJobRun;
  readonly #series = new Map<string, number>();
  /** The series of the last record. */
  #last: { identity: SeriesIdentity; id: number } | null = null;
  readonly #open = new Map<string, OpenGeneration>();
  /** The times of the added samples, by series. */
  readonly #added = new Map<number, Span>();
  readonly #laterSamples;
  readonly #saveClockOffset;
  readonly #insertSeries;
  readonly #insertFailedPoll;
  readonly #countSamplesBefore;

  constructor(connection: DatabaseConnection) {
    this.#rows = new GenerationRows(connection);
    this.#samples = new SampleRows(connection);
    this.#mergeJobRun = prepareJobRunMerge(connection);
    this.#laterSamples = new LaterSamples(connection);
    this.#saveClockOffset = prepareClockOffsetUpdate(connection);
    this.#insertSeries = connection
      .prepare<[SeriesIdentity], number>(
        `INSERT INTO series (host, source, api_version, role) VALUES (@host, @source, @apiVersion, @role)
         ON CONFLICT DO UPDATE SET host = host RETURNING id`,
      )
      .pluck();
    this.#insertFailedPoll = connection.prepare(
      `INSERT OR IGNORE INTO failed_polls
       VALUES (@host, @source, @observedAt, @reason, @detail, @accessKeyId, @expiration, @ordinal, @clockOffset)`,
    );
    this.#countSamplesBefore = connection
      .prepare<[number, Instant], number>(
        `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} < ?`,
      )
      .pluck();
  }

  /** Returns true if the record is new. */
  write(record: ArchiveRecord): boolean {
    switch (record.record) {
      case 'sample':
        return this.#writeSample(record.identity, record.sample, record.ordinal);
      case 'generation':
        return this.#writeGeneration(record);
      case 'failed_poll': {
        const { host, source, poll, ordinal } = record;
        const row = { ...toFailedPollRow(host, source, poll), ordinal };
        this.#saveClockOffset(host, poll);
        return this.#insertFailedPoll.run(row).changes === 1;
      }
      case 'job_run':
        return this.#mergeJobRun(record.run, record.ordinal);
    }
  }

  flush(): void {
    for (const { id, seriesId, key, generation, prunedUntil } of this.#open.values()) {
      this.#rows.save(id, seriesId, key, generation, prunedUntil);
    }
    this.#open.clear();
    for (const [seriesId, added] of this.#added) this.#laterSamples.update(seriesId, added);
    this.#added.clear();
  }

  #writeSample(identity: SeriesIdentity, sample: Sample, ordinal: number): boolean {
    const seen = { ...createGeneration(sample), samples: 0 };
    const open = this.#openGeneration(identity, seen);
    open.generation = mergeGenerations(open.generation, seen);
    this.#saveClockOffset(identity.host, sample);
    this.#noteAdded(open);
    if (open.prunedUntil !== null && correctTime(sample) < open.prunedUntil) return false;
    if (open.group === null || !isInGroup(open.group, sample, ordinal))
      open.group = this.#samples.openGroup(open.id, sample, ordinal);
    const isNew = this.#samples.insert(open.group, sample);
    if (isNew && ordinal === 0) open.generation.samples += 1;
    return isNew;
  }

  /** This database may have samples that the export has pruned. Only samples missing here are added to the count. */
  #writeGeneration(record: GenerationRecord): boolean {
    const open = this.#openGeneration(record.identity, record.generation);
    const before = { ...open };
    const storedEarlier = requireRow(this.#countSamplesBefore.get(open.id, record.prunedUntil));
    const stored = requireRow(this.#countSamplesBefore.get(open.id, Number.MAX_SAFE_INTEGER));
    const missing = Math.max(0, record.earlierSampleCount - storedEarlier);
    const pruned = Math.max(open.generation.samples - stored, missing);
    open.generation = { ...mergeGenerations(open.generation, record.generation), samples: stored + pruned };
    if (missing > 0) open.prunedUntil = Math.max(open.prunedUntil ?? 0, record.prunedUntil);
    this.#noteAdded(open);
    return !isDeepStrictEqual(open, before);
  }

  /** Includes the whole generation, because its last sample may have changed. */
  #noteAdded({ seriesId, generation }: OpenGeneration): void {
    const { firstSeen: from, lastSeen: to } = generation;
    const known = this.#added.get(seriesId) ?? { from, to };
    this.#added.set(seriesId, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
  }

  #openGeneration(identity: SeriesIdentity, seen: RecordedGeneration): OpenGeneration {
    const seriesId = this.#seriesId(identity);
    const key = getGenerationKey(seen);
    const name = `${seriesId}/${key}`;
    let open = this.#open.get(name);
    if (open === undefined) {
      const stored = this.#rows.find(seriesId, key);
      open = { ...(stored ?? this.#addGeneration(seriesId, key, seen)), seriesId, key, group: null };
      this.#open.set(name, open);
    }
    return open;
  }

  #addGeneration(seriesId: number, key: string, seen: RecordedGeneration): StoredGeneration {
    const generation = { ...seen, samples: 0 };
    return { id: this.#rows.save(null, seriesId, key, generation), generation, prunedUntil: null };
  }

  #seriesId(identity: SeriesIdentity): number {
    if (identity === this.#last?.identity) return this.#last.id;
    const name = getSeriesKey(identity);
    let id = this.#series.get(name);
    if (id === undefined) {
      id = requireRow(this.#insertSeries.get(identity));
      this.#series.set(name, id);
    }
    this.#last = { identity, id };
    return id;
  }
}
