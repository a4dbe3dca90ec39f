import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { minimalEnvironment } from '../support/cli/run-program.ts';
import { run } from '../support/credential-formats/run.ts';
import {
  documentedExamples,
  type Example,
  libraryDocumentExamples,
} from '../support/library/documented-examples.ts';
import { installedPackage, toolPath } from '../support/library/installed-package.ts';
import { writeWatchedDatabase } from '../support/library/watched-database.ts';
import { document, imds, ROLES } from '../support/sources/polling.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';

const folder = installedPackage('vitest', 'better-sqlite3');
const watched = join(folder, 'watched.db');

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
beforeAll(() => writeWatchedDatabase(watched, Date.now(), identity));

/** Each example has a database of its own, and an endpoint that answers. */
async function surroundingsOf(name: string): Promise<Record<string, string>> {
  const own = mkdtempSync(join(folder, `${name}-`));
  const db = join(own, 'samples.db');
  copyFileSync(watched, db);
  const times = {
    LastUpdated: new Date().toISOString(),
    Expiration: new Date(Date.now() + 2e7).toISOString(),
  };
  const { url } = await startEndpoint(
    imds({
      [`GET ${ROLES}`]: { body: identity.role },
      [`GET ${ROLES}${identity.role}`]: { body: document(times) },
      'GET /latest/meta-data/instance-id': { body: identity.host },
    }),
  );
  return minimalEnvironment({
    HOME: own,
    CRED_WATCH_DB: db,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
  });
}

const isForVitest = ({ code }: Example) => /from 'vitest'/.test(code);
const examples = [...documentedExamples(), ...libraryDocumentExamples()];

describe('the examples of the documentation', () => {
  test('include those of docs/library.md', () => {
    expect(libraryDocumentExamples()).toHaveLength(3);
  });

  test('are found', () => {
    expect(documentedExamples().map(({ name }) => name)).toEqual([
      'index.ts: head',
      'matchers.ts: export function toOutlive',
      'polling.ts: export async function pollOnce',
      'polling.ts: export async function watch',
      'polling.ts: export async function check',
      'report.ts: export function readReport',
      'sources.ts: export const createImdsSource',
    ]);
  });

  test.each(examples.filter((each) => !isForVitest(each)))(
    'run with the built library: $name',
    async ({ code }) => {
      const env = await surroundingsOf('run');
      const file = join(mkdtempSync(join(folder, 'code-')), 'example.mjs');
      writeFileSync(file, code);
      const { code: exitCode, stdout, stderr } = await run([process.execPath, file], { env, cwd: env.HOME! });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/\S/);
      expect(stdout).not.toMatch(/undefined|CANARY-/);
    },
  );

  test('run in vitest, those that are tests', async () => {
    const env = await surroundingsOf('vitest');
    const tests = mkdtempSync(join(folder, 'tests-'));
    const own = examples.filter(isForVitest);
    for (const [index, { code }] of own.entries()) writeFileSync(join(tests, `${index}.test.ts`), code);
    const vitest = join(toolPath('vitest'), 'vitest.mjs');
    const { stdout, stderr } = await run(
      [process.execPath, vitest, 'run', '--root', tests, '--reporter', 'json'],
      { env },
    );
    const { numPassedTests, numFailedTests } = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`);
    expect({ numFailedTests, passed: numPassedTests >= own.length, stdout }).toMatchObject({
      numFailedTests: 0,
      passed: true,
    });
  });
});
