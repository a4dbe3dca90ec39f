import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minimalEnvironment } from '../support/cli/program-run.ts';
import { run } from '../support/credential-formats/run.ts';
import { documentedExamples, libraryDocumentExamples } from '../support/library/documented-examples.ts';
import { installedPackage, toolPath } from '../support/library/installed-package.ts';
import { ciTest, isThorough } from '../support/thorough.ts';

const PROGRAM = `
import {
  CredWatchError, type ErrorCode, key, type KeyAnswer, matchers, poll, readReport, type Report, SampleStore, sources, type Verdict, watch,
} from 'cred-watch';
import {
  analyse, DEFAULT_MARGIN_SECONDS, type JobJudgement, judgeJob, type SeriesHistory,
} from 'cred-watch/analysis';

const report: Report = readReport({ role: 'loader', since: '7d', maxAge: '1h' });
const verdict: Verdict = report.judge('5h', { margin: 300, confidence: '95%' }).verdict;
export async function pollAndWatch(): Promise<number> {
  const store: SampleStore = SampleStore.open('samples.db');
  const source = await sources.imds({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
  const { outcome } = await poll({ source, store });
  const text: string = outcome.ok ? outcome.secrets.secretAccessKey.reveal() : outcome.detail;
  const options = { interval: '5m', stopAfter: '1h', onPoll: () => text };
  const { sampleCount } = await watch({ source, store }, options);
  store[Symbol.dispose]();
  return sampleCount;
}
export const end = (answers: KeyAnswer[] = key('ASIA')): Date | null | undefined => answers[0]?.worksUntil;
export const known = () => sources.environment({ expiresAt: new Date() });
// @ts-expect-error this source states its expiration
export const stated = () => sources.sso({ expiresAt: new Date() });
export const judge = (history: SeriesHistory): JobJudgement =>
  judgeJob(analyse(history, { now: new Date() }), { durationSeconds: 18_000, marginSeconds: DEFAULT_MARGIN_SECONDS });
export const worstCaseTime = (history: SeriesHistory): Date | undefined =>
  analyse(history, { now: new Date() }).measurement?.worstCase.at;
// @ts-expect-error an instant is a Date
export const judgeAt = (history: SeriesHistory) => analyse(history, { now: Date.now() });
// @ts-expect-error a duration is a string or a number
report.judge(true);
// @ts-expect-error an unknown source
readReport({ source: 'moon' });
// @ts-expect-error an unknown verdict
export const wrong = verdict === 'fine';
export const errorCode = (error: unknown): ErrorCode | typeof matchers =>
  error instanceof CredWatchError ? error.code : matchers;
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
  // @ts-expect-error a duration is not an object
  expect(readReport()).toOutlive({});
});
`;

/** The part of Jest's declarations that matchers are added to. */
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
// @ts-expect-error a duration is not an object
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

/** Locally, only the first case runs, because the compiler takes two seconds per case. */
const some = (flags: string[]) => (isThorough ? flags : flags.slice(0, 1));

const inBothKinds = (name: string, text: string) => ({ [`${name}.cts`]: text, [`${name}.mts`]: text });

/** Compiles without `skipLibCheck`, in a folder without the types of Node.js and better-sqlite3. */
describe('the declarations', () => {
  test.each(
    some([
      '--module nodenext',
      '--module node16',
      '--module preserve --moduleResolution bundler',
      '--module commonjs --moduleResolution bundler',
    ]),
  )('the declarations compile with %s', async (flags) => {
    expect(await compile(folder, flags, inBothKinds('program', PROGRAM))).toBe('0 ');
  });

  ciTest('the declarations allow `using` with a store', async () => {
    const code =
      "import { SampleStore } from 'cred-watch';\nusing store = SampleStore.open('a.db');\nstore.jobNames();\n";
    const flags = '--module nodenext --lib es2022,dom,esnext.disposable';
    expect(await compile(folder, flags, inBothKinds('using', code))).toBe('0 ');
  });

  test('the examples of the documentation compile', async () => {
    const examples = [...documentedExamples(), ...libraryDocumentExamples()];
    const files = Object.fromEntries(examples.map(({ code }, index) => [`example-${index}.mts`, code]));
    expect(await compile(withVitest, '--module nodenext --skipLibCheck', files)).toBe('0 ');
  });

  ciTest.each(some(['--module nodenext', '--module preserve --moduleResolution bundler']))(
    'the declarations add matchers to vitest, with %s',
    async (flags) => {
      const files = inBothKinds('matcher.test', VITEST_TEST);
      expect(await compile(withVitest, `${flags} --skipLibCheck`, files)).toBe('0 ');
    },
  );

  ciTest('the declarations add matchers to Jest, with and without its globals', async () => {
    const expectPackage = join(folder, 'node_modules', 'expect');
    mkdirSync(expectPackage);
    writeFileSync(join(expectPackage, 'package.json'), '{"name":"expect","types":"index.d.ts"}');
    writeFileSync(join(expectPackage, 'index.d.ts'), EXPECT);
    expect(await compile(folder, '--module nodenext', inBothKinds('jest', JEST_TEST))).toBe('0 ');
  });
});
