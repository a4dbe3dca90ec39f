import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as source from '../../src/library/index.ts';
import { minimalEnvironment } from '../support/cli/run-program.ts';
import { run } from '../support/credential-formats/run.ts';
import { installedPackage } from '../support/library/installed-package.ts';

const folder = installedPackage();

async function evaluate(name: string, code: string): Promise<unknown> {
  writeFileSync(join(folder, name), code);
  const { stdout, stderr } = await run([process.execPath, name], { cwd: folder, env: minimalEnvironment() });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the built library', () => {
  test('is the same in both kinds of module, so that there is one of every class', async () => {
    const answer = await evaluate(
      'both.mjs',
      `import { createRequire } from 'node:module';
       import * as module from 'cred-watch';
       const common = createRequire(import.meta.url)('cred-watch');
       const differing = Object.keys(common).filter((name) => common[name] !== module[name]);
       console.log(JSON.stringify([Object.keys(module).sort(), differing]));`,
    );
    expect(answer).toEqual([Object.keys(source).sort(), []]);
  });

  test('loads neither the database nor an HTTP client before they are wanted, and leaves the process alone', async () => {
    const answer = await evaluate(
      'effects.cjs',
      `const before = process.eventNames().length;
       require('cred-watch');
       const loaded = Object.keys(require.cache).map((path) => path.split('/node_modules/').pop());
       console.log(JSON.stringify([loaded.slice(1), process.eventNames().length - before]));`,
    );
    expect(answer).toEqual([['cred-watch/dist/library/index.cjs'], 0]);
  });

  test('says what is missing where its database driver is not installed', async () => {
    const answer = await evaluate(
      'driver.cjs',
      `const { CredWatchError, SampleStore } = require('cred-watch');
       try { SampleStore.open('samples.db'); } catch (error) {
         console.log(JSON.stringify([error instanceof CredWatchError, error.message]));
       }`,
    );
    expect(answer).toEqual([true, 'better-sqlite3 is not installed']);
  });

  test('names files that are there', () => {
    const { exports } = createRequire(import.meta.url)('../../package.json');
    const files: string[] = [];
    const collect = (value: unknown): unknown =>
      typeof value === 'string' ? files.push(value) : Object.values(value as object).map(collect);
    collect(exports);
    const require = createRequire(import.meta.url);
    expect(files).toHaveLength(13);
    for (const file of files) expect(require.resolve(`../../${file}`)).toContain(file.slice(2));
  });
});
