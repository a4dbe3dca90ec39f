import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../support/cli/built-program.ts';
import { listPackedFiles } from '../support/cli/packed-files.ts';
import { fixturePath, minimalEnvironment, repositoryPath, startProcess } from '../support/cli/program-run.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { startSimulation } from '../support/cli/running-simulation.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE00000NEW',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 12 * 3_600_000).toISOString(),
};
const SOURCE = ['--source', 'environment'];
const HISTORY = fixturePath('histories/safe-to-the-second/observations.ndjson');
const TARGETS = JSON.stringify({ targets: [{ host: 'a', source: 'imds', url: 'http://127.0.0.1:1/' }] });

const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
const installed = join(folder, 'node_modules', 'cred-watch');
const program = join(installed, PROGRAM.slice(repositoryPath('').length));
const driver = join(folder, 'node_modules', 'better-sqlite3');

beforeAll(async () => {
  for (const { path } of await listPackedFiles()) {
    mkdirSync(dirname(join(installed, path)), { recursive: true });
    cpSync(repositoryPath(path), join(installed, path));
  }
  expect((await runCommand(['import', HISTORY, '--db', db])).code).toBe(0);
  writeFileSync(join(folder, 'targets.json'), TARGETS);
});

const start = (args: readonly string[], env: Record<string, string | undefined> = CREDENTIALS) =>
  startProcess([process.execPath, program, ...args], { cwd: folder, env: minimalEnvironment(env) });

const STATES: [state: string, message: string, install: () => void][] = [
  ['without better-sqlite3', 'better-sqlite3 is not installed', () => {}],
  [
    'without its addon',
    'the SQLite addon of better-sqlite3 is not installed',
    () => {
      for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
        const target = join(folder, 'node_modules', name);
        const isCode = (path: string) => !/\/(build|deps|src)$/.test(path);
        cpSync(repositoryPath(`node_modules/${name}`), target, { recursive: true, filter: isCode });
      }
    },
  ],
  [
    'with an addon for another system',
    'this Node cannot load the SQLite addon of better-sqlite3',
    () => {
      mkdirSync(join(driver, 'build', 'Release'), { recursive: true });
      writeFileSync(join(driver, 'build', 'Release', 'better_sqlite3.node'), 'not a library');
    },
  ],
];

describe.each(STATES)('%s', (_, message, install) => {
  beforeAll(install);

  const withDatabase: [name: string, args: string[]][] = [
    ['poll', ['poll', ...SOURCE]],
    ['poll --interval', ['poll', '--interval', '5m', '--for', '10m', ...SOURCE]],
    ['poll --targets', ['poll', '--targets', 'targets.json']],
    ['report', ['report', '--db', db]],
    ['report --format html', ['report', '--db', db, '-f', 'html']],
    ['check --offline', ['check', '-j', '1h', '--offline', ...SOURCE, '--db', db]],
    ['import', ['import', HISTORY]],
    ['export', ['export', '--db', db]],
    ['prune', ['prune', '--older-than', '90d', '--db', db]],
  ];
  test.each(sampleCases(withDatabase, 15))(
    '%s prints one sentence and a hint, and creates no database',
    async (_name, args) => {
      const own = args.includes('--db') ? [] : ['--db', join(folder, 'new', 'samples.db')];
      const { code, stdout, stderr } = await start([...args, ...own]).done;
      expect([code, stdout]).toEqual([2, '']);
      const [error, hint, ...more] = stderr.split('\n');
      expect(error).toBe(`error: ${message}`);
      expect(hint).toMatch(/^hint: .*install.*better-sqlite3/);
      expect(more).toEqual(['']);
      expect(existsSync(join(folder, 'new'))).toBe(false);
    },
  );

  test('init --check finds the problem without a database', async () => {
    const args = ['init', '--check', '-f', 'json', '--db', join(folder, 'new', 'samples.db'), ...SOURCE];
    const { code, stdout } = await start(args).done;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).checks).toContainEqual(
      expect.objectContaining({
        ...{ code: 'ADDON', state: 'problem', message },
        fix: expect.stringMatching(/install.*better-sqlite3/),
      }),
    );
  });

  const withoutDatabase: [name: string, args: string[], code: number, stdout: RegExp][] = [
    ['check', ['check', '-j', '1h', ...SOURCE], 0, /^safe: /],
    ['env', ['env', '-j', '1h', '-f', 'env', ...SOURCE], 0, /ASIAEXAMPLE00000NEW/],
    [
      'exec',
      ['exec', '-j', '1h', '--job', 'a', ...SOURCE, '--', 'sh', '-c', 'echo ran; exit 9'],
      9,
      /^ran\n$/,
    ],
  ];
  test.each(sampleCases(withoutDatabase, 9))(
    '%s continues with a note',
    async (_name, args, code, stdout) => {
      const run = await start(args).done;
      expect(run).toMatchObject({ code, stdout: expect.stringMatching(stdout) });
      expect(run.stderr.split('\n')).toEqual([
        `note: continuing without the database: ${message}`,
        expect.stringMatching(/^hint: .*install.*better-sqlite3/),
        '',
      ]);
    },
  );

  ciTest('serve continues with a note', async () => {
    const run = await start(['serve', '--listen', '127.0.0.1:0', '--for', '1s', ...SOURCE]).done;
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('export AWS_EC2_METADATA_SERVICE_ENDPOINT=');
    expect(run.stderr).toContain(`note: continuing without the database: ${message}\nhint: `);
  });

  const needsNone: [line: string, code: number][] = [
    ['--version', 0],
    ['--help', 0],
    ['sources', 0],
    ['completion bash', 0],
    ['poll --help', 0],
  ];
  test.each(sampleCases(needsNone, 15))('%s needs no database', async (line, code) => {
    expect(await start(line.split(' ')).done).toMatchObject({ code, stderr: '' });
  });

  ciTest('simulate needs no database', async () => {
    const simulation = await startSimulation([], {}, (args) => start(args));
    const { AWS_EC2_METADATA_SERVICE_ENDPOINT: url } = simulation.environment;
    expect((await fetch(`${url}latest/meta-data/`)).status).toBe(200);
    expect(await simulation.stop()).toMatchObject({ code: 0 });
  });
});

test('a checkout without a build prints one sentence and a hint', async () => {
  rmSync(join(installed, 'dist'), { recursive: true });
  expect(readdirSync(installed)).toContain('bin');
  expect(await start(['poll']).done).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: cred-watch is not built\nhint: run `npm ci`, or `npm run build` after a change; if `npm ci` fails, see docs/install.md, From a checkout\n',
  });
});
