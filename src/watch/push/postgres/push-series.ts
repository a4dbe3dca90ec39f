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
  type StoredSeries,
  writeSeries,
} from '../../../remote/postgres/write/series-rows.ts';
import { upsertRows } from '../../../remote/postgres/write/tables.ts';
import type { ChangedSeries, Outbox, OutboxItem, OutboxRejection } from '../../../store/contract.ts';
import {
  type ConfirmedSeries,
  formatConfirmed,
  getGenerationPrefix,
  parseConfirmed,
} from './outbox-items.ts';
import type { PushState } from './push-state.ts';
import { findSeriesChanges, type GenerationItem, type SeriesChanges } from './series-changes.ts';

/** What one transaction has sent. */
interface SentSeries {
  sent: number;
  confirmed: OutboxItem[];
  rejected: OutboxRejection[];
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
  try {
    await pushTogether(connection, batch, state);
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    for (const series of batch) await pushRowByRow(connection, series, state);
  }
}

async function pushTogether(
  connection: PostgresConnection,
  batch: readonly ChangedSeries[],
  state: PushState,
): Promise<void> {
  const result = await connection.transaction((statements) =>
    sendSeries(statements, batch, state, (generations) =>
      upsertRows(statements, GENERATIONS, generations.map(getRow)),
    ),
  );
  save(state, result);
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
    const result = await connection.transaction((statements) => {
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
    const isRejected = new Set(rejected.map(({ key }) => key));
    const confirmed = result.confirmed.filter(
      ({ kind, key }) => kind !== 'generation' || !isRejected.has(key),
    );
    save(state, { sent: result.sent - rejected.length, confirmed, rejected });
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    // The series itself is rejected, for example because of its role.
    const digest = formatConfirmed({ revision: 0, isShared: false, state: series.state });
    const item = { kind: 'series', key: getSeriesKey(identity), digest, reason: error.message } as const;
    save(state, { sent: 0, confirmed: [], rejected: [item] });
  }
}

/** Returns the message of the database if it rejects the row. */
async function tryRow(statements: Statements, row: SentGeneration): Promise<string | null> {
  await statements.query('SAVEPOINT cred_watch_row');
  try {
    await upsertRows(statements, GENERATIONS, [getRow(row)]);
    await statements.query('RELEASE SAVEPOINT cred_watch_row');
    return null;
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    await statements.query('ROLLBACK TO SAVEPOINT cred_watch_row');
    return error.message;
  }
}

interface SentGeneration {
  identity: SeriesIdentity;
  item: GenerationItem;
}

const getRow = ({ identity: { host, source, apiVersion, role }, item }: SentGeneration) => [
  host,
  source,
  apiVersion,
  role,
  ...item.values,
];

/** Sends series in the present transaction. */
async function sendSeries(
  statements: Statements,
  batch: readonly ChangedSeries[],
  state: PushState,
  sendGenerations: (rows: readonly SentGeneration[]) => Promise<void>,
): Promise<SentSeries> {
  const identities = batch.map(({ history }) => history.identity);
  const locked = await lockSeries(statements, identities);
  const prepared: { changes: SeriesChanges; revision: number; series: ChangedSeries; isChanged: boolean }[] =
    [];
  for (const series of batch) {
    const { identity } = series.history;
    const key = getSeriesKey(identity);
    const stored = locked.get(key) ?? NEW_SERIES;
    const confirmed = parseConfirmed(state.confirmedSeries.get(key));
    const changes = await compare(statements, series, { stored, confirmed }, state);
    // Another process has changed the series, and this host has nothing new. A change here would make the other
    // process compare again.
    const isChanged =
      changes.changed.length > 0 || stored.revision === 0 || confirmed?.state !== series.state;
    prepared.push({ changes, series, revision: stored.revision + Number(isChanged), isChanged });
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
  return { sent: rows.length, confirmed: prepared.flatMap(listConfirmed), rejected: [] };
}

const NEW_SERIES: StoredSeries = { revision: 0, isPolled: false, session: null, lastSample: null };

/** Reads the generations of the database, unless only this host can have changed them. */
async function compare(
  statements: Statements,
  { history }: ChangedSeries,
  { stored, confirmed }: { stored: StoredSeries; confirmed: ConfirmedSeries | null },
  state: PushState,
): Promise<SeriesChanges> {
  const { identity } = history;
  const isOwn = confirmed !== null && confirmed.revision === stored.revision && !confirmed.isShared;
  const digests = readGenerationDigests(state.outbox, identity);
  const generations = isOwn || stored.revision === 0 ? [] : await readGenerationRows(statements, identity);
  const changes = findSeriesChanges(
    history,
    isOwn && stored.revision > 0 ? null : { series: stored, generations },
    digests,
    state.deletedBefore,
  );
  // A rejected row is missing in the database, so it would be sent at each push.
  const prefix = getGenerationPrefix(identity);
  const isRejected = ({ key, digest }: GenerationItem) =>
    state.isRejected('generation', prefix + key, digest);
  return { ...changes, changed: changes.changed.filter((item) => !isRejected(item)) };
}

function readGenerationDigests(outbox: Outbox, identity: SeriesIdentity): Map<string, string> {
  const prefix = getGenerationPrefix(identity);
  return new Map(
    Array.from(outbox.readDigests('generation', prefix), ([key, digest]) => [
      key.slice(prefix.length),
      digest,
    ]),
  );
}

function listConfirmed({
  changes,
  revision,
  series,
}: {
  changes: SeriesChanges;
  revision: number;
  series: ChangedSeries;
}): OutboxItem[] {
  const { identity } = series.history;
  const prefix = getGenerationPrefix(identity);
  const { isShared } = changes;
  return [
    {
      kind: 'series',
      key: getSeriesKey(identity),
      digest: formatConfirmed({ revision, isShared, state: series.state }),
    },
    ...[...changes.changed, ...changes.known].map(({ key, digest }) => ({
      kind: 'generation' as const,
      key: prefix + key,
      digest,
    })),
  ];
}

/** Called after the commit. If it fails, the next push compares with the rows of the database. */
function save(state: PushState, { sent, confirmed, rejected }: SentSeries): void {
  state.outbox.confirm(confirmed);
  state.reject(rejected);
  state.addSent(sent);
}
