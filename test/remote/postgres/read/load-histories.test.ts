import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { listRecordedGenerations } from '../../../../src/domain/measurement/columns/generation-columns.ts';
import type { ColumnHistory } from '../../../../src/domain/verdict/series-analysis.ts';
import { openPostgres } from '../../../../src/remote/postgres/connection/postgres-connection.ts';
import { loadHistories } from '../../../../src/remote/postgres/read/load-histories.ts';
import { describePostgres } from '../../../support/postgres/describe-postgres.ts';
import { seedScenario } from '../../../support/postgres/seed-fixture.ts';
import type { TestDatabase } from '../../../support/postgres/server.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';
import { sampleCases } from '../../../support/thorough.ts';
import { migrateDatabase, pushTo } from '../../../support/watch/push-history.ts';

const SCENARIOS = sampleCases(readdirSync('fixtures/histories'), 5);

const toLists = (readers: readonly (() => ColumnHistory)[]) =>
  readers.map((read) => {
    const { generations, ...history } = read();
    return { ...history, generations: listRecordedGenerations(generations) };
  });

async function open({ url, environment }: TestDatabase) {
  return openPostgres(url, { env: environment, home: '', clock: systemClock, random: Math.random });
}

describePostgres('loadHistories', (server) => {
  test.each(SCENARIOS)('the history %s is the same in SQLite and PostgreSQL', async (name) => {
    const store = temporaryStore();
    seedScenario(store, name);
    const database = await server().createDatabase();
    await migrateDatabase(database);
    await pushTo(database, store);
    const connection = await open(database);
    const loaded = await loadHistories(connection, { selection: {} });
    expect(toLists(loaded.historyReaders({}))).toEqual(toLists(store.historyReaders({})));
    await connection.close();
  });
});
