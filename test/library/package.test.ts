import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as analysis from '../../src/library/analysis.ts';
import * as library from '../../src/library/index.ts';
import { minimalEnvironment } from '../support/cli/program-run.ts';
import { run } from '../support/credential-formats/run.ts';
import { installedPackage } from '../support/library/installed-package.ts';
import { sampleCases } from '../support/thorough.ts';

const folder = installedPackage();

async function evaluate(name: string, code: string): Promise<unknown> {
  writeFileSync(join(folder, name), code);
  const { stdout, stderr } = await run([process.execPath, name], { cwd: folder, env: minimalEnvironment() });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the built library', () => {
  test.each(
    sampleCases(
      [
        ['cred-watch', library],
        ['cred-watch/analysis', analysis],
      ],
      2,
    ),
  )('the built library exports the same objects of %s as ES module and as CommonJS', async (name, source) => {
    const exported = await evaluate(
      'both.mjs',
      `import { createRequire } from 'node:module';
       import * as module from '${name}';
       const common = createRequire(import.meta.url)('${name}');
       const differing = Object.keys(common).filter((name) => common[name] !== module[name]);
       console.log(JSON.stringify([Object.keys(module).sort(), differing]));`,
    );
    expect(exported).toEqual([Object.keys(source).sort(), []]);
  });

  test('the built library loads no database driver and no HTTP client on import, and adds no listener to the process', async () => {
    const effects = await evaluate(
      'effects.cjs',
      `const before = process.eventNames().length;
       require('cred-watch');
       const loaded = Object.keys(require.cache).map((path) => path.split('/node_modules/').pop());
       console.log(JSON.stringify([loaded.slice(1), process.eventNames().length - before]));`,
    );
    expect(effects).toEqual([['cred-watch/dist/library/index.cjs'], 0]);
  });

  test('the built library reports that the database driver is missing', async () => {
    const thrown = await evaluate(
      'driver.cjs',
      `const { CredWatchError, SampleStore } = require('cred-watch');
       try { SampleStore.open('samples.db'); } catch (error) {
         console.log(JSON.stringify([error instanceof CredWatchError, error.message, error.code]));
       }`,
    );
    expect(thrown).toEqual([true, 'better-sqlite3 is not installed', 'DATABASE_DRIVER_MISSING']);
  });

  test('the built library contains every file that package.json exports', () => {
    const { exports } = createRequire(import.meta.url)('../../package.json');
    const files: string[] = [];
    const collect = (value: unknown): unknown =>
      typeof value === 'string' ? files.push(value) : Object.values(value as object).map(collect);
    collect(exports);
    const require = createRequire(import.meta.url);
    expect(files).toHaveLength(17);
    for (const file of files) expect(require.resolve(`../../${file}`)).toContain(file.slice(2));
  });
});
