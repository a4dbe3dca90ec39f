import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { minimalEnvironment } from '../support/cli/program-run.ts';
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
import { ciTest, sampleCases } from '../support/thorough.ts';

const folder = installedPackage('vitest', 'better-sqlite3');
const watched = join(folder, 'watched.db');

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;
beforeAll(() => writeWatchedDatabase(watched, Date.now(), identity));

/** Gives each example its own database, and an endpoint with valid credentials. */
async function environmentFor(name: string): Promise<Record<string, string>> {
  const home = mkdtempSync(join(folder, `${name}-`));
  const db = join(home, 'samples.db');
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
    HOME: home,
    CRED_WATCH_DB: db,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
  });
}

const isForVitest = ({ code }: Example) => /from 'vitest'/.test(code);
const examples = [...documentedExamples(), ...libraryDocumentExamples()];

describe('the examples of the documentation', () => {
  test('the examples include those of docs/library.md', () => {
    expect(libraryDocumentExamples()).toHaveLength(5);
  });

  test('every entry point and main function has an example', () => {
    expect(documentedExamples().map(({ name }) => name)).toEqual([
      'analysis.ts',
      'keys.ts: export function key',
      'matchers.ts: export function toOutlive',
      'polling.ts: export async function poll',
      'polling.ts: export async function watch',
      'polling.ts: export async function check',
      'report.ts: export function readReport',
      'report.ts: export async function loadReport',
      'sources.ts: export const sources',
    ]);
  });

  test.each(
    sampleCases(
      examples.filter((each) => !isForVitest(each)),
      12,
    ),
  )('the example runs with the built library: $name', async ({ code }) => {
    const env = await environmentFor('run');
    const file = join(mkdtempSync(join(folder, 'code-')), 'example.mjs');
    writeFileSync(file, code);
    const { code: exitCode, stdout, stderr } = await run([process.execPath, file], { env, cwd: env.HOME! });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\S/);
    expect(stdout).not.toMatch(/undefined|CANARY-/);
  });

  ciTest('the examples with tests pass in vitest', async () => {
    const env = await environmentFor('vitest');
    const tests = mkdtempSync(join(folder, 'tests-'));
    const written = examples.filter(isForVitest);
    for (const [index, { code }] of written.entries()) writeFileSync(join(tests, `${index}.test.ts`), code);
    const vitest = join(toolPath('vitest'), 'vitest.mjs');
    const { stdout, stderr } = await run(
      [process.execPath, vitest, 'run', '--root', tests, '--reporter', 'json'],
      { env },
    );
    const { numPassedTests, numFailedTests } = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`);
    expect({ numFailedTests, passed: numPassedTests >= written.length, stdout }).toMatchObject({
      numFailedTests: 0,
      passed: true,
    });
  });
});
