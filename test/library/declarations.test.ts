import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minimalEnvironment } from '../support/cli/run-program.ts';
import { run } from '../support/credential-formats/run.ts';
import { documentedExamples, libraryDocumentExamples } from '../support/library/documented-examples.ts';
import { installedPackage, toolPath } from '../support/library/installed-package.ts';
import { isThorough } from '../support/thorough.ts';

/** What a user's program may say, and what it may not. */
const PROGRAM = `
import {
  analyse, CredWatchError, DEFAULT_MARGIN, type JobJudgement, createImdsSource, judgeJob, matchers, pollOnce, readReport,
  type Report, SampleStore, type SeriesHistory, type Verdict, watch,
} from 'cred-watch';

const report: Report = readReport({ role: 'loader', since: '7d', maxAge: '1h' });
const verdict: Verdict = report.judge('5h', { margin: 300, confidence: '95%' }).verdict;
export async function poll(): Promise<void> {
  const store: SampleStore = SampleStore.open('samples.db');
  const source = await createImdsSource({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
  const { outcome } = await pollOnce({ source, store });
  const text: string = outcome.ok ? outcome.secrets.secretAccessKey.reveal() : outcome.detail;
  await watch({ source, store }, { interval: '5m', onPoll: () => text });
}
export const judge = (history: SeriesHistory): JobJudgement =>
  judgeJob(analyse(history, { now: Date.now(), maxAge: 'default' }), { duration: 18_000, margin: DEFAULT_MARGIN });
// @ts-expect-error a duration is no truth
report.judge(true);
// @ts-expect-error there is no such source
readReport({ source: 'moon' });
// @ts-expect-error there is no such verdict
export const wrong = verdict === 'fine';
export const hint = (error: unknown) => (error instanceof CredWatchError ? error.hint : matchers);
`;

const VITEST_TEST = `
import 'cred-watch/vitest';
import { readReport } from 'cred-watch';
import { expect, test } from 'vitest';

test('types', async () => {
  expect(readReport()).toOutlive('5h', { margin: 0 });
  expect(readReport()).not.toOutlive(7 * 3600);
  expect({ report: readReport() }).toEqual({ report: expect.toOutlive('5h') });
  expect({ report: readReport() }).toEqual({ report: expect.not.toOutlive('5h') });
  await expect(Promise.resolve(readReport())).resolves.toOutlive('5h');
  // @ts-expect-error a duration is no object
  expect(readReport()).toOutlive({});
});
`;

/** What Jest's own declarations come to where matchers are added to them. */
const EXPECT = `
export interface AsymmetricMatchers { anything(): unknown }
export interface Matchers<R extends void | Promise<void>, T = unknown> { toBe(expected: T): R }
export type Expect = { (actual: unknown): Matchers<void> & { not: Matchers<void> } } & AsymmetricMatchers;
`;
const JEST_TEST = `
import 'cred-watch/jest';
import { readReport } from 'cred-watch';
import type { Expect } from 'expect';

declare const expect: Expect;
declare const global: jest.Matchers<void>;
expect(readReport()).toOutlive('5h', { margin: 0 });
expect(readReport()).not.toOutlive(7 * 3600);
global.toOutlive('5h');
expect.toOutlive('5h');
// @ts-expect-error a duration is no object
expect(readReport()).toOutlive({});
`;

const folder = installedPackage();
const withVitest = installedPackage('vitest');

async function compile(folder: string, flags: string, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const strict = '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --target es2022'.split(' ');
  const command = [process.execPath, join(toolPath('typescript'), 'bin', 'tsc')] as const;
  const args = [...strict, ...flags.split(' '), ...Object.keys(files)];
  const { code, stdout, stderr } = await run([...command, ...args], {
    cwd: folder,
    env: minimalEnvironment(),
  });
  return `${code} ${stdout}${stderr}`;
}

/** At a desk the usual ones have to do: the compiler takes two seconds for each. */
const some = (flags: string[]) => (isThorough ? flags : flags.slice(0, 1));

const inBothKinds = (name: string, text: string) => ({ [`${name}.cts`]: text, [`${name}.mts`]: text });

/** Declarations are checked too (no `skipLibCheck`), in a folder without the types of Node.js or better-sqlite3. */
describe('the declarations hold for a user', () => {
  test.each(
    some([
      '--module nodenext',
      '--module node16',
      '--module preserve --moduleResolution bundler',
      '--module commonjs --moduleResolution bundler',
    ]),
  )('with %s', async (flags) => {
    expect(await compile(folder, flags, inBothKinds('program', PROGRAM))).toBe('0 ');
  });

  test('and so do the examples', async () => {
    const examples = [...documentedExamples(), ...libraryDocumentExamples()];
    const files = Object.fromEntries(examples.map(({ code }, index) => [`example-${index}.mts`, code]));
    expect(await compile(withVitest, '--module nodenext --skipLibCheck', files)).toBe('0 ');
  });

  test.each(some(['--module nodenext', '--module preserve --moduleResolution bundler']))(
    'of vitest, with %s',
    async (flags) => {
      const files = inBothKinds('matcher.test', VITEST_TEST);
      expect(await compile(withVitest, `${flags} --skipLibCheck`, files)).toBe('0 ');
    },
  );

  test('of Jest, with its globals and without', async () => {
    const expectPackage = join(folder, 'node_modules', 'expect');
    mkdirSync(expectPackage);
    writeFileSync(join(expectPackage, 'package.json'), '{"name":"expect","types":"index.d.ts"}');
    writeFileSync(join(expectPackage, 'index.d.ts'), EXPECT);
    expect(await compile(folder, '--module nodenext', inBothKinds('jest', JEST_TEST))).toBe('0 ');
  });
});
