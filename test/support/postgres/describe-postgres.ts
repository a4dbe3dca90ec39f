import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isThorough } from '../thorough.ts';
import { findPostgresPrograms, POSTGRES_IS_MISSING } from './programs.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from './server.ts';

type Finished = (clean: () => Promise<void> | void) => void;

/**
 * Declares tests that need PostgreSQL. They share a server; each test creates a database of its own. Without
 * PostgreSQL they are skipped; in CI they fail.
 * @param options as a function, if creating them needs files, which `finished` deletes
 * @param tests gets a function that returns the server, which starts before the first test
 */
export function describePostgres(
  title: string,
  tests: (server: () => PostgresServer) => void,
  options: PostgresOptions | ((finished: Finished) => PostgresOptions) = {},
): void {
  const programs = findPostgresPrograms();
  if (programs !== null) return void describe(title, () => declareTests(programs));
  if (isThorough)
    return void describe(title, () => test('is installed', () => expect.unreachable(POSTGRES_IS_MISSING)));
  process.stderr.write(`skipped tests of ${title}: ${POSTGRES_IS_MISSING}\n`);
  describe.skip(`${title} (${POSTGRES_IS_MISSING})`, () => declareTests(''));

  function declareTests(folder: string) {
    let server: PostgresServer | null = null;
    const cleaners: (() => Promise<void> | void)[] = [];
    const finished: Finished = (clean) => void cleaners.push(clean);
    beforeAll(async () => {
      const resolved = typeof options === 'function' ? options(finished) : options;
      server = await startPostgres(folder, resolved, finished);
    });
    afterAll(async () => {
      for (const clean of cleaners.reverse()) await clean();
    });
    tests(() => {
      if (server === null)
        throw new Error('the server starts before the first test, not while tests are declared');
      return server;
    });
  }
}

/** As {@link describePostgres}, for slow tests that only CI runs. Other tests cover the same features locally. */
export function describePostgresInCi(...[title, tests, options]: Parameters<typeof describePostgres>): void {
  if (isThorough) describePostgres(title, tests, options);
  else
    describe.skip(`${title} (only in CI)`, () =>
      tests(() => {
        throw new Error('only CI starts this server');
      }));
}
