import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createAuthority } from '../../support/postgres/certificates.ts';
import { describePostgresInCi } from '../../support/postgres/describe-postgres.ts';

describePostgresInCi('the PostgreSQL server of the tests', (server) => {
  test('each test has an empty database', async () => {
    const first = await server().createDatabase();
    await first.query('CREATE TABLE numbers (n bigint); INSERT INTO numbers VALUES (1)');
    const second = await server().createDatabase();
    expect(await second.query("SELECT * FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    expect(await first.query('SELECT n FROM numbers WHERE n = $1', [1])).toEqual([{ n: '1' }]);
  });

  test('TCP needs a password, and the socket does not', async () => {
    const { name } = await server().createDatabase();
    const { port, superuser } = server();
    const connect = async (password: string) => {
      const client = new Client({ host: '127.0.0.1', port, database: name, user: superuser.user, password });
      await client.connect();
      await client.end();
    };
    await connect(superuser.password);
    await expect(connect('wrong')).rejects.toThrow('password authentication failed');
  });

  test('the server starts again after a stop, with other settings', async () => {
    const database = await server().createDatabase();
    await database.query('CREATE TABLE kept (n bigint)');
    await server().stop();
    await expect(database.query('SELECT 1')).rejects.toThrow();
    await server().start({ max_connections: 17 });
    expect(await database.query('SHOW max_connections')).toEqual([{ max_connections: '17' }]);
    expect(await database.query('SELECT * FROM kept')).toEqual([]);
  });
});

describePostgresInCi(
  'the durable server of the tests',
  (server) => {
    test('commits survive a crash', async () => {
      const database = await server().createDatabase();
      await database.query('CREATE TABLE numbers (n bigint)');
      await database.query('INSERT INTO numbers VALUES (7)');
      await server().crash();
      await expect(database.query('SELECT 1')).rejects.toThrow();
      await server().start();
      expect(await database.query('SELECT n FROM numbers')).toEqual([{ n: '7' }]);
      expect(server().readLog()).toContain('not properly shut down');
    });
  },
  { isDurable: true },
);

describePostgresInCi(
  'the server with TLS of the tests',
  (server) => {
    test('the connection is encrypted', async () => {
      const { port, superuser } = server();
      const client = new Client({
        ...{ host: '127.0.0.1', port, database: 'postgres', ...superuser },
        ssl: { rejectUnauthorized: false },
      });
      await client.connect();
      const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      await client.end();
      expect(rows).toEqual([{ ssl: true }]);
    });
  },
  (finished) => ({ tls: createAuthority(finished).issue('server', ['localhost', '127.0.0.1']) }),
);
