import { expect, test } from 'vitest';
import { loadHistories } from '../../../../src/remote/postgres/read/load-histories.ts';
import { withPostgres } from '../../../../src/remote/postgres/read/with-postgres.ts';
import { describePostgres } from '../../../support/postgres/describe-postgres.ts';
import { DATA_TABLES, findForbidden, lacksHost } from '../../../support/postgres/plain-sql.ts';
import { createContext, IDENTITY, migrateDatabase } from '../../../support/watch/push-history.ts';

describePostgres('the statements of a report', (server) => {
  test('the statements of a report use no feature that other databases lack, and name a selected host', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    const statements: string[] = [];
    const selection = { host: IDENTITY.host, source: 'imds', role: 'loader', since: 1, until: 2 } as const;
    await withPostgres(
      database.url,
      createContext(database),
      (connection) => loadHistories(connection, { selection, jobs: { names: ['nightly'], selection } }),
      { onStatement: (sql) => void statements.push(sql) },
    );
    expect(statements.flatMap(findForbidden)).toEqual([]);
    // The names of all hosts, roles and jobs are for messages about an empty selection.
    const data = statements.filter((sql) => DATA_TABLES.test(sql) && !sql.startsWith('SELECT DISTINCT'));
    expect(data).toHaveLength(9);
    expect(data.filter(lacksHost)).toEqual([]);
    const others = statements.filter((sql) => !DATA_TABLES.test(sql)).map((sql) => sql.slice(0, 80));
    expect(others).toEqual([
      'SELECT 1',
      "BEGIN; SET LOCAL statement_timeout = 60000; SET LOCAL datestyle = 'ISO'",
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
      'FETCH FORWARD 5000 FROM cred_watch_generations',
      'CLOSE cred_watch_generations',
      'COMMIT',
    ]);
  });
});
