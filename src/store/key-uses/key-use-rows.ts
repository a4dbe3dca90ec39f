import { type KeyUse, MAX_USERS_PER_KEY, OTHER_USERS, type StoredKeyUse } from '../../domain/keys/key-use.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { toStoredKeyId } from '../../key-id.ts';
import type { KeyUseFilter, KeyUses } from '../contract.ts';
import { readNewestClockOffsets } from '../host-clocks.ts';
import { assertUndamaged } from '../sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { checkRow } from '../sqlite/row-check.ts';
import type { StoreConnection } from '../sqlite/store-connection.ts';

/** Unknown texts are `''`, because UNIQUE treats NULLs as different. */
interface KeyUseRow {
  host: string;
  role: string;
  accessKeyId: string;
  client: string;
  program: string;
  user: string;
  address: string;
  others: number;
  pid: number | null;
  expiration: Instant;
  firstAt: Instant;
  lastAt: Instant;
  count: number;
}

const KEY = 'host = @host AND role = @role AND access_key_id = @accessKeyId';
const USER =
  'client = @client AND program = @program AND user = @user AND address = @address AND others = @others';

export class KeyUseRows implements KeyUses {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  record(host: string, uses: readonly KeyUse[], maxWaitMs: number): void {
    this.#connection.writeSoon((connection) => {
      const record = prepareRecorder(connection);
      const recordAll = connection.transaction(() => {
        for (const use of uses) record(toRow(host, use));
      });
      recordAll.immediate();
    }, maxWaitMs);
  }

  list(filter: KeyUseFilter = {}): StoredKeyUse[] {
    return this.#connection.run((connection) => readKeyUses(connection, filter));
  }
}

/**
 * Prepares a function that adds uses to those of the same user. If a key has many users, it adds those of new users to
 * the row of the others.
 */
function prepareRecorder(connection: DatabaseConnection) {
  const add = connection.prepare(
    `UPDATE key_uses SET uses = uses + @count, expiration = max(expiration, @expiration),
       first_at = min(first_at, @firstAt), last_at = max(last_at, @lastAt),
       pid = CASE WHEN @lastAt >= last_at THEN @pid ELSE pid END
     WHERE ${KEY} AND ${USER}`,
  );
  const insert = connection.prepare(
    `INSERT INTO key_uses (host, role, access_key_id, client, program, user, address, others,
       pid, expiration, first_at, last_at, uses)
     VALUES (@host, @role, @accessKeyId, @client, @program, @user, @address, @others,
       @pid, @expiration, @firstAt, @lastAt, @count)`,
  );
  const countUsers = connection
    .prepare<[object], number>(`SELECT count(*) FROM key_uses WHERE ${KEY} AND others = 0`)
    .pluck();
  const record = (row: KeyUseRow): void => {
    if (add.run(row).changes > 0) return;
    const isFull = row.others === 0 && requireRow(countUsers.get(row)) >= MAX_USERS_PER_KEY;
    if (isFull) record({ ...row, ...toUserColumns(OTHER_USERS) });
    else insert.run(row);
  };
  return record;
}

const toUserColumns = ({ client, address, process, isOthers }: typeof OTHER_USERS) => ({
  client,
  address,
  program: process?.program ?? '',
  user: process?.user ?? '',
  pid: process?.pid ?? null,
  others: isOthers ? 1 : 0,
});

const toRow = (host: string, use: KeyUse): KeyUseRow => ({
  host,
  role: use.role,
  accessKeyId: toStoredKeyId(use.accessKeyId),
  ...toUserColumns(use),
  expiration: use.expiration,
  firstAt: use.firstAt,
  lastAt: use.lastAt,
  count: use.count,
});

/** Checks the whole table, because the user could not revoke a key that is missing in the result. */
function readKeyUses(connection: DatabaseConnection, filter: KeyUseFilter): StoredKeyUse[] {
  assertUndamaged(connection, 'key_uses');
  const { host = null, accessKeyId = null } = filter;
  const rows = connection
    .prepare<[object], KeyUseRow>(
      `SELECT host, role, access_key_id AS accessKeyId, client, program, user, address, others,
         pid, expiration, first_at AS firstAt, last_at AS lastAt, uses AS count
       FROM key_uses
       WHERE (@host IS NULL OR host = @host) AND (@accessKeyId IS NULL OR access_key_id = @accessKeyId)
       ORDER BY host, role, access_key_id, client, program, user, address, others`,
    )
    .all({ host, accessKeyId });
  if (rows.length === 0) assertUndamaged(connection);
  // Not a subquery: reading all rows notices that a damaged table has rows of another one.
  const clockOffsets = readNewestClockOffsets(connection);
  return rows.map((row) => toKeyUse(checkRow(row), clockOffsets.get(row.host) ?? null));
}

function toKeyUse(
  { program, user, pid, others, ...use }: KeyUseRow,
  clockOffset: Seconds | null,
): StoredKeyUse {
  const process = { pid, program: program === '' ? null : program, user: user === '' ? null : user };
  const isKnown = Object.values(process).some((value) => value !== null);
  return { ...use, clockOffset, process: isKnown ? process : null, isOthers: others !== 0 };
}

/** Deletes at most `limit` uses of keys that expired before a time. Returns their number. */
export const deleteKeyUses = (connection: DatabaseConnection, before: Instant, limit: number): number =>
  connection
    .prepare('DELETE FROM key_uses WHERE id IN (SELECT id FROM key_uses WHERE expiration < ? LIMIT ?)')
    .run(before, limit).changes;

export const countKeyUses = (connection: DatabaseConnection, before: Instant): number =>
  requireRow(
    connection
      .prepare<[Instant], number>('SELECT count(*) FROM key_uses WHERE expiration < ?')
      .pluck()
      .get(before),
  );
