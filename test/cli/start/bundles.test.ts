import { readFileSync, statSync } from 'node:fs';
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
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

/** Every KB takes about 0.02 ms of a start without a code cache. Raise a limit only for code that usual runs need. */
const MAX_KB: Record<string, number> = { poll: 420, check: 600, exec: 566, report: 310, status: 226 };

/** Code that only some flags, errors or environments need. */
const RARELY_USED =
  /time-zone|provider-chain\/(?!role-sessions)|sources\/(probe|sso|role)\/|nagios|date-fns|cli-table3|memory-store/;

/** A report as JSON has general knowledge about a series with little history. */
const SHOWS_KNOWLEDGE: readonly string[] = ['report -f json'];

/** These bundles do not contain the modules at all. */
const OMITTED: Record<string, readonly string[]> = {
  poll: ['src/sources/sso/', 'src/sources/aws/calls', 'src/cli/targets/', 'src/sources/probe/'],
  check: ['node_modules/cli-table3/', 'src/cli/running-job/check-pid', 'src/cli/time-zone/read'],
  exec: ['src/server/', 'src/watch/refresh/', 'src/cli/running-job/watch-command'],
  report: ['node_modules/date-fns/', 'src/report/metrics/', 'src/report/ci/csv', 'src/cli/fleet-report/'],
  status: ['node_modules/date-fns/', 'src/report/table/', 'src/sources/imds/'],
};

const USUAL_RUNS: Record<string, string[]> = {
  poll: ['poll'],
  'check -j 4h': ['check', '-j', '4h'],
  'exec -j 4h': ['exec', '-j', '4h', '--', 'true'],
  status: ['status', '-j', '5h'],
  'report -f json': ['report', '-f', 'json'],
};

let env: Record<string, string>;
let log: string;
beforeAll(async () => {
  const cleanups: (() => unknown)[] = [];
  const { origin } = await startSimulated({}, (clean) => cleanups.push(clean));
  const folder = temporaryFolder((clean) => cleanups.push(clean));
  const database = join(folder, 'samples.db');
  log = join(folder, 'evaluated.json');
  await succeed(['import', fixturePath('curl.log'), '--db', database]);
  env = minimalEnvironment({
    HOME: folder,
    CACHE_DIRECTORY: undefined,
    CRED_WATCH_NO_CACHE: '1',
    CRED_WATCH_DB: database,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: origin,
    EVALUATED_LOG: log,
  });
  return async () => {
    for (const clean of cleanups) await clean();
  };
});

async function listEvaluated(args: readonly string[]): Promise<string[]> {
  const preload = repositoryPath('test/support/start/record-evaluated.cjs');
  const words = [process.execPath, '--require', preload, PROGRAM, ...args];
  const { code, stderr } = await startProcess(words, { env }).done;
  expect([0, 1, 3], stderr).toContain(code);
  return JSON.parse(readFileSync(log, 'utf8'));
}

describe('the bundles of hot commands', () => {
  test.each(Object.entries(MAX_KB))('the bundle of %s has at most %d KB', (name, limit) => {
    const { size } = statSync(repositoryPath(`dist/${name}.js`));
    expect(size / 1000).toBeLessThanOrEqual(limit);
    // A limit far above the size would not notice an addition.
    expect(size / 1000).toBeGreaterThan(limit * 0.93);
  });

  test.each(Object.entries(OMITTED))('the bundle of %s has no code of other commands', (name, modules) => {
    // esbuild keeps the paths of modules that are loaded when they are used.
    const text = readFileSync(repositoryPath(`dist/${name}.js`), 'utf8');
    expect(modules.filter((path) => text.includes(`"${path}`))).toEqual([]);
    const whole = readFileSync(repositoryPath('dist/program.js'), 'utf8');
    expect(modules.filter((path) => !whole.includes(`"${path}`))).toEqual([]);
  });

  test.each(sampleCases(Object.entries(USUAL_RUNS), 3))(
    '%s evaluates no module that it rarely needs',
    async (name, args) => {
      const evaluated = await listEvaluated(args);
      expect(evaluated).not.toEqual([]);
      expect(evaluated.filter((path) => RARELY_USED.test(path))).toEqual([]);
      const knowledge = evaluated.filter((path) => path.includes('general-knowledge/'));
      expect(knowledge.length > 0).toBe(SHOWS_KNOWLEDGE.includes(name));
    },
  );
});
