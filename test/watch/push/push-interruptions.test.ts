import { expect, test } from 'vitest';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { type Cut, startCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import { sampleCases } from '../../support/thorough.ts';
import {
  createMigrated,
  createSample,
  IDENTITY,
  openTemporaryStore,
  pushTo,
  readRows,
  recordEvents,
  recordHours,
} from '../../support/watch/push-history.ts';

/** More messages than a push sends. */
const MESSAGES = Array.from({ length: 40 }, (_, index) => index + 1);

describePostgres('a connection that is cut', (server) => {
  /** The rows after a push without a cut. They are the same in each case. */
  let undisturbed: ReturnType<typeof readRows> | null = null;

  test.each(
    sampleCases(
      (['before', 'after'] as const).flatMap((moment) =>
        MESSAGES.map((message): Cut => ({ message, moment })),
      ),
      81,
    ),
  )('$moment message $message of a push loses nothing and repeats nothing', async (cut) => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 4);
    await pushTo(database, store);
    recordHours(store, 4, 6);
    store.recordSample({ ...IDENTITY, role: 'other' }, createSample(5, 7), 'machine');
    recordEvents(store);
    const proxy = await startCuttingProxy(server().port, cut);
    const url = database.url.replace(/:\d+\//, `:${proxy.port}/`);
    // The name of a destination has no port of a proxy in reality, so the second push has the same outbox.
    await pushTo(database, store, { url, timeout: 20 });
    undisturbed ??= pushUndisturbed(store);
    expect(await readRows(database)).toEqual(await undisturbed);
    expect((await pushTo(database, store, { url })).sent).toBe(0);
  });

  async function pushUndisturbed(store: SampleStore) {
    const database = await createMigrated(server());
    await pushTo(database, store);
    return readRows(database);
  }

  test('the cases cover all messages of the push', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 6);
    recordEvents(store);
    const proxy = await startCuttingProxy(server().port, null);
    await pushTo(database, store, { url: database.url.replace(/:\d+\//, `:${proxy.port}/`) });
    expect(proxy.countMessages()).toBeGreaterThan(15);
    expect(proxy.countMessages()).toBeLessThan(MESSAGES.length);
  });
});
