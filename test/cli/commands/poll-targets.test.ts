import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canKeepConnections, computeSlotLimits } from '../../../src/cli/targets/slot-limits.ts';
import { metadataService } from '../../support/cli/metadata-script.ts';
import { linesWritten } from '../../support/cli/program-run.ts';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findLineViolations } from '../../support/docs/schemas.ts';
import { document } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const NOWHERE = 'http://127.0.0.1:1';

/** Files in a new folder, and a function that runs `poll --targets` with them. */
function setUp(targets: unknown) {
  const folder = temporaryFolder();
  const path = join(folder, 'targets.json');
  const db = join(folder, 'samples.db');
  const write = (content: unknown) =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify({ targets: content }), {
      mode: 0o600,
    });
  write(targets);
  const env = { CRED_WATCH_DB: db, AWS_METADATA_SERVICE_TIMEOUT: undefined };
  const args = ['poll', '--targets', path];
  return {
    ...{ path, db, write, env },
    poll: (...more: string[]) => runCommand([...args, ...more], { env }),
    start: (...more: string[]) => startCommand([...args, ...more], { env }),
    async exported() {
      const lines = await succeed(['export', '--db', db]);
      return lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

const SUMMARY = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}(.*)\n$/;

describe('one round', () => {
  test('each target of a round has its own source, host, role and token', async () => {
    const folder = temporaryFolder();
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'token of orders');
    const imds = await startEndpoint(metadataService());
    const container = await startEndpoint(({ headers }) =>
      headers.authorization === 'token of orders' ? { body: document() } : { status: 401 },
    );
    const { poll, exported } = setUp([
      { host: 'i-1', source: 'imds', url: imds.url },
      { host: 'i-1', source: 'container', url: `${container.url}/a`, token_file: tokenFile },
      { host: 'i-2', source: 'imds', url: imds.url, role: 'loader' },
    ]);
    const run = await poll();
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(SUMMARY.exec(run.stdout)?.[1]).toBe('3 targets  3 samples  0 failed polls  0 rotations');
    const records = await exported();
    expect(records.map(({ host, source, role }) => [host, source, role])).toEqual([
      ['i-1', 'container', ''],
      ['i-1', 'imds', 'loader'],
      ['i-2', 'imds', 'loader'],
    ]);
    const roles = imds.seen().filter((request) => request.endsWith('security-credentials/'));
    expect(roles).toHaveLength(1);
    expect(imds.seen().filter((request) => request.includes('instance-id'))).toEqual([]);
  });

  test('slow and broken endpoints do not change the polls of the others, and the exit code is 1', async () => {
    const good = await startEndpoint(() => ({ body: document() }));
    const broken = await startEndpoint(() => ({ status: 403, body: 'no' }));
    const { poll, exported } = setUp([
      { host: 'broken', source: 'container', url: `${broken.url}/a` },
      { host: 'nowhere', source: 'container', url: `${NOWHERE}/a` },
      { host: 'good', source: 'container', url: `${good.url}/a` },
    ]);
    const run = await poll();
    expect(run.code).toBe(1);
    expect(SUMMARY.exec(run.stdout)?.[1]).toBe(
      '3 targets  1 sample  2 failed polls  0 rotations  2 targets failing',
    );
    expect(run.stderr).toMatch(/^error: broken: access-denied: .*\nhint: .*\n/m);
    expect(run.stderr).toMatch(
      /^error: nowhere: unreachable: .*ECONNREFUSED at 127.0.0.1:\d+\)\nhint: check the 'url' of the target, .*\n/m,
    );
    const records = await exported();
    expect(records.map(({ record, host }) => [record, host]).sort()).toEqual([
      ['failed_poll', 'broken'],
      ['failed_poll', 'nowhere'],
      ['sample', 'good'],
    ]);
  });

  test('an outage of many targets prints ten failures, and counts the others by reason', async () => {
    const { poll } = setUp(
      Array.from({ length: 15 }, (_, index) => ({
        host: `h${index}`,
        source: 'container',
        url: `${NOWHERE}/a`,
      })),
    );
    const { stderr } = await poll();
    expect(stderr.match(/^error: h\d+: unreachable/gm)).toHaveLength(10);
    expect(stderr).toMatch(/^error: 5 more targets failed: unreachable\nhint: /m);
  });

  test('-f json has a valid line for each target', async () => {
    const good = await startEndpoint(() => ({ body: document() }));
    const { poll } = setUp([
      { host: 'good', source: 'container', url: `${good.url}/a` },
      { host: 'bad', source: 'container', url: `${NOWHERE}/a` },
    ]);
    const { stdout } = await poll('-f', 'json');
    expect(findLineViolations('poll', stdout)).toEqual([]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ host, failure }) => [host, failure?.reason ?? null]).sort()).toEqual([
      ['bad', 'unreachable'],
      ['good', null],
    ]);
  });

  test('at most 32 polls of a round run at once', async () => {
    // By path: on a busy machine, a poll repeats its request, and the first request can arrive after the poll has ended.
    const [open, answered] = [new Set<string>(), new Set<string>()];
    let most = 0;
    const endpoint = await startEndpoint(({ path }, response) => {
      if (!answered.has(path)) open.add(path);
      most = Math.max(most, open.size);
      setTimeout(() => {
        open.delete(path);
        answered.add(path);
        response.end(document());
      }, 20);
      return undefined;
    });
    const { poll } = setUp(
      Array.from({ length: 200 }, (_, index) => ({
        host: `h${index}`,
        source: 'container',
        url: `${endpoint.url}/${index}`,
      })),
    );
    expect((await poll()).code).toBe(0);
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThanOrEqual(32);
  });
});

describe('a bad file', () => {
  test('every problem is reported at the start, and nothing is polled or created', async () => {
    const endpoint = await startEndpoint(metadataService());
    const { poll, path, db } = setUp([
      { host: 'good', source: 'imds', url: endpoint.url },
      { host: 'a', source: 'imds', secret: 'canary' },
      { source: 'container' },
    ]);
    const run = await poll();
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.replaceAll(path, 'FILE')).toBe(
      [
        "error: FILE: target 2 (a): unknown member 'secret': secrets do not belong in this file; use 'token_file' or 'token_env'",
        "error: FILE: target 3: 'host' is missing: give each target the name of its host",
        "error: FILE: target 3: 'url' is missing: a container needs the URL of its credentials",
        'hint: see docs/targets.md in the package for the format\n',
      ].join('\n'),
    );
    expect(endpoint.seen()).toEqual([]);
    expect((await runCommand(['report', '--db', db])).stderr).toContain('does not exist');
  });

  test('more than a hundred problems are counted', async () => {
    const { poll } = setUp(Array.from({ length: 150 }, () => ({ source: 'imds' })));
    const { code, stderr } = await poll();
    expect(code).toBe(2);
    expect(stderr.match(/^error: /gm)).toHaveLength(101);
    expect(stderr).toMatch(/: 50 more problems\nhint: /);
  });

  test.each([
    ['invalid JSON', '{', 'the file is not valid JSON'],
    ['no object', '[]', 'the file is not a JSON object'],
  ])('a file with %s ends with exit code 2', async (_, content, message) => {
    const run = await setUp(content).poll();
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('a missing file ends with exit code 2', async () => {
    const run = await runCommand(['poll', '--targets', '/nonexistent/targets.json']);
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the file does not exist: check the path\nhint: /),
    });
  });

  test('a file that others can write gets a note', async () => {
    const endpoint = await startEndpoint(metadataService());
    const { poll, path } = setUp([{ host: 'a', source: 'imds', url: endpoint.url }]);
    chmodSync(path, 0o622);
    const run = await poll();
    expect(run.code).toBe(0);
    expect(run.stderr).toBe(`note: other users can write ${path}\nhint: run \`chmod go-w ${path}\`\n`);
  });
});

test.each([
  ['--source', 'imds'],
  ['--role', 'a'],
  ['--profile', 'a'],
  ['--process', 'a'],
  ['--host', 'a'],
  ['--extended-api'],
])('%s cannot be combined with --targets', async (...flags) => {
  const { code, stderr } = await setUp([]).poll(...flags);
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error: ${flags[0]} and --targets cannot be combined\nhint: give each target its own settings in the file of --targets\n`,
  );
});

describe('with --interval', () => {
  test('all targets are in the report, the metrics and the health of --listen', async () => {
    const good = await startEndpoint(() => ({ body: document() }));
    const { start } = setUp([
      { host: 'good', source: 'container', url: `${good.url}/a` },
      { host: 'other', source: 'container', url: `${good.url}/b` },
      { host: 'bad', source: 'container', url: `${NOWHERE}/a` },
    ]);
    const program = start('--interval', '1s', '--listen', '127.0.0.1:0', '-f', 'json');
    let messages = '';
    program.child.stderr.on('data', (chunk: Buffer) => {
      messages += chunk.toString();
    });
    await linesWritten(program, 3);
    const [, origin = ''] = /serving (\S+)\/\n/.exec(messages) ?? [];
    const metrics = (await curl(`${origin}/metrics`)).body;
    for (const [host, up] of [
      ['good', 1],
      ['other', 1],
      ['bad', 0],
    ]) {
      expect(metrics).toContain(`cred_watch_source_up{host="${host}",source="container"} ${up}`);
      expect(metrics).toContain(`cred_watch_poll_duration_seconds{host="${host}",source="container"}`);
    }
    const report = JSON.parse((await curl(`${origin}/report.json`)).body);
    expect(report.series.map(({ host }: { host: string }) => host).sort()).toEqual(['bad', 'good', 'other']);
    expect(await curl(`${origin}/healthz`)).toMatchObject({ status: 200, body: 'ok\n' });
    program.child.kill('SIGTERM');
    expect(await program.done).toMatchObject({ code: 0 });
  });

  test('a poller whose targets all fail ends with exit code 1', async () => {
    const { start } = setUp([{ host: 'a', source: 'container', url: `${NOWHERE}/a` }]);
    const program = start('--interval', '1s', '-f', 'json');
    await linesWritten(program, 1);
    program.child.kill('SIGTERM');
    expect((await program.done).code).toBe(1);
  });
});

test.each([
  [1_000_000, { quick: 32, total: 256 }],
  [1024, { quick: 32, total: 246 }],
  [256, { quick: 27, total: 54 }],
  [64, { quick: 3, total: 6 }],
  [0, { quick: 2, total: 4 }],
])('with %i file descriptors, the limits of concurrent polls are %j', (descriptors, limits) => {
  expect(computeSlotLimits(descriptors)).toEqual(limits);
});

test('connections are kept if a quarter of the free file descriptors is enough for all targets', () => {
  expect(canKeepConnections(246, 1024)).toBe(true);
  expect(canKeepConnections(247, 1024)).toBe(false);
  expect(canKeepConnections(1, 30)).toBe(false);
});
