import { expect, test } from 'vitest';
import { PROGRAM } from '../support/cli/built-program.ts';
import { listPackedFiles } from '../support/cli/packed-files.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { listDeployFiles } from '../support/deploy/files.ts';
import { listDocuments } from '../support/docs/markdown.ts';
import { SCHEMAS } from '../support/docs/schemas.ts';

/** Every kind of file in the package. */
const KINDS: [string, RegExp][] = [
  ['start', /^bin\/cred-watch\.js$/],
  [
    'program',
    /^dist\/(cred-watch|program|check|exec|poll|report|report-worker|status|page|parquet|tables|aws|postgres|s3|client-profiles|job-source)\.js$/,
  ],
  ['library', /^dist\/library\/\w+\.[cm]js$/],
  ['types', /^dist\/types\/[\w/-]+\.d\.[cm]ts$/],
  ['man page', /^dist\/cred-watch\.1$/],
  ['licences', /^(LICENSE|dist\/third-party-licences\.txt)$/],
  // Messages name some of the documents, and these link to the others.
  ['documents', /^(README|CHANGELOG|docs\/[\w-]+|docs\/(recipes|runbooks)\/[\w-]+)\.md$/],
  ['images', /^docs\/images\/[\w-]+\.png$/],
  ['schemas', /^docs\/schemas\/[\w.-]+\.json$/],
  // The image is built from a checkout.
  ['deployment', /^deploy\/(?!Dockerfile$)/],
  ['manifest', /^package\.json$/],
];

const packed = await listPackedFiles();

test('the package contains a known number of files of each kind, and no others', () => {
  expect(PROGRAM).toBe(repositoryPath('bin/cred-watch.js'));
  const counts = Object.fromEntries(
    KINDS.map(([kind, pattern]) => [kind, packed.filter(({ path }) => pattern.test(path)).length]),
  );
  const others = packed.filter(({ path }) => !KINDS.some(([, pattern]) => pattern.test(path)));
  expect(others).toEqual([]);
  const { types, documents, images, schemas, deployment, ...rest } = counts;
  expect(rest).toEqual({
    start: 1,
    program: 16,
    library: 8,
    'man page': 1,
    licences: 2,
    manifest: 1,
  });
  // One file per source file that the declarations of the library import.
  expect(types).toBeGreaterThan(8);
  expect(documents).toBe(listDocuments().filter((each) => each !== 'CONTRIBUTING.md').length);
  expect(images).toBe(1);
  expect(schemas).toBe(SCHEMAS.length);
  expect(deployment).toBe(listDeployFiles().length - 1);
});

test('the package has less than 10.5 MB', () => {
  expect(packed.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(10_500_000);
});
