import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixturePath, minimalEnvironment, repositoryPath, startProcess } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const CHECK = repositoryPath('.esbuild/require-dependencies.mjs');
const HINT = 'hint: run `npm ci` without --omit=dev, or `npm ci --ignore-scripts` if there is no compiler\n';

function createCheckout(names: readonly string[], installed: readonly string[]): string {
  const folder = temporaryFolder();
  const devDependencies = Object.fromEntries(names.map((name) => [name, '1']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ devDependencies }));
  for (const name of installed) mkdirSync(join(folder, 'node_modules', name), { recursive: true });
  return folder;
}

const runNode = (args: readonly string[], cwd: string) =>
  startProcess([process.execPath, ...args], { cwd, env: minimalEnvironment() }).done;

test.each([
  ['one package', ['esbuild', '@types/node'], ['@types/node'], 'esbuild'],
  ['three packages', ['a', 'b', '@c/d'], [], 'a, b, @c/d'],
  ['many packages', ['a', 'b', 'c', 'd', 'e'], ['e'], '4 development dependencies'],
])('a build without %s ends with one sentence and a hint', async (_, names, installed, missing) => {
  expect(await runNode([CHECK], createCheckout(names, installed))).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `error: could not build cred-watch: not installed: ${missing}\n${HINT}`,
  });
});

test('a build with all packages continues', async () => {
  expect(await runNode([CHECK], createCheckout(['a', '@b/c'], ['a', '@b/c']))).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('the demo without a database ends with the error of the program, and starts nothing', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'program.js');
  writeFileSync(program, `console.error('error: no addon\\nhint: build it'); process.exitCode = 2;`);
  expect(await runNode([fixturePath('demo.mjs'), program], folder)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: no addon\nhint: build it\n',
  });
});
