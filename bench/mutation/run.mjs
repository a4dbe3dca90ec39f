// Mutation testing: changes places in a folder of src, one at a time, and lists the changes that no unit test and no
// type check notices. Usage: npm run mutate -- FOLDER [--seed N] [--count N] [--all] [--tests FOLDER,…] [--concurrency N]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { listMutants, restrictTo } from './mutators.mjs';

/** Git and Biome ignore `.mutate`. */
const TEMPORARY = `.mutate/${process.pid}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    count: { type: 'string', default: '300' },
    all: { type: 'boolean', default: false },
    tests: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
  },
});
const root = resolve(import.meta.dirname, '../..');
process.chdir(root);
const [folder = 'src'] = positionals;
const start = performance.now();

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .sort()
  .map((file) => ({ name: resolve(folder, file), content: readFileSync(join(folder, file), 'utf8') }));
const all = await listMutants(files);
const sample = values.all ? all : draw(all, Number(values.count));
console.log(`${folder}: ${sample.length} of ${all.length} mutants, --seed ${values.seed}`);
restrictTo(sample);

process.env.MUTATED_FOLDER = relative(root, resolve(folder));
if (values.tests) process.env.MUTATION_TESTS = values.tests;
const results = await new Stryker({
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'bench/mutation/vitest.config.mts' },
  mutate: files.map(({ name }) => relative(root, name)),
  coverageAnalysis: 'perTest',
  concurrency: Number(values.concurrency),
  reporters: process.stdout.isTTY ? ['progress'] : [],
  tempDirName: TEMPORARY,
  ignorePatterns: ['.mutate', 'dist'],
  // StrykerJS does not find a `node_modules` that is a link, as in a Git worktree.
  symlinkNodeModules: false,
  buildCommand: `ln -s ${resolve('node_modules').replaceAll(' ', '\\ ')} node_modules`,
  cleanTempDir: 'always',
  timeoutMS: 10_000,
  dryRunTimeoutMinutes: 30,
  // StrykerJS would rewrite tsconfig.json with functions that TypeScript 7 does not have.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  logLevel: 'error',
  allowConsoleColors: false,
}).runMutationTest();

const tested = results.filter(({ status }) => status !== 'Ignored');
const survivors = withoutTypeErrors(
  tested.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'),
);
rmSync(TEMPORARY, { recursive: true, force: true });
for (const { fileName, location, mutatorName, replacement, status } of survivors) {
  const place = `${relative(root, fileName)}:${location.start.line}:${location.start.column}`;
  console.log(`\n${place} ${mutatorName}${status === 'NoCoverage' ? ', no test runs this' : ''}`);
  const text = readFileSync(fileName, 'utf8');
  console.log(`- ${text.slice(...offsets(text, location))}\n+ ${replacement}`);
}
const found = tested.length - survivors.length;
const share = ((100 * found) / tested.length).toFixed(1);
const minutes = Math.ceil((performance.now() - start) / 60_000);
console.log(`\n${folder}: ${found} of ${tested.length} mutants found (${share} %), ${minutes} min`);

/** Orders by hash, so that a seed still selects most of the same mutants after a change of the source. */
function draw(keys, count) {
  const hash = (key) => createHash('sha256').update(`${values.seed} ${key}`).digest('hex');
  return keys
    .map((key) => ({ key, hash: hash(key) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .slice(0, count)
    .map(({ key }) => key);
}

/** Removes the mutants that the type check notices. One run checks one mutant of each file. */
function withoutTypeErrors(mutants) {
  const copy = join(TEMPORARY, 'types');
  mkdirSync(copy, { recursive: true });
  for (const name of ['src', 'test', 'bench', 'tsconfig.json', 'vitest.config.mts', '.esbuild']) {
    cpSync(name, join(copy, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  const unchecked = new Set(mutants);
  const noticed = new Set();
  while (unchecked.size > 0) {
    const round = new Map([...unchecked].map((mutant) => [relative(root, mutant.fileName), mutant]));
    for (const [name, mutant] of round) {
      const text = readFileSync(name, 'utf8');
      const [from, to] = offsets(text, mutant.location);
      writeFileSync(join(copy, name), `${text.slice(0, from)}${mutant.replacement}${text.slice(to)}`);
    }
    const errors = typeErrors(copy);
    for (const [name, mutant] of round) {
      if (errors.includes(`${name}(`)) noticed.add(mutant);
      unchecked.delete(mutant);
      cpSync(name, join(copy, name));
    }
  }
  return mutants.filter((mutant) => !noticed.has(mutant));
}

function typeErrors(cwd) {
  try {
    execFileSync('npx', ['tsc', '--noEmit', '--pretty', 'false'], { cwd, encoding: 'utf8' });
    return '';
  } catch ({ stdout }) {
    return stdout;
  }
}

/** StrykerJS counts lines and columns from 1. */
function offsets(text, { start, end }) {
  const lines = text.split('\n');
  const offset = ({ line, column }) =>
    lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + column - 1;
  return [offset(start), offset(end)];
}
