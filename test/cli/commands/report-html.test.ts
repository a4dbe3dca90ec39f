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
  const text = page.replaceAll(/<[^>]*>/g, '');
  expect(text).toContain(
    'a 5h job that copies its credentials at the start would have failed for 0.06% of start times.',
  );
  expect(text).toContain(
    'The worst case was 4h 59m 36s, just before the rotation at 2015-11-18 08:03:35Z: 24s too little.',
  );
  expect(text).toContain('sampled minimum5h 03m 10s 3m 34s above the worst case');
});
