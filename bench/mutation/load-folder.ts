// Loads the modules of the changed folder before the tests. Otherwise StrykerJS assigns the constants outside the
// functions of a module to the test that loads the module first with `import()`, and runs no other test for them.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = process.env.MUTATED_FOLDER ?? '';
/** The programs of the package run when they are loaded. */
const IS_PROGRAM = /^src\/cli\/start\//;

for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  const module = `${folder}/${file}`;
  if (!module.endsWith('.ts') || module.endsWith('.d.ts') || IS_PROGRAM.test(module)) continue;
  // Code of the page and of other test runners cannot be loaded here.
  await import(/* @vite-ignore */ resolve(module)).catch(() => undefined);
}
