import { expect, test } from 'vitest';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import {
  createMigrated,
  createSample,
  IDENTITY,
  openTemporaryStore,
  pushTo,
  recordHours,
} from '../../support/watch/push-history.ts';

describePostgres('rows that PostgreSQL rejects', (server) => {
  test('a role with a NUL character is reported at each push, and all other series are sent', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 3);
    recordHours(store, 0, 3, { ...IDENTITY, role: 'bad\0role' });
    recordHours(store, 0, 3, { ...IDENTITY, role: 'other' });
    const first = await pushTo(database, store);
    expect(first.sent).toBe(6);
    expect(first.rejected).toEqual([
      { item: 'series imds bad\0role of host i-0abc', reason: expect.stringContaining('22021') },
    ]);
    const second = await pushTo(database, store);
    expect(second).toMatchObject({ sent: 0, rejected: first.rejected });
    expect(second.statements.filter((sql) => sql.includes('INSERT INTO cred_watch.series'))).toEqual([]);
    store.recordSample({ ...IDENTITY, role: 'other' }, createSample(3, 5), 'machine');
    expect(await pushTo(database, store)).toMatchObject({ sent: 2, rejected: first.rejected });
  });

  test('a host with a NUL character does not prevent the push of other hosts', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 2);
    recordHours(store, 0, 2, { ...IDENTITY, host: 'bad\0host' });
    const { sent, rejected } = await pushTo(database, store);
    expect(sent).toBe(2);
    expect(rejected.map(({ item }) => item)).toEqual([
      'host bad\0host',
      'series imds loader of host bad\0host',
    ]);
  });

  test('a role that is too long for an index is rejected', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    // PostgreSQL compresses repeated text.
    const role = Array.from({ length: 9000 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    ).join('');
    recordHours(store, 0, 2, { ...IDENTITY, role });
    const { sent, rejected } = await pushTo(database, store);
    expect(sent).toBe(0);
    expect(rejected).toEqual([
      { item: expect.stringContaining('series imds'), reason: expect.stringContaining('54000') },
    ]);
  });

  test('one rejected generation stays in the outbox, and is sent after the destination has changed', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    await database.query(
      `ALTER TABLE cred_watch.generations ADD CONSTRAINT test CHECK (generation_key NOT LIKE 'ASIAAAAC%')`,
    );
    const first = await pushTo(database, store);
    expect(first.sent).toBe(4);
    expect(first.rejected).toEqual([
      { item: 'generation ASIA…BCDE of host i-0abc', reason: expect.stringContaining('23514') },
    ]);
    expect(await pushTo(database, store)).toMatchObject({ sent: 0, rejected: first.rejected });
    await database.query('ALTER TABLE cred_watch.generations DROP CONSTRAINT test');
    // The row is sent again with the next change of its content, or if the outbox forgets the rejection.
    const outbox = store.outbox(database.url.replace(/^.*@/, 'postgres://').replace(/\?.*$/, ''));
    expect(outbox.listRejected()).toHaveLength(1);
    outbox.forget(outbox.listRejected());
    expect(await pushTo(database, store)).toMatchObject({ sent: 1, rejected: [] });
    expect(await database.query('SELECT count(*)::int AS count FROM cred_watch.generations')).toEqual([
      { count: 5 },
    ]);
  });

  test('a rejected job name does not prevent the push of other runs', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    for (const job of ['nightly', 'bad\0job', 'weekly'])
      store.startJobRun({ job, identity: IDENTITY, startedAt: 0, remainingAtStart: 60, end: null });
    const { sent, rejected } = await pushTo(database, store);
    expect(sent).toBe(2);
    expect(rejected.map(({ item }) => item)).toEqual(['run of job bad\0job on host i-0abc']);
  });
});
