import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import type { RunningProgram } from '../../support/cli/program-run.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describePostgresInCi } from '../../support/postgres/describe-postgres.ts';
import { fillRichly, HOSTILE_WITHOUT_NUL } from '../../support/report/rich-store.ts';
import { migrateDatabase, pushTo } from '../../support/watch/push-history.ts';

interface ReportServer extends RunningProgram {
  origin: string;
  stderr(): string;
}

/** Starts `report --listen` on a free loopback port. It is stopped after the test. */
async function startReport(args: readonly string[], env: Record<string, string> = {}): Promise<ReportServer> {
  const program = startCommand(['report', '--listen', '127.0.0.1:0', ...args], { env });
  onTestFinished(async () => {
    program.child.kill('SIGTERM');
    await program.done.catch(() => {});
  });
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    program.child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, found] = /^note: serving (http:\S+)\/$/m.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    program.done.then(({ code, stderr }) => reject(new Error(`exit code ${code}: ${stderr}`)), reject);
  });
  return { ...program, origin, stderr: () => output };
}

function createFile(fill: (store: SampleStore) => void = (store) => fillRichly(store)): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  fill(store);
  return file;
}

test('report --listen serves the report of a file as a page, JSON and metrics, and polls nothing', async () => {
  const db = createFile();
  const server = await startReport(['-j', '5h', '--db', db, '--host', 'i-0abc']);
  const page = await curl(`${server.origin}/`);
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const report = JSON.parse((await curl(`${server.origin}/report.json`)).body);
  expect(report.jobs[0].duration_seconds).toBe(18_000);
  expect(report.series.map(({ host }: { host: string }) => host)).toEqual(['i-0abc', 'i-0abc']);
  const metrics = (await curl(`${server.origin}/metrics`)).body;
  expect(metrics).toContain('cred_watch_worst_case_remaining_seconds{host="i-0abc"');
  expect(metrics).not.toContain('cred_watch_poll_duration_seconds{');
  expect(await curl(`${server.origin}/healthz`)).toMatchObject({ status: 200 });
  expect((await curl(`${server.origin}/other`)).body).toBe(
    'not found; available: / /report.json /metrics /healthz\n',
  );
  server.child.kill('SIGTERM');
  expect(await server.done).toMatchObject({ code: 0, stdout: '' });
});

test('a file that does not exist yet is a response with status 503, and is served when it exists', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  const server = await startReport(['--db', db]);
  for (const path of ['/', '/metrics', '/healthz']) {
    const { status, body } = await curl(`${server.origin}${path}`);
    expect([status, body]).toEqual([
      503,
      `no samples: ${db} does not exist\nhint: record samples with \`cred-watch poll\`\n`,
    ]);
  }
  // A client that reloads must not fill the log.
  expect(server.stderr().match(/^error: /gm)).toHaveLength(1);
  using store = SampleStore.open(db);
  fillRichly(store);
  expect((await curl(`${server.origin}/report.json`)).status).toBe(200);
});

test('new samples are served after the refresh interval', async () => {
  const db = createFile(() => {});
  const server = await startReport(['--db', db, '--refresh-interval', '1s']);
  const readHosts = async () =>
    JSON.parse((await curl(`${server.origin}/report.json`)).body).series.map(
      ({ host }: { host: string }) => host,
    );
  expect(await readHosts()).toEqual([]);
  using store = SampleStore.open(db);
  fillRichly(store);
  await expect.poll(readHosts, { timeout: 10_000, interval: 100 }).toContain('i-0abc');
});

test('report --listen --fleet serves hosts', async () => {
  const server = await startReport(['--fleet', '-j', '5h', '--db', createFile()]);
  const fleet = JSON.parse((await curl(`${server.origin}/report.json`)).body);
  expect(JSON.stringify(fleet)).toContain('"i-0abc"');
  expect(fleet.series).toBeUndefined();
  expect((await curl(`${server.origin}/metrics`)).body).toContain('cred_watch_fleet_');
  const page = (await curl(`${server.origin}/`)).body;
  expect(page).toContain('{"refreshSeconds":60,"renderedAt":');
  expect(page).not.toContain('http-equiv="refresh"');
});

test('flags that contradict --listen are rejected', async () => {
  const reject = async (args: string[]) => {
    const { code, stderr } = await runCommand(['report', ...args]);
    expect(code).toBe(2);
    return stderr;
  };
  const listen = ['--listen', '127.0.0.1:0'];
  expect(await reject([...listen, '-f', 'json'])).toContain('--format and --listen cannot be combined');
  expect(await reject([...listen, '-o', 'file'])).toContain('--output and --listen cannot be combined');
  expect(await reject([...listen, '--presign', '7d'])).toContain('--presign and --listen cannot be combined');
  expect(await reject(['--allow-host', 'x'])).toContain('--allow-host needs --listen');
  expect(await reject(['--refresh-interval', '5m'])).toContain('--refresh-interval needs --listen');
  expect(await reject(['--listen', '0.0.0.0:0'])).toContain('--allow-remote');
  expect(await reject([...listen, '--since', 'soon'])).toContain("--since 'soon' is not a time");
});

describePostgresInCi('report --listen with PostgreSQL', (server) => {
  test('a selection that is too large is an error at the start, with the flag of the command', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    await database.query(
      `INSERT INTO cred_watch.series (host, source, api_version, role, revision, polled, never_configured)
       SELECT 'host-' || number, 'imds', '2', 'loader', 1, true, false FROM generate_series(1, 2001) AS number`,
    );
    const run = async (...args: string[]) => {
      const { code, stderr } = await runCommand([...args, '--db', database.url], {
        env: database.environment,
      });
      expect([code, stderr]).toEqual([2, expect.stringContaining('more than 2,000 series')]);
      return stderr;
    };
    const judgeAll = 'hint: judge all hosts with --fleet, or select less with --host';
    expect(await run('report', '--listen', '127.0.0.1:0')).toContain(judgeAll);
    expect(await run('report')).toContain(judgeAll);
    expect(await run('export')).toContain('hint: select less with --host');
  });

  test('a database that is down gives status 503 with the reason, and recovers', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    using store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
    fillRichly(store, HOSTILE_WITHOUT_NUL);
    await pushTo(database, store);
    const args = ['--db', database.url, '--host', 'i-0abc', '--refresh-interval', '1s'];
    const { origin, stderr } = await startReport(args, database.environment);
    const readStatus = async (path = '/report.json') => (await curl(`${origin}${path}`)).status;
    for (const path of ['/', '/metrics', '/healthz', '/report.json'])
      expect(await readStatus(path)).toBe(200);
    await server().stop();
    await expect.poll(readStatus, { timeout: 20_000, interval: 200 }).toBe(503);
    const { status, body } = await curl(`${origin}/healthz`);
    expect(status).toBe(503);
    expect(body).toMatch(
      /^postgres:\/\/127\.0\.0\.1:\d+\/\w+ is not available: connection refused.*\nhint: check/,
    );
    await server().start();
    expect(await readStatus('/healthz')).toBe(200);
    expect(await readStatus()).toBe(200);
    const recoveries = () => stderr().split('note: the database can be read again\n').length - 1;
    await expect.poll(recoveries).toBe(1);
  });
});
