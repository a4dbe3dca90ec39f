import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { CredWatchError } from '../../../src/errors.ts';
import {
  PostgresRowError,
  PostgresUnavailableError,
} from '../../../src/remote/postgres/connection/failures.ts';
import {
  openPostgres,
  type PostgresConnection,
  type PostgresOptions,
} from '../../../src/remote/postgres/connection/postgres-connection.ts';
import { createAuthority } from '../../support/postgres/certificates.ts';
import { describePostgres, describePostgresInCi } from '../../support/postgres/describe-postgres.ts';

const CANARY = 'canary-password-4711';

async function open(
  url: string,
  env: Record<string, string> = {},
  options: PostgresOptions = {},
): Promise<PostgresConnection> {
  const context = {
    env: { PGUSER: 'postgres', ...env },
    home: '/nonexistent',
    clock: systemClock,
    random: () => 0,
  };
  const connection = await openPostgres(url, context, { timeout: 1, ...options });
  onTestFinished(() => connection.close());
  return connection;
}

const problem = async (opened: Promise<PostgresConnection>): Promise<CredWatchError> => {
  const error: unknown = await opened.then(
    () => expect.unreachable('the connection was opened'),
    (cause: unknown) => cause,
  );
  if (error instanceof CredWatchError) return error;
  throw error;
};

test('failed attempts leave no listeners on the signal, about which Node would warn', async () => {
  const { signal } = new AbortController();
  const url = 'postgres://127.0.0.1:1/fleet?sslmode=disable';
  const attempt = open(url, { PGPASSWORD: CANARY }, { timeout: 1, signal });
  await expect(attempt).rejects.toBeInstanceOf(PostgresUnavailableError);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describePostgres('a connection to PostgreSQL', (server) => {
  test('a closed connection leaves no timer behind that would delay the end of the process', async () => {
    const database = await server().createDatabase();
    let timers = 0;
    const sleep: Clock['sleep'] = async (...args) => {
      timers += 1;
      await systemClock.sleep(...args);
      timers -= 1;
    };
    const context = { env: database.environment, home: '/nonexistent', random: () => 0 };
    const connection = await openPostgres(database.url, { ...context, clock: { ...systemClock, sleep } });
    await connection.close();
    await setImmediate();
    expect(timers).toBe(0);
  });

  test('a query returns numbers, booleans, and dates as text', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment);
    expect(
      await connection.query(
        `SELECT 9007199254740991::bigint AS big, 1::int AS int, 0.5::float8 AS float, true AS flag,
        date '2026-11-01' AS day, NULL AS nothing, $1::text AS text`,
        ['x'],
      ),
    ).toEqual([
      { big: 9007199254740991, int: 1, float: 0.5, flag: true, day: '2026-11-01', nothing: null, text: 'x' },
    ]);
  });

  test('a connection names the program to the server', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment);
    expect(await connection.query("SELECT current_setting('application_name') AS name")).toEqual([
      { name: 'cred-watch' },
    ]);
  });

  test('a transaction that fails is rolled back', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment);
    await connection.query('CREATE TABLE t (a int)');
    const failed = connection.transaction(async (statements) => {
      await statements.query('INSERT INTO t VALUES (1)');
      throw new CredWatchError('stop');
    });
    await expect(failed).rejects.toThrow('stop');
    expect(await connection.query('SELECT * FROM t')).toEqual([]);
  });

  test('a transaction whose connection was ended by the server is repeated', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment, { timeout: 10 });
    let runs = 0;
    const found = await connection.transaction(async (statements) => {
      runs += 1;
      const [own] = await statements.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      if (runs === 1) await database.query('SELECT pg_terminate_backend($1)', [own?.pid]);
      return statements.query('SELECT 1 AS one');
    });
    expect({ runs, found }).toEqual({ runs: 2, found: [{ one: 1 }] });
  });

  test('a statement that takes too long is cancelled', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment, { statementTimeout: 1 });
    const slow = connection.transaction((statements) => statements.query('SELECT pg_sleep(20)'));
    await expect(slow).rejects.toBeInstanceOf(PostgresUnavailableError);
  });

  test('a rejected value is an error of the row, without a second attempt', async () => {
    const database = await server().createDatabase();
    const connection = await open(database.url, database.environment);
    await expect(connection.query('SELECT $1::text', ['a\0b'])).rejects.toBeInstanceOf(PostgresRowError);
    await expect(connection.query('SELECT 1 / 0')).rejects.toThrow('division by zero (22012)');
  });

  test('a wrong password and a missing one are errors with hints, and never shown', async () => {
    const { url } = await server().createDatabase();
    const wrong = await problem(open(url, { PGPASSWORD: CANARY }));
    expect(wrong.message).toContain('rejected the password of the user postgres');
    const missing = await problem(open(url));
    expect(missing.message).toContain('needs a password for the user postgres');
    for (const { message, hint, stack, cause } of [wrong, missing])
      expect(`${message} ${hint} ${stack} ${cause instanceof Error ? cause.stack : ''}`).not.toContain(
        CANARY,
      );
  });

  test('a missing database is an error with the command that creates it', async () => {
    const { url, environment, name } = await server().createDatabase();
    const { hint } = await problem(open(url.replace(name, 'missing'), environment));
    expect(hint).toBe('create the database: `createdb missing`');
  });

  test('a server without TLS is refused unless the URL says so', async () => {
    const { url, environment } = await server().createDatabase();
    const { message } = await problem(open(url.replace('?sslmode=disable', ''), environment));
    expect(message).toContain('does not support TLS');
  });

  test('a connection through the socket has no TLS', async () => {
    const { socketUrl } = await server().createDatabase();
    const connection = await open(socketUrl);
    expect(await connection.query('SELECT inet_client_addr() IS NULL AS local')).toEqual([{ local: true }]);
  });
});

describePostgresInCi('too many connections', (server) => {
  test('an attempt waits until one of the connections of the server is free', async () => {
    const { url, environment } = await server().createDatabase();
    const asUser = url.replace('postgres@', 'limited@');
    const { query } = await server().createDatabase();
    await query("CREATE ROLE limited LOGIN PASSWORD 'test-password' CONNECTION LIMIT 1");
    const first = await open(asUser, environment);
    const refused = open(asUser, environment, { timeout: 0 });
    await expect(refused).rejects.toThrow(/too many connections for role .*53300/);
    const second = open(asUser, environment, { timeout: 10 });
    await systemClock.sleep(300);
    await first.close();
    expect(await (await second).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describePostgres(
  'TLS of PostgreSQL',
  (server) => {
    const urlFor = async (mode: string, host = 'localhost') => {
      const { url } = await server().createDatabase();
      const address = host === '127.0.0.1' ? '' : '&hostaddr=127.0.0.1';
      return url.replace('127.0.0.1', host).replace('sslmode=disable', `${mode}${address}`);
    };
    const password = { PGPASSWORD: 'test-password' };

    test('verify-full accepts the certificate of the authority for its name and its address', async () => {
      for (const host of ['db.example.com', '127.0.0.1']) {
        const url = await urlFor(`sslrootcert=${authority.certificate}`, host);
        const connection = await open(url, password);
        expect(await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([
          { ssl: true },
        ]);
      }
    });

    test('verify-full rejects another name, verify-ca accepts it', async () => {
      const { message } = await problem(
        open(await urlFor(`sslrootcert=${authority.certificate}`, 'other.example.com'), password),
      );
      expect(message).toContain('is not for this host: it is for ');
      await open(
        await urlFor(`sslmode=verify-ca&sslrootcert=${authority.certificate}`, 'other.example.com'),
        password,
      );
    });

    test('a certificate of an unknown authority is rejected, except with require', async () => {
      const other = createAuthority();
      for (const parameters of [
        'sslmode=verify-full',
        `sslmode=verify-full&sslrootcert=${other.certificate}`,
        `sslmode=verify-ca&sslrootcert=${other.certificate}`,
      ]) {
        const { message, hint } = await problem(open(await urlFor(parameters), password));
        expect(message).toContain('could not verify the certificate');
        expect(hint).toContain('sslrootcert');
      }
      await open(await urlFor('sslmode=require'), password);
      await problem(open(await urlFor(`sslmode=require&sslrootcert=${other.certificate}`), password));
    });

    test('a client certificate authenticates the user', async () => {
      const client = authority.issue('certified');
      const { query } = await server().createDatabase();
      await query('CREATE ROLE certified LOGIN');
      const keys = `&sslcert=${client.certificate}&sslkey=${client.key}&user=certified`;
      const url = (await urlFor(`sslrootcert=${authority.certificate}${keys}`, 'db.example.com')).replace(
        'postgres@',
        '',
      );
      const connection = await open(url);
      expect(await connection.query('SELECT current_user AS name')).toEqual([{ name: 'certified' }]);
    });
  },
  (finished) => {
    authority = createAuthority(finished);
    return {
      tls: {
        ...authority.issue('server', ['db.example.com', '127.0.0.1']),
        authority: authority.certificate,
      },
      hostRules: [
        'local all all trust',
        'hostssl all certified 127.0.0.1/32 cert',
        'hostssl all all 127.0.0.1/32 scram-sha-256',
      ],
    };
  },
);
let authority: ReturnType<typeof createAuthority>;

describe('a server that does not answer', () => {
  test('a server that does not answer is not available after the timeout of a connection', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const opened = open(
      `postgres://127.0.0.1:${port}/x?sslmode=disable&connect_timeout=1`,
      {},
      { timeout: 0 },
    );
    await expect(opened).rejects.toThrow('no connection within the timeout');
  });

  test('an abort ends the attempt at once', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const stop = new AbortController();
    const startedAt = performance.now();
    const opened = open(
      `postgres://127.0.0.1:${port}/x?sslmode=disable`,
      {},
      { timeout: 60, signal: stop.signal },
    );
    setTimeout(() => stop.abort(), 100);
    await expect(opened).rejects.toThrow('stopped');
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
