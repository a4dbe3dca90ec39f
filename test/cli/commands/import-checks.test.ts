import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);
let count = 0;

/** A log of a host in a zone one hour east of UTC, with twelve generations. */
const LOG = join(folder, 'loop.log');
writeFileSync(
  LOG,
  Array.from({ length: 12 }, (_, hour) => {
    const at = (minutes: number) => new Date(Date.UTC(2026, 10, 20) + minutes * 60_000).toISOString();
    const issued = hour * 60;
    const local = at(60 + issued + 1)
      .slice(0, 19)
      .replace('T', ' ');
    return `${local} {"LastUpdated":"${at(issued)}","Expiration":"${at(issued + 360)}"}\n`;
  }).join(''),
);

const importLog = (db: string, ...args: string[]) =>
  runCommand(['import', LOG, '--db', db, '--timezone', 'Etc/GMT-1', ...args]);

test('a log that is stored under another host is imported with a note, and the removal works', async () => {
  const db = join(folder, `${++count}.db`);
  await importLog(db);
  const { code, stdout, stderr } = await importLog(db, '--host', 'loader');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('12 added') });
  expect(stderr).toBe(
    `note: the samples of ${LOG} are also stored as loop · imds: reports show both series\n` +
      `hint: if loop · imds is a mistake, remove it: \`cred-watch prune --remove-series --host loop --source imds --db ${db}\`\n`,
  );
  await succeed(['prune', '--remove-series', '--host', 'loop', '--source', 'imds', '--db', db, '--yes']);
  expect(await importLog(db, '--host', 'loader')).toMatchObject({ code: 0, stderr: '' });
});

test.each([{ args: [] }, { args: ['--dry-run'] }])(
  'a log that is stored in another time zone is refused with $args',
  async ({ args }) => {
    const db = join(folder, `${++count}.db`);
    await succeed(['import', LOG, '--host', 'h', '--timezone', 'UTC', '--db', db]);
    const { code, stderr } = await importLog(db, '--host', 'h', ...args);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: the samples of ${LOG} are already stored as h · imds, with times that are 1h later, probably read in another time zone; nothing was written\n` +
        `hint: if the stored times are wrong, remove the series, then import again: \`cred-watch prune --remove-series --host h --source imds --db ${db}\`\n`,
    );
    expect(await succeed(['export', '--db', db])).toMatch(/^(.+\n){12}$/);
  },
);

test('an export is not compared, because it states its hosts', async () => {
  const db = join(folder, `${++count}.db`);
  await importLog(db);
  const file = join(folder, 'export.ndjson');
  writeFileSync(file, (await succeed(['export', '--db', db])).replaceAll('"loop"', '"moved"'));
  expect(await runCommand(['import', file, '--db', db])).toMatchObject({ code: 0, stderr: '' });
});

test('a log without zones that would make credentials valid for too long needs --timezone', async () => {
  const db = join(folder, `${++count}.db`);
  const file = join(folder, 'new-york.log');
  writeFileSync(file, '2026-11-20 00:01:00 Expiration: 2026-11-20T11:00:00Z\n');
  const refused = await runCommand(['import', file, '--db', db]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /^error: .* credentials would be valid for up to 10h 59m, .* local time; nothing was written$/m,
  );
  expect(refused.stderr).toMatch(/^hint: .* zone of the host, .*America\/New_York; or give --timezone UTC/m);
  for (const zone of ['America/New_York', 'UTC'])
    expect(await runCommand(['import', file, '--timezone', zone, '--host', zone, '--db', db])).toMatchObject({
      code: 0,
    });
});
