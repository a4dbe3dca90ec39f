import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { listRecordedGenerations } from '../../../../src/domain/measurement/columns/generation-columns.ts';
import type { ColumnHistory } from '../../../../src/domain/verdict/series-analysis.ts';
import type { HistorySelection } from '../../../../src/remote/loaded-histories.ts';
import { openPostgres } from '../../../../src/remote/postgres/connection/postgres-connection.ts';
import { loadHistories } from '../../../../src/remote/postgres/read/load-histories.ts';
import { describePostgres } from '../../../support/postgres/describe-postgres.ts';
import { seedScenario } from '../../../support/postgres/seed-fixture.ts';
import type { TestDatabase } from '../../../support/postgres/server.ts';
import { between, pick, seededRandom } from '../../../support/random.ts';
import { SEED } from '../../../support/seed.ts';
import { generateRandomSamples } from '../../../support/store/random-samples.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';
import { isThorough, sampleCases } from '../../../support/thorough.ts';
import { createMigrated, pushTo } from '../../../support/watch/push-history.ts';

const SCENARIOS = sampleCases(readdirSync('fixtures/histories'), 15);

const toLists = (readers: readonly (() => ColumnHistory)[]) =>
  readers.map((read) => {
    // The names of machines, and when the command `poll` ran last, are not pushed.
    const { generations, polledBy: _, polledAt: __, ...history } = read();
    return { ...history, generations: listRecordedGenerations(generations) };
  });

async function open({ url, environment }: TestDatabase) {
  return openPostgres(url, { env: environment, home: '', clock: systemClock, random: Math.random });
}

describePostgres('loadHistories', (server) => {
  test.each(sampleCases(SCENARIOS, 6))(
    'the history %s is the same in SQLite and PostgreSQL',
    async (name) => {
      const store = temporaryStore();
      seedScenario(store, name);
      const database = await createMigrated(server());
      await pushTo(database, store);
      const connection = await open(database);
      const loaded = await loadHistories(connection, { selection: {} });
      expect(toLists(loaded.historyReaders({}))).toEqual(toLists(store.historyReaders({})));
      await connection.close();
    },
  );

  test('random histories and selections are the same in SQLite and PostgreSQL', async () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < (isThorough ? 8 : 1); round += 1) {
      const store = temporaryStore();
      store.writeRecords(generateRandomSamples(150, random));
      const database = await createMigrated(server());
      await pushTo(database, store);
      const connection = await open(database);
      for (const selection of createSelections(random)) {
        const loaded = await loadHistories(connection, { selection });
        const expected = toLists(store.historyReaders(selection));
        expect(toLists(loaded.historyReaders(selection)), JSON.stringify(selection)).toEqual(expected);
        const { host = 'web-1', source = 'imds' } = selection;
        if (selection.since !== undefined || selection.until !== undefined) continue;
        const recent = { ...selection, host, source };
        for (const limit of [1, 3, 1000])
          expect(toLists(loaded.recentHistories(recent, limit).map((each) => () => each))).toEqual(
            toLists(store.recentHistories(recent, limit).map((each) => () => each)),
          );
      }
      await connection.close();
    }
  });
});

function createSelections(random: () => number): HistorySelection[] {
  const instant = () => Date.UTC(2026, 0, 1) + between(-2, 40, random) * 3_600_000;
  const [a, b] = [instant(), instant()];
  return [
    {},
    { host: pick(['web-1', 'web-2', 'unknown'], random) },
    { source: pick(['imds', 'container'] as const, random) },
    { role: pick(['app', ''], random) },
    { since: instant() },
    { until: instant() },
    { host: 'web-1', since: Math.min(a, b), until: Math.max(a, b) },
  ];
}
