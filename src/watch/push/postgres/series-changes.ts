import { collectFigures } from '../../../domain/fleet/collect-figures.ts';
import {
  collectGenerationFigures,
  getGenerationFigures,
} from '../../../domain/fleet/collect-generation-figures.ts';
import type { SeriesFigures } from '../../../domain/fleet/series-figures.ts';
import { valueAt } from '../../../domain/measurement/columns/column.ts';
import {
  getRecordedGeneration,
  listRecordedGenerations,
  type RecordedColumns,
  selectItems,
  toRecordedColumns,
} from '../../../domain/measurement/columns/generation-columns.ts';
import {
  completeLaterSamples,
  getGenerationKey,
  joinGenerations,
} from '../../../domain/measurement/generations.ts';
import { range } from '../../../domain/measurement/statistics.ts';
import type { Instant, RecordedGeneration, SessionFacts } from '../../../domain/model.ts';
import { analyseColumns } from '../../../domain/verdict/analyse.ts';
import type { Finding, FindingCode } from '../../../domain/verdict/finding.ts';
import type { ColumnHistory } from '../../../domain/verdict/series-analysis.ts';
import { type GenerationRow, toGenerationValues } from '../../../remote/postgres/write/generation-rows.ts';
import type { StoredSeries } from '../../../remote/postgres/write/series-rows.ts';
import type { RowValue } from '../../../remote/postgres/write/tables.ts';
import { digestGeneration, getMonthOfDigest } from './outbox-items.ts';
import { groupByWeek, type WeekBlock } from './week-blocks.ts';

/** What the database has about a series, with all of its generations. */
export interface StoredHistory {
  series: StoredSeries;
  generations: readonly GenerationRow[];
}

/** One row of `generations`. */
export interface GenerationItem {
  key: string;
  month: string;
  /** Without the identity of the series. */
  values: RowValue[];
  digest: string;
  /** The database has a row in another month. */
  hasMoved: boolean;
}

export interface SeriesChanges {
  figures: SeriesFigures;
  findings: Finding[];
  /** The rows that differ from those of the database. */
  changed: GenerationItem[];
  /** The rows that the database has already, but that the outbox does not know. */
  known: GenerationItem[];
  /** The weeks whose rows were compared. */
  weeks: Pick<WeekBlock, 'week' | 'digest'>[];
  /** The database has samples that this host does not have. */
  isShared: boolean;
}

/** What the outbox knows about the generations of a series. */
export interface ConfirmedGenerations {
  /** The digests of weeks. */
  weeks: ReadonlyMap<string, string>;
  /** The digest of a generation. */
  find(key: string): string | undefined;
  /** The digests of all generations, by key. */
  readAll(): ReadonlyMap<string, string>;
}

/**
 * Findings that depend on the time of a report, or on which command took a sample. The database does not know the
 * command, and the samples of several databases of one host are joined.
 */
const NOT_STORED: ReadonlySet<FindingCode> = new Set(['STALE_SAMPLES', 'SSO_TOKEN_EXPIRES', 'POLLS_STOPPED']);

/**
 * Finds the rows of a series that the database does not have.
 * @param stored null if only this host has changed the series since `confirmed`
 * @param deletedBefore generations that were last seen before this time are not sent
 */
export function findSeriesChanges(
  local: ColumnHistory,
  stored: StoredHistory | null,
  confirmed: ConfirmedGenerations,
  deletedBefore: Instant,
): SeriesChanges {
  const kept = selectLater(local.generations, deletedBefore);
  const joined = stored === null ? null : joinHistories(kept, stored, deletedBefore);
  const generations = joined?.generations ?? kept;
  const { isPolled, session } = stored === null ? local : joinFacts(local, kept, stored.series);
  const history = { ...local, generations, isPolled, session };
  // Not the present time, so that the figures change only with the samples.
  const now = range(generations.rawLastSeen)?.max ?? 0;
  const analysis = analyseColumns(history, { now, maxAge: null });
  const { measurement } = analysis;
  const storedRows = new Map(stored?.generations.map((row) => [getGenerationKey(row.generation), row]));
  const changes: SeriesChanges = {
    figures: collectFigures(analysis),
    findings: analysis.findings.filter(({ code }) => !NOT_STORED.has(code)),
    changed: [],
    known: [],
    weeks: [],
    isShared: joined?.isShared ?? false,
  };
  if (measurement === null) return changes;
  const figures = collectGenerationFigures(measurement, generations);
  const compared = groupByWeek(generations, figures).filter(
    ({ week, digest }) => stored !== null || confirmed.weeks.get(week) !== digest,
  );
  if (compared.length === 0) return changes;
  changes.weeks.push(...compared);
  const indexes = compared.flatMap((block) => block.indexes);
  // Finding a few digests is faster than reading all of them.
  const all = indexes.length * 4 > generations.count ? confirmed.readAll() : null;
  for (const index of indexes) {
    const generation = getRecordedGeneration(generations, index);
    const key = getGenerationKey(generation);
    const values = toGenerationValues(generation, getGenerationFigures(figures, index));
    const month = String(values[0]);
    const digest = digestGeneration(month, values);
    const before = all === null ? confirmed.find(key) : all.get(key);
    const row = storedRows.get(key);
    const knownMonth = row === undefined ? before && getMonthOfDigest(before) : String(row.values[0]);
    const item = { key, month, values, digest, hasMoved: knownMonth !== undefined && knownMonth !== month };
    const isStored = stored === null ? before === digest : row !== undefined && areEqual(row.values, values);
    if (!isStored) changes.changed.push(item);
    else if (before !== digest) changes.known.push(item);
  }
  return changes;
}

function selectLater(generations: RecordedColumns, deletedBefore: Instant): RecordedColumns {
  const { count, lastSeen } = generations;
  const indexes = Array.from({ length: count }, (_, index) => index).filter(
    (index) => valueAt(lastSeen, index) >= deletedBefore,
  );
  return indexes.length === count ? generations : selectItems(generations, Int32Array.from(indexes));
}

/** Joins the generations of this host with those of the database. */
function joinHistories(
  local: RecordedColumns,
  { generations }: StoredHistory,
  deletedBefore: Instant,
): { generations: RecordedColumns; isShared: boolean } {
  const joined = new Map(
    listRecordedGenerations(local).map((each): [string, RecordedGeneration] => [
      getGenerationKey(each),
      each,
    ]),
  );
  let isShared = false;
  for (const { generation } of generations) {
    if (generation.lastSeen < deletedBefore) continue;
    const key = getGenerationKey(generation);
    const own = joined.get(key);
    const both = own === undefined ? generation : joinGenerations(own, generation);
    isShared ||= own === undefined || JSON.stringify(both) !== JSON.stringify(own);
    joined.set(key, both);
  }
  if (!isShared) return { generations: local, isShared };
  const sorted = [...joined.values()].sort((a, b) => a.lastSeen - b.lastSeen || a.firstSeen - b.firstSeen);
  return { generations: toRecordedColumns(completeLaterSamples(sorted)), isShared };
}

/** The newest poll knows the session. */
function joinFacts(
  { isPolled, session }: ColumnHistory,
  { lastSeen }: RecordedColumns,
  stored: StoredSeries,
): { isPolled: boolean; session: SessionFacts | null } {
  const isStoredNewer = stored.lastSample !== null && stored.lastSample > (range(lastSeen)?.max ?? 0);
  return { isPolled: isPolled || stored.isPolled, session: isStoredNewer ? stored.session : session };
}

const areEqual = (a: readonly RowValue[], b: readonly RowValue[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
