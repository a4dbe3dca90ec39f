import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import type { Sample, SeriesIdentity } from '../../../src/domain/model.ts';
import { PostgresConnection } from '../../../src/remote/postgres/connection/postgres-connection.ts';
import { migrate } from '../../../src/remote/postgres/migrate/migrate.ts';
import { resolveSettings } from '../../../src/remote/postgres/settings/settings.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import type { PushResult } from '../../../src/watch/push/destination.ts';
import {
  PostgresDestination,
  type PostgresDestinationOptions,
} from '../../../src/watch/push/postgres/postgres-destination.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import type { PostgresServer, TestDatabase } from '../postgres/server.ts';

const HOUR_MS = 3_600_000;

/** The first sample of {@link recordHours}. */
export const START = Date.UTC(2026, 10, 1);

export const IDENTITY: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

/** A store in a folder of its own, which is deleted after the test. */
export function openTemporaryStore(): SampleStore {
  return SampleStore.open(join(temporaryFolder(), 'samples.db'));
}

/** The generation that the source issued at the beginning of an hour. */
export function createSample(hour: number, minute: number, changes: Partial<Sample> = {}): Sample {
  const issued = START + hour * HOUR_MS;
  return {
    accessKeyId: `ASIA${String(hour)
      .padStart(4, '0')
      .replace(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)] ?? '')}EXAMPLEABCDE`,
    lastUpdated: issued,
    expiration: issued + 6 * HOUR_MS,
    zoneless: false,
    observedAt: issued + minute * 60_000,
    clockOffset: 0,
    ...changes,
  };
}

/** Records samples every quarter of an hour. Credentials are replaced every hour. */
export function recordHours(
  store: SampleStore,
  from: number,
  to: number,
  identity: SeriesIdentity = IDENTITY,
): void {
  store.writeTogether(() => {
    for (let hour = from; hour < to; hour += 1) {
      for (const minute of [5, 20, 35, 50])
        store.recordSample(identity, createSample(hour, minute), 'machine');
    }
  });
}

export const createContext = ({ environment }: Pick<TestDatabase, 'environment'>) => ({
  env: environment,
  home: '/nonexistent',
  clock: systemClock,
  random: Math.random,
});

/** Creates the tables. */
export async function migrateDatabase(database: TestDatabase, isMonthly = false): Promise<void> {
  const context = createContext(database);
  const connection = new PostgresConnection(resolveSettings(database.url, context), context);
  await migrate(connection, { isMonthly, now: START });
  await connection.close();
}

const templates = new WeakMap<PostgresServer, Promise<TestDatabase>>();

async function createTemplate(server: PostgresServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await migrateDatabase(database);
  return database;
}

/** Creates a database with the tables of cred-watch, as a copy, because a migration takes longer. */
export async function createMigrated(server: PostgresServer): Promise<TestDatabase> {
  const template = templates.get(server) ?? createTemplate(server);
  templates.set(server, template);
  return server.createDatabase((await template).name);
}

export interface PushRun extends PushResult {
  statements: string[];
}

/** Pushes once, and returns the result with all statements. */
export async function pushTo(
  database: TestDatabase,
  store: SampleStore,
  options: Partial<PostgresDestinationOptions> & { url?: string; signal?: AbortSignal; now?: number } = {},
): Promise<PushRun> {
  const { url = database.url, signal = new AbortController().signal, now = START, ...more } = options;
  const statements: string[] = [];
  const destination = new PostgresDestination(url, createContext(database), {
    timeout: 5,
    version: '1.0.0',
    tags: null,
    onStatement: (sql) => void statements.push(sql),
    ...more,
  });
  const result = await destination.push(store, { now, signal, onProgress: () => {} });
  await destination.close();
  return { ...result, statements };
}

/** All rows, without the columns that only count pushes. */
export async function readRows(
  database: TestDatabase,
  ignored: readonly string[] = [],
): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const table of ['series', 'generations', 'failed_polls', 'job_runs', 'findings']) {
    const read = await database.query(`SELECT * FROM cred_watch.${table}`);
    rows[table] = read
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).filter(([column]) => column !== 'revision' && !ignored.includes(column)),
        ),
      )
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return rows;
}

/** Records failed polls of two days, a run of a job that has ended, and one that has not. */
export function recordEvents(store: SampleStore): void {
  for (const hour of [1, 2, 30]) {
    store.recordFailedPoll(IDENTITY.host, 'imds', {
      observedAt: START + hour * HOUR_MS,
      reason: 'timeout',
      detail: `timed out at ${hour}`,
      accessKeyId: null,
      expiration: null,
      clockOffset: -1,
    });
  }
  const run = { job: 'nightly', identity: IDENTITY, remainingAtStart: 9000, end: null };
  const id = store.startJobRun({ ...run, startedAt: START - HOUR_MS });
  store.endJobRun(id, { duration: 60, exitCode: 0, remainingAtEnd: 8940 });
  store.startJobRun({ ...run, startedAt: START - HOUR_MS / 2 });
}
