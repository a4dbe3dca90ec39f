import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadReport, readReport } from '../../src/library/index.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchRejection } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describePostgres } from '../support/postgres/describe-postgres.ts';
import { fillRichly, HOSTILE_WITHOUT_NUL, NOW } from '../support/report/rich-store.ts';
import { migrateDatabase, pushTo } from '../support/watch/push-history.ts';

/** PostgreSQL does not store which command recorded a sample. */
const withoutPollTimes = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, each) => (/^(polledAt|lastPollAt)$/.test(name) ? undefined : each)),
  );

test('readReport rejects the URL of a PostgreSQL database', () => {
  expect(() => readReport({ db: 'postgres://localhost/fleet' })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('loadReport') }),
  );
});

test('loadReport rejects unknown options, and a database that is down', async () => {
  await expect(loadReport({ hsot: 'x' } as object)).rejects.toThrow('unknown option "hsot"');
  const stop = AbortSignal.abort();
  const db = 'postgres://127.0.0.1:1/fleet?sslmode=disable';
  await expect(loadReport({ db, signal: stop })).rejects.toThrow(/is not available|stopped/);
});

describePostgres('loadReport', (server) => {
  test('a report from PostgreSQL is the report from the file', async () => {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    fillRichly(store, HOSTILE_WITHOUT_NUL, 'no such "thing"');
    const database = await server().createDatabase();
    await migrateDatabase(database);
    await pushTo(database, store);
    const now = new Date(NOW);
    for (const options of [{}, { host: 'i-0abc' }, { role: 'loader' }, { since: '10h' }]) {
      const ofFile = await loadReport({ db: file, now, ...options });
      const ofPostgres = await loadReport({ db: database.socketUrl, now, ...options });
      expect(withoutPollTimes(ofPostgres.series)).toEqual(withoutPollTimes(ofFile.series));
      expect(withoutPollTimes(ofPostgres.judge('5h'))).toEqual(withoutPollTimes(ofFile.judge('5h')));
      expect(ofFile.series.length).toBeGreaterThan(0);
    }
    const error = await catchRejection(loadReport({ db: database.url, now, since: '1d', until: '2d' }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
