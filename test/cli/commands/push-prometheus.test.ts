import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { startSimulation } from '../../support/cli/running-simulation.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startImportServer } from '../../support/push/import-server.ts';
import { IMDS, recordSamples } from '../../support/report/rich-store.ts';
import { sampleCases } from '../../support/thorough.ts';

const HOUR = 3_600_000;

/** A database with samples until now. */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, IMDS, { from: Math.floor(Date.now() / HOUR) * HOUR - 30 * HOUR, hours: 30 });
  return file;
}

test('push sends metrics with the verdict on the job, and says how many', async () => {
  const server = await startImportServer();
  const args = ['push', '--to', `prometheus=${server.url}`, '--db', createDatabase(), '-j', '4h'];
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    `prometheus=${server.url}/api/v1/import/prometheus: ${server.accepted.length} items sent\n`,
  );
  const safe = server.accepted.filter((line) => line.startsWith('cred_watch_job_safe{'));
  expect(safe).toEqual([expect.stringMatching(/role="loader",job_name="4h"\} 1 \d{13}$/)]);
});

test('push sends a token of a file, which is in no output', async () => {
  const [server, folder] = [await startImportServer(), temporaryFolder()];
  const token = 'vm-s3cretT0ken-0123456789';
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const args = ['push', '--to', `prometheus=${server.url}`, '--db', createDatabase(), '--debug'];
  const env = { CRED_WATCH_PROMETHEUS_TOKEN_FILE: join(folder, 'token') };
  const accepted = await runCommand(args, { env });
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
  server.failures.push({ status: 401, body: `wrong token: Bearer ${token}` });
  const refused = await runCommand(args, { env });
  expect([accepted.code, refused.code]).toEqual([0, 2]);
  expect(refused.stderr).toMatch(/^error: http:\/\/127\.0\.0\.1:\d+ answered with status 401: wrong token/);
  for (const { stdout, stderr } of [accepted, refused]) expect(stdout + stderr).not.toContain(token);
});

test('a token is not sent to several servers', async () => {
  const servers = [await startImportServer(), await startImportServer()];
  const [push = [], poll = []] = ['--to', '--push'].map((flag) =>
    servers.flatMap(({ url }) => [flag, `prometheus=${url}`]),
  );
  const db = createDatabase();
  const env = { CRED_WATCH_PROMETHEUS_TOKEN: 's3cret' };
  for (const args of [
    ['push', ...push],
    ['poll', ...poll],
  ]) {
    const { code, stderr } = await runCommand([...args, '--db', db], { env });
    expect([args[0], code]).toEqual([args[0], 2]);
    expect(stderr).toMatch(
      /^error: there are several metrics servers, and a token or password for one of them\n/m,
    );
  }
  expect(servers.map(({ requests }) => requests.length)).toEqual([0, 0]);
  // Without a secret, both servers get the metrics.
  expect(await runCommand(['push', ...push, '--db', db])).toMatchObject({ code: 0 });
  expect(servers.map(({ requests }) => requests.length)).toEqual([1, 1]);
});

test('poll --push sends each sample, and the verdict on the job', async () => {
  const server = await startImportServer();
  const { environment } = await startSimulation(['--role', 'loader', '--no-log']);
  const db = join(temporaryFolder(), 'samples.db');
  const to = ['--push', `prometheus=${server.url}`];
  const args = ['poll', '--db', db, '--host', 'pusher', ...to, '-j', '1h'];
  for (let count = 0; count < 2; count += 1)
    expect(await runCommand(args, { env: environment })).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
  const find = (name: string) => server.accepted.filter((line) => line.startsWith(`cred_watch_${name}{`));
  // The first push sends only the present, and the second one also its sample.
  expect(find('poll_last_success_timestamp_seconds')).toHaveLength(3);
  expect(find('job_verdict').length).toBeGreaterThan(4);
  const rejected = await runCommand(['poll', '--db', db, '--push', './folder', '-j', '1h']);
  expect(rejected).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --job-duration needs/) });
});

test.each(
  sampleCases(
    [
      [['--to', 'prometheus=http://10.0.0.1:8429'], /^error: http:\/\/10\.0\.0\.1:8429 is not encrypted/],
      [['--to', 'prometheus=http://user:s3cret@127.0.0.1:1'], /^error: the URL after prometheus= contains/],
      [['--to', './folder', '-j', '4h'], /^error: --job-duration needs --to prometheus=URL\nhint: /],
      [['--to', './folder', '--since', '7d'], /^error: --since needs --to prometheus=URL\nhint: /],
      [['--to', 'prometheus=http://127.0.0.1:1', '--since', 'soon'], /^error: --since 'soon' is not a time/],
    ],
    3,
  ),
)('push %j is wrong usage', async (args, error) => {
  const env = { CRED_WATCH_PROMETHEUS_TOKEN: 's3cret' };
  const { code, stdout, stderr } = await runCommand(['push', ...args, '--db', createDatabase()], { env });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(error);
  expect(stderr).not.toContain('s3cret');
});
