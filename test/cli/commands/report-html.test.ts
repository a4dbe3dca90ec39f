import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

test('the built program writes a page to a file and the table to stdout', async () => {
  const folder = temporaryFolder();
  const [db, file] = [join(folder, 'samples.db'), join(folder, 'report.html')];
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  const flags = ['--db', db, '-j', '5h', '--margin', '0', '-f', 'table', '-f', `html=${file}`];
  const { code, stdout, stderr } = await runProgram(['report', ...flags]);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^linux · imds\n/);
  const page = readFileSync(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>\n/);
  expect(page).toContain(
    'a 5h job with a margin of 0s, 24s short at the worst moment; 99.94% of starts were safe',
  );
  expect(page).toContain(
    'just before the rotation at 2015-11-18 08:03:35Z; the sampled minimum is 3m 34s higher',
  );
});
