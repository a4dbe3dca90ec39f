import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { metadataService } from '../support/cli/metadata-script.ts';
import { fixturePath } from '../support/cli/program-run.ts';
import { succeed } from '../support/cli/succeed.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';
import { ciTest } from '../support/thorough.ts';

test('exports of two hosts are judged in one database, and pruning changes nothing', async () => {
  const folder = temporaryFolder();
  const database = (name: string) => join(folder, `${name}.db`);
  const fleet = database('fleet');
  for (const [host, log] of [
    ['linux', 'curl.log'],
    ['windows', 'invoke.log'],
  ] as const) {
    await succeed(['import', fixturePath(log), '--host', host, '--db', database(host)]);
    const archive = await succeed(['export', '--db', database(host)]);
    const out = await succeed(['import', '-', '--db', fleet], { stdin: archive });
    expect(out).toMatch(/^13 records in 1 file: 13 added, 0 already stored$/m);
  }

  const judge = (db: string) => runProgram(['report', '--db', db, '-j', '5h', '--margin', '0', '-f', 'json']);
  const alone = await Promise.all([judge(database('linux')), judge(database('windows'))]);
  const together = await judge(fleet);
  expect([...alone, together].map(({ code }) => code)).toEqual([1, 0, 1]);

  const measured = (stdout: string) =>
    JSON.parse(stdout).series.map(
      ({ newest_sample_age_seconds: _, ...each }: Record<string, unknown>) => each,
    );
  expect(measured(together.stdout)).toEqual(alone.flatMap(({ stdout }) => measured(stdout)));

  // Importing the same archives every night adds nothing.
  const archive = await succeed(['export', '--db', database('linux'), '-f', 'csv']);
  const again = await succeed(['import', '-', '--db', fleet], { stdin: archive });
  expect(again).toMatch(/^13 records in 1 file: 0 added, 13 already stored$/m);

  await succeed(['prune', '--db', fleet, '--older-than', '90d']);
  expect(measured((await judge(fleet)).stdout)).toEqual(measured(together.stdout));
});

ciTest('hosts that poll into one database have separate series', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  const endpoints = await Promise.all(
    ['i-0one', 'i-0two', 'i-0three'].map((id) =>
      startEndpoint(metadataService({ 'GET /latest/meta-data/instance-id': { body: id } })),
    ),
  );
  const polls = endpoints.map(({ url }) =>
    runProgram(['poll', '--db', db], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url } }),
  );
  expect((await Promise.all(polls)).map(({ code }) => code)).toEqual([0, 0, 0]);
  const { series } = JSON.parse(await succeed(['report', '--db', db, '-f', 'json']));
  expect(series.map(({ host }: { host: string }) => host)).toEqual(['i-0one', 'i-0three', 'i-0two']);
});

test('an instance without an instance id for a while stays one series', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  const named = await startEndpoint(metadataService());
  const silent = await startEndpoint(
    metadataService({ 'GET /latest/meta-data/instance-id': { status: 500 } }),
  );
  for (const { url } of [named, silent, named]) {
    await succeed(['poll', '--db', db], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url } });
  }
  await runProgram(['poll', '--db', db]);
  const { series } = JSON.parse(await succeed(['report', '--db', db, '-f', 'json']));
  expect(series).toMatchObject([
    { host: 'i-0abc', sample_count: 3, failed_polls: [{ reason: 'unreachable', count: 1 }] },
  ]);
});
