// Compares verdicts with simulated sources, and prints a line of JSON per kind. Takes some minutes.
// Usage: node bench/accuracy.mjs [--checkout FOLDER] [--histories N] [--forward N] [--kind TEXT] > results.ndjson
// --checkout: measures the code of another version with the same histories.
// --histories and --forward: numbers of histories per kind. The histories of --forward have 14 days.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    checkout: { type: 'string', default: join(import.meta.dirname, '..') },
    histories: { type: 'string', default: '300' },
    forward: { type: 'string', default: '100' },
    kind: { type: 'string', default: '' },
  },
});

const domain = (file) => JSON.stringify(resolve(values.checkout, 'src/domain', file));
const simulation = (file) => JSON.stringify(join(import.meta.dirname, '../test/support/accuracy', file));

async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
  try {
    const outfile = join(folder, 'accuracy.mjs');
    await build({
      stdin: {
        contents: `
          export { groupGenerations } from ${domain('measurement/generations.ts')};
          export { analyse } from ${domain('verdict/analyse.ts')};
          export { judgeJob } from ${domain('verdict/job.ts')};
          export { KINDS } from ${simulation('kinds.ts')};
          export { compareHistories, lookForwardAtKind, summarise } from ${simulation('tables.ts')};`,
        resolveDir: import.meta.dirname,
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { KINDS, compareHistories, lookForwardAtKind, summarise, ...functions } = await load();
const kinds = KINDS.filter(({ name }) => name.includes(values.kind));
const histories = Number(values.histories);
const forwardHistories = Number(values.forward);
for (const kind of kinds) {
  const result = summarise(kind, compareHistories(kind, histories, functions));
  const forward = lookForwardAtKind(kind, forwardHistories, functions);
  console.log(JSON.stringify({ ...result, forward }));
}
