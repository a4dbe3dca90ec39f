import type { Instant } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import { PostgresRowError } from '../../../remote/postgres/connection/failures.ts';
import type { PostgresConnection } from '../../../remote/postgres/connection/postgres-connection.ts';
import { readRevisions, replaceTags, writeHosts } from '../../../remote/postgres/write/host-rows.ts';
import type { HostClock } from '../../../store/contract.ts';
import { forgetLostRows } from './lost-rows.ts';
import { digestJson } from './outbox-items.ts';
import type { PushState } from './push-state.ts';

export interface HostFacts {
  pushedAt: Instant;
  /** The version of this program. */
  version: string;
  /** Replaces the tags of the hosts. Null: they stay. */
  tags: ReadonlyMap<string, string> | null;
}

const HOSTS_PER_STATEMENT = 1000;

/** The digest of a rejected host. Only its name can be rejected. */
const REJECTED_HOST = 'name';

/** Records that the hosts have pushed, and returns the revisions of their series in the database. */
export async function pushHosts(
  connection: PostgresConnection,
  state: PushState,
  { tags, ...facts }: HostFacts,
): Promise<Map<string, number>> {
  const revisions = new Map<string, number>();
  const hosts = state.outbox.records
    .readHosts()
    .filter(({ host }) => !state.isRejected('host', host, REJECTED_HOST));
  for (let start = 0; start < hosts.length; start += HOSTS_PER_STATEMENT) {
    const part = hosts.slice(start, start + HOSTS_PER_STATEMENT);
    const accepted = await writeAccepted(connection, state, part, facts);
    if (accepted.length === 0) continue;
    const names = accepted.map(({ host }) => host);
    for (const { revision, ...identity } of await readRevisions(connection, names))
      revisions.set(getSeriesKey(identity), revision);
    forgetLostRows(state, names, revisions);
    if (tags !== null) await pushTags(connection, state, names, tags);
  }
  return revisions;
}

/** Writes the hosts one by one if the database rejects a name. Returns the accepted ones. */
async function writeAccepted(
  connection: PostgresConnection,
  state: PushState,
  hosts: readonly HostClock[],
  facts: Omit<HostFacts, 'tags'>,
): Promise<readonly HostClock[]> {
  try {
    await writeHosts(connection, hosts, facts);
    return hosts;
  } catch (error) {
    if (!(error instanceof PostgresRowError)) throw error;
    if (hosts.length === 1) {
      const [host] = hosts;
      state.reject([{ kind: 'host', key: host?.host ?? '', digest: REJECTED_HOST, reason: error.message }]);
      return [];
    }
    const accepted: HostClock[] = [];
    for (const host of hosts) accepted.push(...(await writeAccepted(connection, state, [host], facts)));
    return accepted;
  }
}

async function pushTags(
  connection: PostgresConnection,
  state: PushState,
  hosts: readonly string[],
  tags: ReadonlyMap<string, string>,
): Promise<void> {
  const content = digestJson([...tags].sort());
  const known = state.outbox.readDigests('host');
  const changed = hosts.filter((host) => known.get(host) !== content);
  if (changed.length === 0) return;
  await connection.transaction((statements) => replaceTags(statements, changed, tags));
  state.outbox.confirm(changed.map((key) => ({ kind: 'host', key, digest: content })));
  state.addSent(changed.length);
}
