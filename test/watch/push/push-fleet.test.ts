import { expect } from 'vitest';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';
import {
  IDENTITY,
  migrateDatabase,
  openTemporaryStore,
  pushTo,
  recordHours,
} from '../../support/watch/push-history.ts';

const HOSTS = isThorough ? 60 : 25;

describePostgres(
  'many hosts',
  (server) => {
    ciTest('hosts that push at once get a connection one after the other', async () => {
      const database = await server().createDatabase();
      await migrateDatabase(database);
      const stores = Array.from({ length: HOSTS }, (_, index) => {
        const store = openTemporaryStore();
        recordHours(store, 0, 3, { ...IDENTITY, host: `host-${index}` });
        return store;
      });
      const results = await Promise.all(stores.map((store) => pushTo(database, store, { timeout: 60 })));
      expect(results.every(({ sent }) => sent === 3)).toBe(true);
      expect(server().readLog()).toContain('too many clients already');
      const [row] = await database.query(
        'SELECT count(*)::int AS rows, count(DISTINCT host)::int AS hosts FROM cred_watch.generations',
      );
      expect(row).toEqual({ rows: 3 * HOSTS, hosts: HOSTS });
      for (const store of stores) store.close();
    });
  },
  { settings: { max_connections: 10, superuser_reserved_connections: 1 } },
);
