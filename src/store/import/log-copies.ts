import { getGenerationKey } from '../../domain/measurement/generations.ts';
import type { Instant, Sample, SeriesIdentity } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import type { ArchiveRecord } from '../archive/record.ts';
import { findSeries, toIdentity } from '../series-rows.ts';
import { openForReading } from '../sqlite/database.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { StoreConnection } from '../sqlite/store-connection.ts';

/** The first generations of a log identify it. More of them take time and say nothing else. */
const MAX_GENERATIONS = 40;

/** The first samples of some generations of a series in a log. */
export interface LogFingerprint {
  identity: SeriesIdentity;
  /** By the key of the generation. */
  firstSeen: Map<string, Instant>;
}

/** Collects the fingerprints of a log, one per series. */
export class FingerprintCollector {
  readonly #bySeries = new Map<string, LogFingerprint>();
  #last: { sample: Sample; identity: SeriesIdentity } | null = null;

  get fingerprints(): LogFingerprint[] {
    return [...this.#bySeries.values()];
  }

  add(records: readonly ArchiveRecord[]): void {
    for (const record of records) {
      if (record.record !== 'sample') continue;
      const { identity, sample } = record;
      // Most samples repeat the credentials of the last one, at a later time.
      const last = this.#last;
      this.#last = { sample, identity };
      const isRepeated =
        last?.identity === identity &&
        last.sample.accessKeyId === sample.accessKeyId &&
        last.sample.expiration === sample.expiration &&
        last.sample.lastUpdated === sample.lastUpdated &&
        last.sample.observedAt <= sample.observedAt;
      if (!isRepeated) this.#addSample(identity, sample);
    }
  }

  #addSample(identity: SeriesIdentity, sample: Sample): void {
    const name = getSeriesKey(identity);
    let found = this.#bySeries.get(name);
    if (found === undefined) {
      found = { identity, firstSeen: new Map() };
      this.#bySeries.set(name, found);
    }
    const key = getGenerationKey(sample);
    const known = found.firstSeen.get(key);
    if (known === undefined && found.firstSeen.size >= MAX_GENERATIONS) return;
    found.firstSeen.set(key, Math.min(known ?? sample.observedAt, sample.observedAt));
  }
}

/** A series of the database that has the samples of a log, perhaps at other times. */
export interface StoredCopy {
  identity: SeriesIdentity;
  /** Stored time minus time in the log. Not 0 if the log was read in another time zone. */
  shiftMs: number;
  /** The number of series with the same host, source and role, which `prune` can only remove together. */
  seriesTogether: number;
}

const HOUR_MS = 3_600_000;

/** Offsets of zones are multiples of 15 minutes, and differ by at most 26 hours. */
const isZoneShift = (shift: number) => shift % 900_000 === 0 && Math.abs(shift) <= 26 * HOUR_MS;

/** Two pollers of one endpoint see the same credentials, but not at the same times. */
const MIN_SHARE = 0.8;

/**
 * Finds the series that have the samples of this log under another name or in another time zone. Empty for a log that
 * was imported in the same way before, and if the database does not exist yet.
 * @throws CredWatchError if the database cannot be read
 */
export function findStoredCopies(file: string, fingerprints: readonly LogFingerprint[]): StoredCopy[] {
  const connection = openForReading(file);
  if (connection === null) return [];
  const store = new StoreConnection(connection, file, null);
  try {
    return store.run((current) => fingerprints.flatMap((each) => findCopies(current, each)));
  } finally {
    store.close();
  }
}

function findCopies(connection: DatabaseConnection, { identity, firstSeen }: LogFingerprint): StoredCopy[] {
  const select = connection
    .prepare<[number, string], number>(
      'SELECT raw_first_seen FROM generations WHERE series_id = ? AND key = ?',
    )
    .pluck();
  const own = getSeriesKey(identity);
  const all = findSeries(connection, {});
  return all.flatMap((row) => {
    const shifts = [...firstSeen].flatMap(([key, at]) => {
      const stored = select.get(row.id, key);
      return typeof stored === 'number' ? [stored - at] : [];
    });
    const shiftMs = findShift(shifts, firstSeen.size);
    if (shiftMs === null || (shiftMs === 0 && getSeriesKey(row) === own)) return [];
    const { host, source, role } = row;
    // Without a role, `prune` selects the series of all roles.
    const together = all.filter(
      (each) => each.host === host && each.source === source && (role === '' || each.role === role),
    );
    return [{ identity: toIdentity(row), shiftMs, seriesTogether: together.length }];
  });
}

/**
 * The difference of the times if nearly all generations have the same one. Null if not. A log that continues a stored
 * one has one generation in common with it, so a single generation says something only if it is the whole log.
 */
function findShift(shifts: readonly number[], generations: number): number | null {
  const counts = new Map<number, number>();
  for (const shift of shifts) counts.set(shift, (counts.get(shift) ?? 0) + 1);
  const [[shift, count] = [0, 0]] = [...counts].sort(([, a], [, b]) => b - a);
  if (!isZoneShift(shift)) return null;
  // Summer time changes the shift within a log.
  const near = shifts.filter((each) => each === shift || (shift !== 0 && Math.abs(each - shift) === HOUR_MS));
  if (near.length < shifts.length * MIN_SHARE) return null;
  return near.length >= 2 || (count === 1 && generations === 1 && shift === 0) ? shift : null;
}
