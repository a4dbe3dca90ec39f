import type { Instant, Seconds, SeriesIdentity } from '../../../domain/model.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { listParameters, upsertRows, type WrittenTable } from './tables.ts';

/** A newer offset replaces an older one, so that a restored database does not bring an old one back. */
const whenNewer = (column: string) =>
  `CASE WHEN hosts.clock_known_at IS NULL OR excluded.clock_known_at > hosts.clock_known_at
     THEN excluded.${column} ELSE hosts.${column} END`;

const HOSTS: WrittenTable = {
  name: 'cred_watch.hosts',
  columns: ['host', 'pushed_at', 'version', 'clock_known_at', 'clock_offset'],
  keyLength: 1,
  assignments: {
    clock_known_at: whenNewer('clock_known_at'),
    clock_offset: whenNewer('clock_offset'),
  },
};

const TAGS: WrittenTable = {
  name: 'cred_watch.host_tags',
  columns: ['host', 'name', 'value'],
  keyLength: null,
};

export interface WrittenHost {
  host: string;
  clock: { knownAt: Instant; clockOffset: Seconds } | null;
}

/** Records that the hosts have pushed. */
export const writeHosts = (
  statements: Statements,
  hosts: readonly WrittenHost[],
  { pushedAt, version }: { pushedAt: Instant; version: string },
): Promise<void> =>
  upsertRows(
    statements,
    HOSTS,
    hosts.map(({ host, clock }) => [
      host,
      pushedAt,
      version,
      clock?.knownAt ?? null,
      clock?.clockOffset ?? null,
    ]),
  );

/** Replaces the tags of the hosts. */
export async function replaceTags(
  statements: Statements,
  hosts: readonly string[],
  tags: ReadonlyMap<string, string>,
): Promise<void> {
  await statements.query(
    `DELETE FROM cred_watch.host_tags WHERE host IN ${listParameters(1, hosts.length)}`,
    hosts,
  );
  await upsertRows(
    statements,
    TAGS,
    hosts.flatMap((host) => Array.from(tags, ([name, value]) => [host, name, value])),
  );
}

/** The revision of each series of the hosts. */
export async function readRevisions(
  statements: Statements,
  hosts: readonly string[],
): Promise<(SeriesIdentity & { revision: number })[]> {
  const rows = await statements.query<{
    host: string;
    source: SeriesIdentity['source'];
    api_version: string;
    role: string;
    revision: number;
  }>(
    `SELECT host, source, api_version, role, revision FROM cred_watch.series WHERE host IN ${listParameters(1, hosts.length)}`,
    hosts,
  );
  return rows.map(({ api_version: apiVersion, ...row }) => ({ ...row, apiVersion }));
}
