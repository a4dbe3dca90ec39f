import { compareSampleTimes, correctTime, findThirdLaterSample } from '../domain/measurement/generations.ts';
import type { Instant, SampleTime, Seconds, Span } from '../domain/model.ts';
import { CORRECTED_TIME_SQL } from './sqlite/corrected-time.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

/** A generation, and the sample that is stored as its third later sample. */
interface EndedGenerationRow {
  id: number;
  lastSeen: Instant;
  observedAt: Instant | null;
  clockOffset: Seconds | null;
}

const ENDED_GENERATION_COLUMNS = `id, last_seen AS lastSeen, third_later_observed_at AS observedAt,
  third_later_clock_offset AS clockOffset`;

/** Samples by the ids of their generations. */
export type FreshSamples = ReadonlyMap<number, readonly SampleTime[]>;

const NO_SAMPLES: FreshSamples = new Map();

/** The queries include generations that were last seen at the same time. */
const LATER_SAMPLE_COUNT = 3;

/** Keeps the third later sample of each generation up to date. */
export class LaterSamples {
  readonly #connection: DatabaseConnection;
  #findNewest: ReturnType<typeof prepareFindNewest> | null = null;
  #statements: ReturnType<typeof prepareStatements> | null = null;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  /**
   * Updates the generations of a series after samples were added.
   * @param added the corrected times of the first and the last added sample
   * @param fresh all samples of generations, by their ids. Their samples are not read from the database
   */
  update(seriesId: number, added: Span, fresh: FreshSamples = NO_SAMPLES): void {
    const { findBefore, findInside } = this.#prepared();
    // A generation that ended before them is affected only if fewer than three samples followed it.
    const affected = [
      ...findBefore.all({ seriesId, from: added.from }).filter((row) => mayHaveChanged(row, added.from)),
      ...findInside.all(seriesId, added.from, added.to),
    ];
    if (affected.length > 0) this.#updateRows(seriesId, affected, fresh);
  }

  /** As {@link update}, for a single added sample. Nearly always, the sample is the newest and changes nothing. */
  updateAfterPoll(seriesId: number, time: Instant): void {
    this.#findNewest ??= prepareFindNewest(this.#connection);
    const [newest, ...earlier] = this.#findNewest.all({ seriesId });
    if (newest === undefined || time < newest.lastSeen) {
      this.update(seriesId, { from: time, to: time });
      return;
    }
    const affected = earlier.filter((row) => row.lastSeen < time && mayHaveChanged(row, time));
    if (affected.length > 0) this.#updateRows(seriesId, affected, NO_SAMPLES);
  }

  #updateRows(seriesId: number, affected: readonly EndedGenerationRow[], fresh: FreshSamples): void {
    const { findEnd, update } = this.#prepared();
    const lastSeen = affected.map((row) => checkRow(row).lastSeen);
    const from = lastSeen.reduce((a, b) => Math.min(a, b));
    const latest = lastSeen.reduce((a, b) => Math.max(a, b));
    const to = findEnd.get(seriesId, latest) ?? Number.MAX_SAFE_INTEGER;
    const samples = this.#readSamples(seriesId, { from, to }, fresh);
    for (const row of affected) {
      const [known, found] = [toThirdLaterSample(row), findThirdLaterSample(samples, row.lastSeen)];
      // The stored sample can be earlier than the found one, because samples are pruned.
      if (found !== null && (known === null || compareSampleTimes(found, known) < 0)) {
        update.run(found.observedAt, found.clockOffset, row.id);
      }
    }
  }

  #readSamples(seriesId: number, { from, to }: Span, fresh: FreshSamples): SampleTime[] {
    const { findSamples, findEdges } = this.#prepared();
    const freshIds = JSON.stringify([...fresh.keys()]);
    const samples = findSamples.all({ seriesId, from, to, freshIds }).map(checkRow);
    for (const times of fresh.values()) {
      for (const time of times) if (correctTime(time) > from && correctTime(time) <= to) samples.push(time);
    }
    // The first and the last sample of a generation may be pruned, but their corrected times are known.
    const edges = findEdges.all({ seriesId, from, to });
    if (edges.length > 0) {
      const known = new Set(samples.map(correctTime));
      const pruned = edges
        .flatMap((edge) => (edge.from === edge.to ? [edge.from] : [edge.from, edge.to]))
        .filter((time) => time > from && time <= to && !known.has(time));
      for (const observedAt of pruned) samples.push({ observedAt, clockOffset: null });
    }
    return samples.sort(compareSampleTimes);
  }

  /** Prepares the statements when they are first used, because most polls do not need them. */
  #prepared() {
    this.#statements ??= prepareStatements(this.#connection);
    return this.#statements;
  }
}

const prepareFindNewest = (connection: DatabaseConnection) =>
  connection.prepare<[object], EndedGenerationRow>(
    `SELECT ${ENDED_GENERATION_COLUMNS} FROM generations WHERE series_id = @seriesId AND last_seen >= coalesce(
       (SELECT last_seen FROM generations WHERE series_id = @seriesId
        ORDER BY last_seen DESC LIMIT 1 OFFSET ${LATER_SAMPLE_COUNT}), 0)
     ORDER BY last_seen DESC`,
  );

function prepareStatements(connection: DatabaseConnection) {
  // Selects all generations whose samples may lie between two times.
  const overlapping = 'series_id = @seriesId AND last_seen > @from AND first_seen <= @to';
  return {
    findInside: connection.prepare<[number, Instant, Instant], EndedGenerationRow>(
      `SELECT ${ENDED_GENERATION_COLUMNS} FROM generations
       WHERE series_id = ? AND last_seen >= ? AND last_seen <= ?`,
    ),
    findBefore: connection.prepare<[object], EndedGenerationRow>(
      `SELECT ${ENDED_GENERATION_COLUMNS} FROM generations
       WHERE series_id = @seriesId AND last_seen < @from AND last_seen >= coalesce(
         (SELECT last_seen FROM generations WHERE series_id = @seriesId AND last_seen < @from
          ORDER BY last_seen DESC LIMIT 1 OFFSET ${LATER_SAMPLE_COUNT - 1}), 0)`,
    ),
    findEnd: connection
      .prepare<[number, Instant], Instant>(
        `SELECT last_seen FROM generations WHERE series_id = ? AND last_seen > ?
         ORDER BY last_seen LIMIT 1 OFFSET ${LATER_SAMPLE_COUNT - 1}`,
      )
      .pluck(),
    findSamples: connection.prepare<[object], SampleTime>(
      `SELECT observed_at AS observedAt, clock_offset AS clockOffset FROM samples
       WHERE generation_id IN (SELECT id FROM generations WHERE ${overlapping})
         AND generation_id NOT IN (SELECT value FROM json_each(@freshIds)) AND ordinal = 0
         AND ${CORRECTED_TIME_SQL} > @from AND ${CORRECTED_TIME_SQL} <= @to`,
    ),
    findEdges: connection.prepare<[object], Span>(
      `SELECT first_seen AS "from", last_seen AS "to" FROM generations
       WHERE ${overlapping} AND pruned_until IS NOT NULL`,
    ),
    update: connection.prepare(
      `UPDATE generations SET third_later_observed_at = ?, third_later_clock_offset = ? WHERE id = ?`,
    ),
  };
}

const toThirdLaterSample = ({ observedAt, clockOffset }: EndedGenerationRow): SampleTime | null =>
  observedAt === null ? null : { observedAt, clockOffset };

function mayHaveChanged(row: EndedGenerationRow, added: Instant): boolean {
  const third = toThirdLaterSample(row);
  return third === null || correctTime(third) >= added;
}
