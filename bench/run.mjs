// Runs the benches of bench/suite and prints one Markdown table. docs/performance.md explains the rows.
// Usage: npm run bench -- [--only NAME]... [--quick] [--write]
// --quick: fewer rounds and smaller inputs. --write: replaces the tables in docs/performance.md.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './harness/commands.mjs';
import { runBench } from './harness/runner.mjs';
import { formatStartUpGoals } from './harness/start-up-goals.mjs';
import { formatTable } from './harness/table.mjs';

const SUITE = join(ROOT, 'bench', 'suite');
const DOCUMENT = join(ROOT, 'docs', 'performance.md');
const TABLE_IN_DOCUMENT = /(<!-- table of npm run bench -->\n)[\s\S]*?(<!-- end of the table -->)/;
const GOALS_IN_DOCUMENT = /(<!-- goals of npm run bench -->\n)[\s\S]*?(<!-- end of the goals -->)/;
const KEPT_FILES = join(ROOT, '.bench');

// Node reads the certificates of this variable at every start, which would hide the start-up time of cred-watch.
delete process.env.NODE_EXTRA_CA_CERTS;

const { only, quick, write } = parseArguments();
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
const results = [];
try {
  const benches = await Promise.all(
    only.map(async (name) => (await import(join(SUITE, `${name}.mjs`))).default),
  );
  for (const bench of benches) {
    const begun = performance.now();
    process.stderr.write(`${bench.name} … `);
    const own = join(folder, bench.name);
    mkdirSync(own);
    results.push(await runBench(bench, { folder: own, quick, keep }));
    rmSync(own, { recursive: true });
    process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const table = formatTable(results);
const text = `${describeMachine()}\n\n${table}`;
process.stdout.write(`\n${text}`);
if (write) {
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    document
      .replace(TABLE_IN_DOCUMENT, (_, begin, end) => `${begin}${text}${end}`)
      .replace(GOALS_IN_DOCUMENT, (_, begin, end) => `${begin}${formatStartUpGoals(table)}${end}`),
  );
}
if (results.some(({ rows }) => rows.some(({ failed }) => failed !== null))) process.exitCode = 1;

function parseArguments() {
  const names = readdirSync(SUITE)
    .map((file) => file.replace(/\.mjs$/, ''))
    .sort();
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: names },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) fail(`no bench ${unknown}`, `the benches are ${names.join(', ')}`);
  const isComplete = !values.quick && names.every((name) => values.only.includes(name));
  if (values.write && !isComplete) fail('--write needs a full run', 'leave out --quick and --only');
  if (!existsSync(join(ROOT, 'dist', 'source-digest'))) fail('the program is not built', 'run npm run build');
  return values;
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exit(2);
}

/** Large inputs are kept between runs, until the program changes. */
async function keep(name, build) {
  const digest = readFileSync(join(ROOT, 'dist', 'source-digest'), 'utf8').slice(0, 16);
  const own = join(KEPT_FILES, digest);
  mkdirSync(own, { recursive: true });
  for (const other of readdirSync(KEPT_FILES)) {
    if (other !== digest) rmSync(join(KEPT_FILES, other), { recursive: true });
  }
  const file = join(own, name);
  if (!existsSync(file)) {
    const unfinished = join(own, `unfinished-${name}`);
    rmSync(unfinished, { force: true });
    await build(unfinished);
    renameSync(unfinished, file);
  }
  return file;
}

function describeMachine() {
  const mode = quick ? 'Quick run' : 'Full run';
  return `${mode} on ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}.`;
}
