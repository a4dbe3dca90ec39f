import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import {
  fixturePath,
  minimalEnvironment,
  repositoryPath,
  startProcess,
} from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { compileLibrary, noFaultLibrary } from '../../support/faults/library.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const COMMANDS: Record<string, string[]> = {
  '--version': ['--version'],
  poll: ['poll'],
  check: ['check', '-j', '4h'],
  exec: ['exec', '-j', '4h', '--', 'true'],
  status: ['status', '-j', '5h'],
  'report as a table': ['report', '-j', '5h'],
  'report as JSON': ['report', '-f', 'json'],
  'report as a plugin': ['report', '-j', '5h', '--exit-codes', 'nagios'],
};

/** Modules of Node that take more than half a millisecond to load, or load others. */
const SLOW = [
  'http',
  'https',
  'crypto',
  'child_process',
  'fs/promises',
  'dns',
  'tls',
  'assert',
  'readline',
  'url',
  'zlib',
];

let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  const cleanups: (() => unknown)[] = [];
  const { origin } = await startSimulated({}, (clean) => cleanups.push(clean));
  folder = temporaryFolder((clean) => cleanups.push(clean));
  const database = join(folder, 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', database]);
  env = minimalEnvironment({
    HOME: folder,
    CACHE_DIRECTORY: undefined,
    XDG_CACHE_HOME: join(folder, 'cache'),
    CRED_WATCH_DB: database,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: origin,
  });
  return async () => {
    for (const clean of cleanups) await clean();
  };
});

async function run(args: readonly string[], changes: Record<string, string> = {}): Promise<void> {
  const { code, stderr } = await startProcess([process.execPath, ...args], { env: { ...env, ...changes } })
    .done;
  // 1 and 3 are verdicts.
  expect([0, 1, 2, 3], stderr).toContain(code);
}

test('only its own bundle has the driver of PostgreSQL', () => {
  const bundles = [
    'postgres',
    'poll',
    'check',
    'exec',
    'report',
    'status',
    'program',
    'report-worker',
    'library/index',
  ];
  const found = bundles.filter((name) => {
    const file = repositoryPath(name.startsWith('library') ? `dist/${name}.cjs` : `dist/${name}.js`);
    return readFileSync(file, 'utf8').includes('SCRAM-SHA-256');
  });
  expect(found).toEqual(['postgres']);
});

describe('modules of Node', () => {
  async function findLoaded(args: readonly string[]): Promise<{ modules: string[]; usedIcu: string[] }> {
    const log = join(folder, 'loading.json');
    const preload = repositoryPath('test/support/start/record-loading.cjs');
    await run(['--require', preload, ...args], { LOADING_LOG: log });
    return JSON.parse(readFileSync(log, 'utf8'));
  }

  test.each(sampleCases(Object.entries(COMMANDS), 9))(
    '%s loads no slow module and not ICU',
    async (name, args) => {
      const bare = await findLoaded(['-e', '0']);
      // The second run writes the code cache, and the third one uses it.
      for (const _ of ['first', 'second', 'third']) {
        const { modules, usedIcu } = await findLoaded([PROGRAM, ...args]);
        const more = modules.filter((each) => !bare.modules.includes(each) && SLOW.includes(each));
        // `exec` starts a child process.
        expect(more).toEqual(name === 'exec' ? ['child_process'] : []);
        expect(usedIcu).toEqual([]);
        // The socket of the test needs no stream.
        if (/^(report|status)/.test(name)) expect(modules).not.toContain('stream');
        expect(modules).not.toContain('internal/modules/esm/module_job');
      }
    },
  );

  test('the recorder reports loaded modules and uses of ICU', async () => {
    const code = "require('http'); (1234).toLocaleString('en-US'); new RegExp('\\\\p{L}', 'u'); Intl";
    const { modules, usedIcu } = await findLoaded(['-e', code]);
    expect(modules).toContain('http');
    expect(usedIcu).toEqual(['toLocaleString', 'RegExp', 'Intl']);
  });
});

describe.skipIf(noFaultLibrary !== null)(`files ${noFaultLibrary ?? ''}`, () => {
  const MAX_FILES = 20;

  test.each(sampleCases(Object.entries(COMMANDS), 10))(
    '%s opens at most 20 files more than Node itself',
    async (_, args) => {
      const library = compileLibrary('test/support/start/opened-files.c', temporaryFolder());
      const log = join(folder, 'opened.log');
      const listOpened = async (words: readonly string[]) => {
        rmSync(log, { force: true });
        await run(words, { LD_PRELOAD: library, OPENED_FILES_LOG: log });
        return readFileSync(log, 'utf8').trim().split('\n');
      };
      const bare = await listOpened(['-e', '0']);
      for (const _run of ['first', 'second', 'third']) {
        const opened = await listOpened([PROGRAM, ...args]);
        expect(opened).toContain(repositoryPath('dist/cred-watch.js'));
        for (const file of ['parquet.js', 'postgres.js'])
          expect(opened).not.toContain(repositoryPath(`dist/${file}`));
        expect(opened.length - bare.length, opened.join('\n')).toBeLessThanOrEqual(MAX_FILES);
      }
    },
  );
});
