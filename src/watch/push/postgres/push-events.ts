import type { Instant } from '../../../domain/model.ts';
import { PostgresRowError } from '../../../remote/postgres/connection/failures.ts';
import type {
  PostgresConnection,
  Statements,
} from '../../../remote/postgres/connection/postgres-connection.ts';
import { writeFailedPolls, writeJobRuns } from '../../../remote/postgres/write/event-rows.ts';
import type { OutboxKind } from '../../../store/contract.ts';
import { digestJson } from './outbox-items.ts';
import type { PushState } from './push-state.ts';

/** An item that does not depend on others. */
interface Item<T> {
  key: string;
  digest: string;
  value: T;
}

const ITEMS_PER_TRANSACTION = 500;

export async function pushFailedPolls(connection: PostgresConnection, state: PushState): Promise<void> {
  const { records } = state.outbox;
  const days = records.readFailedPollDays().filter(({ lastAt }) => lastAt >= state.deletedBefore);
  const items = days.map((day) => {
    const { host, source, day: date, reason, ...counts } = day;
    return { key: JSON.stringify([host, source, date, reason]), digest: digestJson(counts), value: day };
  });
  await pushItems(connection, state, 'failed_polls', items, (statements, values) =>
    writeFailedPolls(
      statements,
      values.map((day) => ({ ...day, spans: records.readFailedPollSpans(day) })),
    ),
  );
}

/** A start that is followed by no process is deleted again a moment later. */
const MIN_AGE_OF_START_MS = 10_000;

export async function pushJobRuns(
  connection: PostgresConnection,
  state: PushState,
  now: Instant,
): Promise<void> {
  const runs = state.outbox.records
    .readJobRuns()
    .filter(
      ({ run: { startedAt, end } }) =>
        startedAt >= state.deletedBefore && (end !== null || startedAt <= now - MIN_AGE_OF_START_MS),
    );
  const items = runs.map((each) => {
    const { end, ...start } = each.run;
    return {
      key: JSON.stringify([start.identity.host, start.job, digestJson([start, each.ordinal])]),
      digest: digestJson(end),
      value: each,
    };
  });
  await pushItems(connection, state, 'job_run', items, writeJobRuns);
}

/** Sends the items that the database has not confirmed. A rejected batch is repeated item by item. */
async function pushItems<T>(
  connection: PostgresConnection,
  state: PushState,
  kind: OutboxKind,
  items: readonly Item<T>[],
  write: (statements: Statements, values: readonly T[]) => Promise<void>,
): Promise<void> {
  const known = state.outbox.readDigests(kind);
  const unsent = items.filter(({ key, digest: each }) => known.get(key) !== each);
  const send = async (part: readonly Item<T>[]) => {
    await connection.transaction((statements) =>
      write(
        statements,
        part.map(({ value }) => value),
      ),
    );
    state.outbox.confirm(part.map(({ key, digest: each }) => ({ kind, key, digest: each })));
    state.addSent(part.length);
  };
  for (let start = 0; start < unsent.length; start += ITEMS_PER_TRANSACTION) {
    const part = unsent.slice(start, start + ITEMS_PER_TRANSACTION);
    try {
      await send(part);
    } catch (error) {
      if (!(error instanceof PostgresRowError)) throw error;
      for (const item of part) {
        try {
          await send([item]);
        } catch (cause) {
          if (!(cause instanceof PostgresRowError)) throw cause;
          state.reject([{ kind, key: item.key, digest: item.digest, reason: cause.message }]);
        }
      }
    }
  }
}
