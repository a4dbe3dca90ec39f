import type { Instant } from '../../domain/model.ts';
import type {
  Outbox,
  OutboxItem,
  OutboxKind,
  OutboxRejection,
  OutboxStatus,
  PushRecords,
} from '../contract.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { checkRow } from '../sqlite/row-check.ts';
import type { StoreConnection } from '../sqlite/store-connection.ts';
import { StoredPushRecords } from './push-records.ts';

interface StatusRow {
  lastAttemptAt: Instant | null;
  lastCompleteAt: Instant | null;
  lastError: string;
}

const NEVER_PUSHED: OutboxStatus = { lastAttemptAt: null, lastCompleteAt: null, lastError: null };

/** The outbox of one destination in `push_destinations` and `push_items`. */
export class OutboxRows implements Outbox {
  readonly #connection: StoreConnection;
  readonly #name: string;
  readonly records: PushRecords;

  constructor(connection: StoreConnection, name: string) {
    this.#connection = connection;
    this.records = new StoredPushRecords(connection);
    this.#name = name;
  }

  readDigests(kind: OutboxKind, prefix = ''): Map<string, string> {
    const rows = this.#connection.run((connection) =>
      connection
        .prepare<[string, string, string, string], { key: string; digest: string }>(
          `SELECT key, digest FROM push_items
           WHERE destination_id = (SELECT id FROM push_destinations WHERE name = ?) AND kind = ? AND key >= ? AND key < ?`,
        )
        // No key contains this character, which is after all others in the order of UTF-8.
        .all(this.#name, kind, prefix, `${prefix}\u{10ffff}`),
    );
    return new Map(rows.map(checkRow).map(({ key, digest }) => [key, digest]));
  }

  find(kind: OutboxKind, key: string): string | null {
    const row = this.#connection.run((connection) =>
      connection
        .prepare<[string, string, string], { digest: string }>(
          `SELECT digest FROM push_items
           WHERE destination_id = (SELECT id FROM push_destinations WHERE name = ?) AND kind = ? AND key = ?`,
        )
        .get(this.#name, kind, key),
    );
    return row === undefined ? null : checkRow(row).digest;
  }

  confirm(items: readonly OutboxItem[]): void {
    this.#save(items.map((item) => ({ ...item, reason: '' })));
  }

  reject(items: readonly OutboxRejection[]): void {
    this.#save(items);
  }

  listRejected(): OutboxRejection[] {
    return this.#connection
      .run((connection) =>
        connection
          .prepare<[string], OutboxItem & { rejection: string }>(
            `SELECT kind, key, digest, rejection FROM push_items
             WHERE destination_id = (SELECT id FROM push_destinations WHERE name = ?) AND rejection <> ''
             ORDER BY kind, key`,
          )
          .all(this.#name),
      )
      .map((row) => {
        const { rejection, ...item } = checkRow(row);
        return { ...item, reason: rejection };
      });
  }

  forget(items: readonly Pick<OutboxItem, 'kind' | 'key'>[]): void {
    this.#write((connection, destinationId) => {
      const remove = connection.prepare(
        'DELETE FROM push_items WHERE destination_id = ? AND kind = ? AND key = ?',
      );
      for (const { kind, key } of items) remove.run(destinationId, kind, key);
    });
  }

  readStatus(): OutboxStatus {
    const row = this.#connection.run((connection) =>
      connection
        .prepare<[string], StatusRow>(
          `SELECT last_attempt_at AS lastAttemptAt, last_complete_at AS lastCompleteAt, last_error AS lastError
           FROM push_destinations WHERE name = ?`,
        )
        .get(this.#name),
    );
    if (row === undefined) return NEVER_PUSHED;
    const { lastError, ...times } = checkRow(row);
    return { ...times, lastError: lastError === '' ? null : lastError };
  }

  writeStatus({ lastAttemptAt, lastCompleteAt, lastError }: OutboxStatus): void {
    this.#write((connection, destinationId) => {
      connection
        .prepare(
          'UPDATE push_destinations SET last_attempt_at = ?, last_complete_at = ?, last_error = ? WHERE id = ?',
        )
        .run(lastAttemptAt, lastCompleteAt, lastError ?? '', destinationId);
    });
  }

  #save(items: readonly OutboxRejection[]): void {
    if (items.length === 0) return;
    this.#write((connection, destinationId) => {
      const save = connection.prepare(
        `INSERT INTO push_items (destination_id, kind, key, digest, rejection) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET digest = excluded.digest, rejection = excluded.rejection`,
      );
      for (const { kind, key, digest, reason } of items) save.run(destinationId, kind, key, digest, reason);
    });
  }

  #write(action: (connection: DatabaseConnection, destinationId: number) => void): void {
    this.#connection.write((connection) =>
      connection
        .transaction(() => {
          connection
            .prepare('INSERT INTO push_destinations (name) VALUES (?) ON CONFLICT DO NOTHING')
            .run(this.#name);
          const find = connection
            .prepare<[string], number>('SELECT id FROM push_destinations WHERE name = ?')
            .pluck();
          action(connection, find.get(this.#name) ?? 0);
        })
        .immediate(),
    );
  }
}
