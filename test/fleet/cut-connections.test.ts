import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { PushInterrupted } from '../../src/watch/push/destination.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { type CuttingProxy, startCuttingProxy } from '../support/postgres/cutting-proxy.ts';
import { describePostgresInCi } from '../support/postgres/describe-postgres.ts';
import type { TestDatabase } from '../support/postgres/server.ts';
import { isThorough, longTimeout } from '../support/thorough.ts';
import {
  createMigrated,
  createSample,
  IDENTITY,
  pushTo,
  readRows,
  recordEvents,
  recordHours,
} from '../support/watch/push-history.ts';

/** A push that begins with a state of the database and of the host. */
interface PushCase {
  name: string;
  /** Pushes without a cut what happened before. */
  prepare(
    store: SampleStore,
    pushOther: (fill: (other: SampleStore) => void) => Promise<void>,
    pushOwn: () => Promise<void>,
  ): Promise<void>;
  /** What the push sends. */
  fill(store: SampleStore): void;
}

const TAGS = new Map([['team', 'loaders']]);

const fillFirst = (store: SampleStore) => {
  recordHours(store, 0, 4);
  recordHours(store, 2, 4, { ...IDENTITY, role: 'other' });
  recordEvents(store);
};

const CASES: readonly PushCase[] = [
  { name: 'a first push', prepare: async () => {}, fill: fillFirst },
  {
    name: 'a push with revisions',
    async prepare(store, _, pushOwn) {
      fillFirst(store);
      await pushOwn();
    },
    fill(store) {
      // A larger lag of the series changes every rotation.
      store.recordSample(IDENTITY, createSample(3, 62), 'machine');
      recordHours(store, 4, 6);
      recordHours(store, 4, 5, { ...IDENTITY, role: 'third' });
      store.recordFailedPoll(IDENTITY.host, 'imds', {
        ...{ observedAt: createSample(1, 1).observedAt, reason: 'timeout', detail: 'again' },
        ...{ accessKeyId: null, expiration: null, clockOffset: null },
      });
    },
  },
  {
    name: 'a push that joins the history of another database',
    prepare: (_, pushOther) =>
      pushOther((other) => {
        recordHours(other, 0, 4);
        recordHours(other, 0, 2, { ...IDENTITY, role: 'other' });
      }),
    fill(store) {
      recordHours(store, 2, 6);
      recordHours(store, 1, 4, { ...IDENTITY, role: 'other' });
      recordEvents(store);
    },
  },
];

/** Locally, only a few messages of each push. */
const STEP = isThorough ? 1 : 29;

describePostgresInCi('a connection that is cut at every message', (server) => {
  test.each(CASES)(
    'after $name, a repeated push has the result of an undisturbed one',
    longTimeout,
    async (pushCase) => {
      const database = await createMigrated(server());
      const proxy = await startCuttingProxy(server().port, null);
      const { expected, messages } = await pushUndisturbed(database, proxy, pushCase);
      expect(messages).toBeGreaterThan(10);
      for (let message = 1; message <= messages; message += STEP) {
        for (const moment of ['before', 'after'] as const) {
          await emptyTables(database);
          await using host = await prepareHost(database, proxy, pushCase);
          proxy.setCut({ message, moment });
          // Too short for a second attempt, so the process ends.
          const push = host.push(0.05);
          // The last message says good-bye, so a push without an error is complete.
          if (message < messages) await expect(push).rejects.toBeInstanceOf(PushInterrupted);
          else await push;
          proxy.setCut(null);
          await host.push(5);
          expect(await readRows(database), `${moment} message ${message}`).toEqual(expected);
          expect(await host.push(5)).toMatchObject({ sent: 0, rejected: [] });
        }
      }
    },
  );
});

async function pushUndisturbed(database: TestDatabase, proxy: CuttingProxy, pushCase: PushCase) {
  await using host = await prepareHost(database, proxy, pushCase);
  proxy.setCut(null);
  await host.push(5);
  return { expected: await readRows(database), messages: proxy.countMessages() };
}

/** The outbox of a destination has the port in its name, so every push uses the proxy. */
async function prepareHost(database: TestDatabase, proxy: CuttingProxy, { prepare, fill }: PushCase) {
  const folder = temporaryFolder();
  const store = SampleStore.open(join(folder, 'samples.db'));
  const url = database.url.replace(/:\d+\//, `:${proxy.port}/`);
  const push = (timeout: number, from = store) => pushTo(database, from, { url, timeout, tags: TAGS });
  await prepare(
    store,
    async (fillOther) => {
      using other = SampleStore.open(join(folder, 'other.db'));
      fillOther(other);
      await push(5, other);
    },
    async () => void (await push(5)),
  );
  fill(store);
  return { push, [Symbol.asyncDispose]: async () => store.close() };
}

const emptyTables = async ({ query }: TestDatabase): Promise<void> =>
  void (await query(
    `TRUNCATE cred_watch.hosts, cred_watch.host_tags, cred_watch.series, cred_watch.generations,
       cred_watch.failed_polls, cred_watch.job_runs, cred_watch.findings`,
  ));
