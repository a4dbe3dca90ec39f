import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { startProgram } from '../../support/cli/built-program.ts';
import { grantToken, metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { NOWHERE, type RunningProgram, type RunOptions } from '../../support/cli/program-run.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { Connection, requestText, sendRequest } from '../../support/server/raw-client.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

/** IMDS with a role that can be detached and attached again. */
async function instance() {
  const state = { hasRole: true, polls: 0 };
  const endpoint = await startEndpoint(({ method, path }) => {
    if (method === 'PUT') return grantToken();
    if (path.endsWith('instance-id')) return { body: 'i-0abc' };
    if (path === ROLES) state.polls += 1;
    if (!state.hasRole) return { status: 404 };
    return { body: path === ROLES ? 'loader' : roleDocument() };
  });
  return { state, endpoint };
}

interface Poller extends RunningProgram {
  origin: string;
  stderr(): string;
  db: string;
}

/** Starts poll --listen, by default on a free loopback port. */
async function startPoller(url: string, args: readonly string[] = [], start = startCommand): Promise<Poller> {
  const db = join(temporaryFolder(), 'samples.db');
  const env = { CRED_WATCH_DB: db, AWS_EC2_METADATA_SERVICE_ENDPOINT: url };
  const program = start(['poll', '--interval', '1s', '--listen', '127.0.0.1:0', ...args], { env });
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    program.child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, found] = /^note: serving (http:\S+)\/$/m.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    program.done.then(({ code, stderr }) => reject(new Error(`exit code ${code}: ${stderr}`)), reject);
  });
  return { ...program, origin, stderr: () => output, db };
}

async function stop({ child, done }: RunningProgram) {
  child.kill('SIGTERM');
  return done;
}

/** Repeats a request until the response matches. */
async function requestUntil(url: string, isMatch: (response: Awaited<ReturnType<typeof curl>>) => boolean) {
  for (;;) {
    // A busy machine can reach the server's time limit for a request, which closes the connection.
    const response = await curl(url).catch(() => null);
    if (response !== null && isMatch(response)) return response;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('poll --listen serves the report as a page, JSON and metrics', async () => {
  const { endpoint } = await instance();
  const poller = await startPoller(endpoint.url, ['-j', '5h', '-j', '90m']);
  await requestUntil(`${poller.origin}/healthz`, ({ status }) => status === 200);
  const json = await requestUntil(`${poller.origin}/report.json`, ({ body }) => body.includes('i-0abc'));
  const metrics = await curl(`${poller.origin}/metrics`);
  const page = await curl(`${poller.origin}/`);
  expect((await stop(poller)).code).toBe(0);

  expect(json.headers['content-type']).toBe('application/json');
  const served = JSON.parse(json.body);
  const shape = ({ series, jobs }: typeof served) => [
    jobs.map((job: Record<string, unknown>) => [job.duration_seconds, job.verdict]),
    series.map((each: Record<string, unknown>) => [each.host, each.role, Object.keys(each)]),
  ];
  const report = await runCommand(['report', '-f', 'json', '-j', '5h', '-j', '90m', '--db', poller.db]);
  expect(shape(served)).toEqual(shape(JSON.parse(report.stdout)));

  expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(metrics.body).toMatch(/^cred_watch_source_up\{host="i-0abc",source="imds"\} 1$/m);
  expect(metrics.body).toMatch(
    /^cred_watch_poll_duration_seconds\{host="i-0abc",source="imds"\} \d+(\.\d+)?$/m,
  );
  const built = /^cred_watch_build_info\{version="\d+\.\d+\.\d+",node="(.*)"\} 1$/m.exec(metrics.body);
  expect(built?.[1]).toBe(process.versions.node);
  expect(metrics.body).toMatch(/^cred_watch_job_verdict\{.*job_name="5h",verdict="unknown"\} 1$/m);
  expect(page).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'none'",
    },
  });
  for (const { body } of [json, metrics, page]) expect(body).not.toMatch(/not-a-(secret|token)|ASIATEST/);
});

test('poll --listen is healthy while polls succeed, and names the reason otherwise', async () => {
  const { endpoint, state } = await instance();
  const poller = await startPoller(endpoint.url);
  const health = `${poller.origin}/healthz`;
  expect((await requestUntil(health, ({ status }) => status === 200)).body).toBe('ok\n');
  await requestUntil(`${poller.origin}/metrics`, ({ body }) => /_up\{.*\} 1$/m.test(body));
  state.hasRole = false;
  const failed = await requestUntil(health, ({ status }) => status === 503);
  expect(failed.body).toMatch(/^the last poll failed: no-role: IMDS responds, but has no role.*\n$/);
  const down = await requestUntil(`${poller.origin}/metrics`, ({ body }) => /_up\{.*\} 0$/m.test(body));
  expect(down.body).toMatch(/^cred_watch_polls_total\{.*result="absent"\} [1-9]\d*$/m);
  state.hasRole = true;
  await requestUntil(health, ({ status }) => status === 200);
  const metrics = await requestUntil(`${poller.origin}/metrics`, ({ body }) => /_up\{.*\} 1$/m.test(body));
  expect(metrics.body).toMatch(/^cred_watch_polls_total\{.*result="absent"\} [1-9]/m);
  await stop(poller);
});

test('poll --listen is not healthy before the first poll has ended', async () => {
  const silent = await startEndpoint(() => 'silence');
  const poller = await startPoller(silent.url);
  expect(await curl(`${poller.origin}/healthz`)).toMatchObject({
    status: 503,
    body: 'no poll has finished yet\n',
  });
  await silent.close();
  await stop(poller);
});

test('poll --listen shows samples that other processes record', async () => {
  const { endpoint } = await instance();
  const poller = await startPoller(endpoint.url);
  const store = SampleStore.open(poller.db);
  store.recordFailedPoll('other', 'process', {
    observedAt: Date.now(),
    reason: 'process-failed',
    detail: '',
    accessKeyId: '',
    expiration: null,
    clockOffset: null,
  });
  store.close();
  await requestUntil(`${poller.origin}/metrics`, ({ body }) => body.includes('host="other"'));
  await stop(poller);
});

test('poll --listen accepts only host names of this machine and of --allow-host', async () => {
  const { endpoint } = await instance();
  const poller = await startPoller(endpoint.url, ['--allow-host', 'Dash.internal']);
  const status = async (Host: string) =>
    (await sendRequest(poller.origin, 'GET', '/healthz', { Host })).status;
  expect(await status('evil.example')).toBe(421);
  expect(await status('169.254.169.254')).toBe(421);
  expect([200, 503]).toContain(await status(`${hostname()}.:9464`));
  expect([200, 503]).toContain(await status('dash.internal:9464'));
  expect((await sendRequest(poller.origin, 'POST', '/metrics', { 'Content-Length': '0' })).status).toBe(405);
  await stop(poller);
});

ciTest(
  'poll --listen polls and responds with 64 descriptors although clients hold connections open',
  async () => {
    const { state, endpoint } = await instance();
    const limited = (args: readonly string[], options?: RunOptions) =>
      startProgram(args, { ...options, prefix: ['sh', '-c', 'ulimit -n 64 && exec "$@"', 'sh'] });
    const poller = await startPoller(endpoint.url, [], limited);
    await requestUntil(`${poller.origin}/healthz`, ({ status }) => status === 200);
    const held = [
      '',
      'GET /',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y',
      `${requestText(poller.origin, 'GET', '/')}`,
    ];
    for (let count = 0; count < 200; count += 1) {
      const connection = await Connection.open(poller.origin);
      connection.pause();
      connection.send(held[count % held.length] ?? '');
    }
    const { polls } = state;
    await vi.waitFor(() => expect(state.polls).toBeGreaterThan(polls + 2), 10_000);
    expect(await curl(`${poller.origin}/healthz`)).toMatchObject({ status: 200 });
    expect(await curl(`${poller.origin}/metrics`)).toMatchObject({ status: 200 });
    expect(await stop(poller)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/EMFILE|error/) });
  },
);

ciTest('poll --listen stops listening when a signal ends the poller', async () => {
  const { endpoint } = await instance();
  const poller = await startPoller(endpoint.url, [], startProgram);
  await requestUntil(`${poller.origin}/healthz`, ({ status }) => status === 200);
  expect(await stop(poller)).toMatchObject({ code: 0, signal: null });
  await expect(curl(`${poller.origin}/healthz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('poll --listen fails before the first poll if the port is in use', async () => {
  const endpoint = await startEndpoint(metadataService());
  const db = join(temporaryFolder(), 'samples.db');
  const env = { CRED_WATCH_DB: db, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
  const taken = `127.0.0.1:${endpoint.port}`;
  const run = await runCommand(['poll', '--interval', '1s', '--listen', taken], { env });
  expect(run).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `error: http://${taken} is already in use\nhint: use another --listen address; port 0 means any free port\n`,
  });
  expect(endpoint.seen()).toEqual([]);
  expect(await succeed(['export', '--db', db])).toBe('');
});

const HOW_TO_JUDGE =
  '`cred-watch report` judges the stored samples; `cred-watch check` judges a start now; with poll, --interval 5m judges at the end, --on-change COMMAND reports each change, and --interval 5m --listen 127.0.0.1:9464 serves a page';
test.each([
  [
    '--listen 127.0.0.1:0',
    '--listen needs --interval',
    'add --interval: `cred-watch poll --interval 5m --listen 127.0.0.1:9464`',
  ],
  ...Object.entries({
    '-j 5h': '--job-duration',
    '--job nightly': '--job',
    '--margin 1m': '--margin',
    '--max-age 1h': '--max-age',
    '--confidence 95%': '--confidence',
    '--min-watched 90%': '--min-watched',
  }).map(([args, flag]) => [args, `${flag} needs --interval or --on-change`, HOW_TO_JUDGE]),
  ['--interval 5m --allow-remote', '--allow-remote needs --listen', 'add --listen 127.0.0.1:9464'],
  ['--interval 5m --allow-host a', '--allow-host needs --listen', 'add --listen 127.0.0.1:9464'],
  [
    '--interval 5m --listen 0.0.0.0:0',
    'other machines can reach 0.0.0.0',
    'listen on 127.0.0.1 or [::1], or add --allow-remote to accept other machines',
  ],
  [
    '--interval 5m --listen nowhere',
    "'nowhere' is not an IP address with a port",
    'use 127.0.0.1:1338 or [::1]:1338; port 0 means any free port',
  ],
  [
    '--interval 5m --listen 127.0.0.1:0 -j 5h -j 4h --job a',
    'the flags do not say which --job-duration belongs to which --job',
    'with several jobs, use only -j or only --job: a named job has the duration of its longest run',
  ],
] as [string, string, string][])('`poll %s` is wrong usage', async (args, error, hint) => {
  const env = { CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
  expect(await runCommand(['poll', ...args.split(' ')], { env })).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `error: ${error}\nhint: ${hint}\n`,
  });
});

describeReader('promtool', { program: 'promtool', package: 'prometheus' }, (promtool) => {
  test('promtool accepts the metrics of a poller', async () => {
    const { endpoint } = await instance();
    const poller = await startPoller(endpoint.url, ['-j', '5h']);
    const { body } = await requestUntil(`${poller.origin}/metrics`, (response) =>
      response.body.includes('i-0abc'),
    );
    await stop(poller);
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input: body,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

test.each([
  [['--listen', 'nowhere'], "'nowhere' is not an IP address"],
  [['--listen', '0.0.0.0:9464'], 'other machines can reach 0.0.0.0'],
  [['--timezone', 'Nowhere/City'], '--timezone'],
  [['-j', '5h', '-j', '4h', '--job', 'a'], 'do not say which --job-duration'],
])('%j is wrong usage, and creates no database', async (args, message) => {
  const db = join(temporaryFolder(), 'samples.db');
  const { code, stdout, stderr } = await runCommand(['poll', '--interval', '5m', ...args, '--db', db], {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE },
  });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(existsSync(db)).toBe(false);
});

test('the page of poll --listen has the times of each poll without a new report, and a failure soon', async () => {
  const { endpoint, state } = await instance();
  const poller = await startPoller(endpoint.url, [], startProgram);
  const read = ({ body }: { body: string }) => {
    const [, lastPollAt] = /data-count="ago" data-at="(\d+)"/.exec(body) ?? [];
    const [, renderedAt] = /"renderedAt":(\d+)/.exec(body) ?? [];
    return { lastPollAt: Number(lastPollAt), renderedAt: Number(renderedAt) };
  };
  const page = `${poller.origin}/`;
  const first = read(await requestUntil(page, ({ body }) => body.includes('data-count="next"')));
  const later = read(await requestUntil(page, (response) => read(response).lastPollAt > first.lastPollAt));
  expect(later.renderedAt).toBe(first.renderedAt);
  state.hasRole = false;
  const failed = read(await requestUntil(page, ({ body }) => body.includes('class="poll bad"')));
  expect(failed.renderedAt).toBeGreaterThan(first.renderedAt);
  expect((await stop(poller)).code).toBe(0);
});
