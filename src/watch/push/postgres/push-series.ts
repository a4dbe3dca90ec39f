import type { SeriesIdentity } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import { PostgresRowError } from '../../../remote/postgres/connection/failures.ts';
import type {
  PostgresConnection,
  Statements,
} from '../../../remote/postgres/connection/postgres-connection.ts';
import {
  deleteOtherMonths,
  GENERATIONS,
  readGenerationRows,
} from '../../../remote/postgres/write/generation-rows.ts';
import {
  deleteUnsampledSeries,
  lockSeries,
  NEW_SERIES,
  type StoredSeries,
  writeSeries,
} from '../../../remote/postgres/write/series-rows.ts';
import { upsertRows } from '../../../remote/postgres/write/tables.ts';
import type { ChangedSeries, Outbox, OutboxItem, OutboxRejection } from '../../../store/contract.ts';
import {
  type ConfirmedSeries,
  formatConfirmed,
  getGenerationPrefix,
  getWeekPrefix,
  parseConfirmed,
} from './outbox-items.ts';
import type { PushState } from './push-state.ts';
import { getRow, type SentGeneration, tryRow } from './sent-generation.ts';
import { findSeriesChanges, type GenerationItem, type SeriesChanges } from './series-changes.ts';

/** A series whose changes were sent. */
interface PreparedSeries {
  series: ChangedSeries;
  changes: SeriesChanges;
  /** Of the row after the transaction. */
  revision: number;
  /** Generations that were rejected before and not sent again. */
  rejectedCount: number;
}

/**
 * Sends a batch of series in one transaction. If the database rejects a value, sends the series one by one, and of the
 * series with this value the rows one by one.
 */
export async function pushSeries(
  connection: PostgresConnection,
  batch: readonly ChangedSeries[],
  state: PushState,
): Promise<void> {
  const current = batch.filter((series) => !isDeleted(series, state));
  for (const series of batch)
    if (!current.includes(series)) state.outbox.confirm([createMissingItem(series)]);
  if (current.length === 0) return;
  try {
    await pushTogether(connection, current, state);
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    for (const series of current) await pushRowByRow(connection, series, state);
  }
}

/** Whether all generations of the series were deleted from the database because of their age. */
const isDeleted = ({ history: { generations } }: ChangedSeries, { deletedBefore }: PushState): boolean =>
  generations.count > 0 && generations.lastSeen.every((lastSeen) => lastSeen < deletedBefore);

/** The outbox item of a series that the database does not have. */
const createMissingItem = ({ history, state }: ChangedSeries): OutboxItem => ({
  kind: 'series',
  key: getSeriesKey(history.identity),
  digest: formatConfirmed({ revision: 0, isShared: false, rejectedCount: 0, state }),
});

async function pushTogether(
  connection: PostgresConnection,
  batch: readonly ChangedSeries[],
  state: PushState,
): Promise<void> {
  const prepared = await connection.transaction((statements) =>
    sendSeries(statements, batch, state, (generations) =>
      upsertRows(statements, GENERATIONS, generations.map(getRow)),
    ),
  );
  save(state, prepared, []);
}

/** Tries each row in a savepoint of its own. */
async function pushRowByRow(
  connection: PostgresConnection,
  series: ChangedSeries,
  state: PushState,
): Promise<void> {
  const { identity } = series.history;
  const rejected: OutboxRejection[] = [];
  try {
    const prepared = await connection.transaction((statements) => {
      rejected.length = 0;
      return sendSeries(statements, [series], state, async (rows) => {
        for (const row of rows) {
          const reason = await tryRow(statements, row);
          if (reason === null) continue;
          const key = getGenerationPrefix(identity) + row.item.key;
          rejected.push({ kind: 'generation', key, digest: row.item.digest, reason });
        }
      });
    });
    save(state, prepared, rejected);
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    // The series itself is rejected, for example because of its role.
    state.reject([{ ...createMissingItem(series), reason: error.message }]);
  }
}

/** Sends series in the present transaction. */
async function sendSeries(
  statements: Statements,
  batch: readonly ChangedSeries[],
  state: PushState,
  sendGenerations: (rows: readonly SentGeneration[]) => Promise<void>,
): Promise<PreparedSeries[]> {
  const identities = batch.map(({ history }) => history.identity);
  const locked = await lockSeries(statements, identities);
  const prepared: (PreparedSeries & { isChanged: boolean })[] = [];
  for (const series of batch) {
    const { identity } = series.history;
    const key = getSeriesKey(identity);
    const stored = locked.get(key) ?? NEW_SERIES;
    const confirmed = parseConfirmed(state.confirmedSeries.get(key));
    const found = await compare(statements, series, { stored, confirmed }, state);
    const changes = { ...found, changed: found.changed.filter((item) => !isRejected(state, identity, item)) };
    // Another process has changed the series, and this host has nothing new. A change here would make the other
    // process compare again.
    const isChanged =
      changes.changed.length > 0 ||
      stored.revision === 0 ||
      confirmed?.state !== series.state ||
      // The figures are those of rows that were deleted because of their age.
      stored.firstSample !== (changes.figures.measured?.firstSample ?? null);
    const rejectedCount = found.changed.length - changes.changed.length;
    prepared.push({
      changes,
      series,
      revision: isChanged ? state.getNextRevision(stored.revision) : stored.revision,
      rejectedCount,
      isChanged,
    });
  }
  const rows = prepared.flatMap(({ changes, series }) =>
    changes.changed.map((item) => ({ identity: series.history.identity, item })),
  );
  for (const { identity, item } of rows)
    if (item.hasMoved) await deleteOtherMonths(statements, identity, item);
  await sendGenerations(rows);
  const written = prepared.filter(({ isChanged }) => isChanged);
  if (written.length > 0) {
    await writeSeries(
      statements,
      written.map(({ changes: { figures, findings }, revision }) => ({ revision, figures, findings })),
    );
  }
  for (const { changes } of written) {
    const { identity, measured } = changes.figures;
    if (measured !== null && (identity.apiVersion !== '' || identity.role !== ''))
      await deleteUnsampledSeries(statements, identity);
  }
  return prepared;
}

/** Reads the generations of the database, unless only this host can have changed them. */
async function compare(
  statements: Statements,
  { history }: ChangedSeries,
  { stored, confirmed }: { stored: StoredSeries; confirmed: ConfirmedSeries | null },
  state: PushState,
): Promise<SeriesChanges> {
  const { identity } = history;
  const isOwn = confirmed !== null && confirmed.revision === stored.revision && !confirmed.isShared;
  const prefix = getGenerationPrefix(identity);
  const generations = isOwn || stored.revision === 0 ? [] : await readGenerationRows(statements, identity);
  return findSeriesChanges(
    history,
    isOwn && stored.revision > 0 ? null : { series: stored, generations },
    {
      weeks: readDigests(state.outbox, getWeekPrefix(identity)),
      find: (key) => state.outbox.find('generation', prefix + key) ?? undefined,
      readAll: () => readDigests(state.outbox, prefix),
    },
    state.deletedBefore,
  );
}

/** A rejected row is missing in the database, so it would be sent at each push. */
const isRejected = (state: PushState, identity: SeriesIdentity, { key, digest }: GenerationItem): boolean =>
  state.isRejected('generation', getGenerationPrefix(identity) + key, digest);

/** Reads the digests of a part of the outbox, by the rest of the key. */
const readDigests = (outbox: Outbox, prefix: string): Map<string, string> =>
  new Map(
    Array.from(outbox.readDigests('generation', prefix), ([key, digest]) => [
      key.slice(prefix.length),
      digest,
    ]),
  );

/**
 * Called after the commit. If it fails, the next push compares with the rows of the database.
 * @param rejected generations of these series
 */
function save(
  state: PushState,
  prepared: readonly PreparedSeries[],
  rejected: readonly OutboxRejection[],
): void {
  const rejectedKeys = new Set(rejected.map(({ key }) => key));
  const confirmed: OutboxItem[] = [];
  let sent = -rejected.length;
  for (const { series, changes, revision, rejectedCount } of prepared) {
    const { identity } = series.history;
    const prefix = getGenerationPrefix(identity);
    sent += changes.changed.length;
    confirmed.push({
      kind: 'series',
      key: getSeriesKey(identity),
      digest: formatConfirmed({
        revision,
        isShared: changes.isShared,
        rejectedCount: rejectedCount + rejected.length,
        state: series.state,
      }),
    });
    // A week with a rejected generation is compared again at each push.
    if (rejectedCount + rejected.length === 0) {
      const weekPrefix = getWeekPrefix(identity);
      for (const { week, digest } of changes.weeks)
        confirmed.push({ kind: 'generation', key: weekPrefix + week, digest });
    }
    for (const { key, digest } of [...changes.changed, ...changes.known]) {
      if (!rejectedKeys.has(prefix + key)) confirmed.push({ kind: 'generation', key: prefix + key, digest });
    }
  }
  state.outbox.confirm(confirmed);
  state.reject(rejected);
  state.addSent(sent);
}
