import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/program.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runSampled, startCommand } from '../../support/cli/run-command.ts';
import { startSimulation, written } from '../../support/cli/running-simulation.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/docs/run-at.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const [db, log] = [join(folder, 'samples.db'), join(folder, 'kürl.log')];
const HOST = 'büro · 日本 🖥';
const JOB = 'nächtlich';

/** The command lines of each command. Their names have characters outside of ASCII. */
const RUNS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  poll: [
    ['--host', HOST],
    ['--host', HOST, '--profile', 'größe'],
  ],
  sources: [[], ['--profile', 'größe'], ['--expect', 'process']],
  report: [
    [],
    ['-j', '5h', '--job', JOB],
    ['-j', '5h', '--presign', '6h'],
    ['-j', '5h', '--exit-codes', 'nagios'],
    ['-j', '5h', '--host', 'größe'],
    ['-j', '5h', '--fleet'],
    ['-j', '5h', '--group-by', 'role'],
    ['--db', join(folder, 'größe', 'samples.db')],
  ],
  check: [
    ['-j', '1h'],
    ['-j', '30h'],
    ['-j', '1h', '--exit-codes', 'nagios'],
    ['-j', '1h', '--offline', '--host', HOST],
    ['--pid', '1', '-j', '1h'],
  ],
  exec: [
    ['-j', '1m', '--job', JOB, '--host', HOST, '--', 'true'],
    ['-j', '30h', '--', 'true'],
    ['-j', '1m', '--', join(folder, 'größe')],
  ],
  env: [
    ['-j', '30h', '-f', 'env'],
    ['-j', '1m', '-f', 'größe'],
  ],
  key: [['ASIATESTTESTTEST0001'], ['https://größe.example/']],
  import: [
    [log, '--host', HOST],
    [join(folder, 'größe.log'), '--host', HOST],
  ],
  export: [['-o', join(folder, 'größe', 'x.ndjson')]],
  init: [[], ['--check'], ['--host', HOST, '--job', JOB], ['--schedule', 'größe']],
  status: [[], ['-j', '5h'], ['-j', '5h', '--exit-codes', 'nagios'], ['--host', 'größe']],
  prune: [
    ['--before', '1d'],
    ['--before', 'größe'],
  ],
  push: [
    ['--to', join(folder, 'größe')],
    ['--to', 'größe://x'],
  ],
  simulate: [
    ['--scenario', 'größe'],
    ['--fault', 'größe'],
  ],
  serve: [['--who'], ['--setup-check', '--shape', 'imds'], ['--serve', 'größe=process']],
  conform: [['http://127.0.0.1:1'], ['größe']],
  completion: [['bash'], ['zsh'], ['fish'], ['powershell'], ['größe']],
  help: [[], ['größe']],
};

let environment: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  copyFileSync(fixturePath('curl.log'), log);
  const simulation = await startSimulation(['--shape', 'imds'], {}, undefined, afterAll);
  environment = simulation.environment;
  await succeed(['import', fixturePath('curl.log'), '--host', HOST, '--db', db]);
  const env = { ...environment, CRED_WATCH_DB: db };
  for (const args of [
    ['poll', '--host', HOST],
    ['exec', '-j', '1m', '--job', JOB, '--host', HOST, '--', 'true'],
  ])
    await succeed(args, { env });
});

const run = async (args: readonly string[], locale: Readonly<Record<string, string | undefined>>) => {
  const { stdout, stderr } = await runSampled(args, {
    env: { ...environment, CRED_WATCH_DB: db, ...locale },
  });
  return stdout + stderr;
};

const ASCII = /^[\t\n\x20-\x7e]*$/;

test('the table has every command', () => {
  expect(Object.keys(RUNS).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
});

/** Every fourth locally. The pages of help take most of the time. */
const NAMES = sampleCases(
  COMMANDS.map(({ name }) => name),
  4,
);

test.each(sampleCases(NAMES, 3))('the output of %s is ASCII in the locale C', async (name) => {
  const wrong: [string, string][] = [];
  let inUnicode = '';
  const lines = [...(RUNS[name] ?? []), ['--größe']].map((args) => [name, ...args]);
  const help = [
    [name, '--help'],
    [name, '-h'],
    ['help', name],
  ];
  for (const line of [...lines, ...help]) {
    const output = await run(line, { LC_ALL: 'C' });
    if (!ASCII.test(output)) wrong.push([line.join(' '), output]);
    // Help has no names, and takes long.
    if (lines.includes(line)) inUnicode += await run(line, { LC_ALL: 'C.UTF-8' });
  }
  expect(wrong).toEqual([]);
  // The names reach the output.
  expect(inUnicode).toMatch(/ö|ü/);
});

test('the variables, the log and the summary of servers are ASCII in the locale C', async () => {
  const env = { ...environment, CRED_WATCH_DB: db, LC_ALL: 'C' };
  const simulation = await startSimulation(['--shape', 'imds'], { env });
  const server = startCommand(['serve', '--shape', 'imds', '--source', 'imds', '--listen', '127.0.0.1:0'], {
    env: { ...env, ...simulation.environment },
  });
  const started = await written(server, /^export .*\n/m);
  const url = /AWS_EC2_METADATA_SERVICE_ENDPOINT=(\S+)/.exec(started)?.[1] ?? '';
  await succeed(['poll', '--db', db], { env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: url } });
  server.child.kill('SIGTERM');
  for (const { stdout, stderr } of [await server.done, await simulation.stop()]) {
    // The log has the masked key, and the summary a separator.
    expect(stderr).toMatch(/ASIA\.{3}\w{4}/);
    expect(stdout).toMatch(/^# .*client/m);
    expect(stdout + stderr).toMatch(ASCII);
  }
});

test.each(sampleCases(['json', 'csv', 'junit', 'markdown', 'github', 'html', 'prometheus'], 9))(
  'the report in the format %s has the same bytes in each locale',
  async (format) => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    const args = ['report', '-j', '5h', '--db', db, '-f', format];
    const [ascii, unicode] = await Promise.all(
      ['C', 'C.UTF-8'].map((locale) => runAt(now, args, { LC_ALL: locale })),
    );
    expect(ascii?.stdout).toBe(unicode?.stdout);
    expect(ascii?.stdout).toContain(HOST);
  },
);
