import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { fixturePath, minimalEnvironment } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';
import { sampleCases } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
beforeAll(() => succeed(['import', fixturePath('curl.log'), '--db', db, '--host', 'linux']));

/** Runs `report` in the folder. Returns what stderr says. */
async function report(words: string, code: number): Promise<string> {
  const run = await runCommand(['report', '--db', db, ...words.split(' ')], { cwd: folder });
  expect(run.code).toBe(code);
  return run.stderr;
}

const WORST = 'worst case 4h 59m 36s at 2015-11-18 08:03:35Z';

test.each<[words: string, code: number, message: string]>([
  [
    '-f html -o page.html',
    0,
    `wrote page.html: longest safe job 4h 54m 36s so far with a margin of 5m, ${WORST}, 11 rotations in 12h`,
  ],
  ['-j 4h -f html -o page.html', 0, `wrote page.html: safe so far, 4h job, ${WORST}, 54m 36s to spare`],
  [
    '-j 5h --margin 0 -f markdown=report.md -f junit=report.xml -f table -o report.txt',
    1,
    `wrote report.md, report.xml, report.txt: not safe, 5h job, safe only within 1h 00m 32s after a rotation, ${WORST}, 24s short, 99.94% of starts safe`,
  ],
  [
    '-j 7h -f html -o page.html',
    1,
    `wrote page.html: not safe, 7h job, no start was safe, ${WORST}, 2h 05m 24s short`,
  ],
  [
    '-j 4h --max-age 1h -f html -o page.html',
    3,
    'wrote page.html: unknown, 4h job, newest sample older than 1h',
  ],
  [
    '--fleet -j 4h -f html -o page.html',
    0,
    'wrote page.html: safe so far: a 4h job with a margin of 5m is safe on 1 of 1 host (100%)',
  ],
  [
    '--presign 7d -o report.txt',
    1,
    expect.stringContaining('presigned URLs for 7d: not safe, no URL worked') as never,
  ],
])('`report %s` says what was written and the verdict', async (words, code, message) => {
  const stderr = await report(words, code);
  expect(stderr.replace(/^note: |\n$/g, '')).toEqual(message);
});

test('a table in a file whose name belongs to another format has a hint', async () => {
  expect(await report('-o page.html', 0)).toMatch(
    /^note: wrote page\.html: .*\nhint: the file has the table: for html, add -f html\n$/,
  );
  for (const words of ['-o report.txt', '-o report', '-f table -o page.html', '-f html -o page.json'])
    expect(await report(words, 0)).not.toContain('hint:');
});

test('a report of a missing host says that the written file has no samples', async () => {
  expect(await report('-j 4h --host other -f html -o page.html', 3)).toBe(
    `error: no samples in ${db} match the filters\nhint: hosts with samples: linux\n` +
      'note: wrote page.html: unknown, 4h job, no samples\n',
  );
});

test.each([
  '-j 4h -f table -f html=page.html',
  '-j 4h -f json -f html=page.html',
  '-j 4h -f html -o -',
  '-j 4h -f html -o /dev/stdout',
])('`report %s` prints only the report, because stdout has one', async (words) => {
  expect(await report(words, 0)).toBe('');
});

const SILENT = ['json', 'csv', 'junit', 'prometheus', 'openmetrics', 'emf'];

test.each(sampleCases(SILENT, 3))(
  'without a terminal, a file of the format %s is written silently',
  async (format) => {
    expect(await report(`-j 4h -f ${format} -o file`, 0)).toBe('');
    expect(readFileSync(join(folder, 'file'), 'utf8')).not.toBe('');
  },
);

test('on a terminal, files for programs are named too', async () => {
  let text = '';
  const stderr = { ...createOutput((written) => (text += written)), isTerminal: true, columns: 300 };
  const io = createTestIo(minimalEnvironment({}), '', { stdout: createOutput(() => {}), stderr });
  const file = join(folder, 'report.json');
  expect(await main(['report', '--db', db, '-j', '4h', '-f', 'json', '-o', file], io)).toBe(0);
  // The terminal wraps it.
  expect(text.replaceAll('\n      ', ' ')).toBe(
    `note: wrote ${file}: safe so far, 4h job, ${WORST}, 54m 36s to spare\n`,
  );
});

test('a monitoring plugin prints only its line', async () => {
  const words = ['report', '--db', db, '-j', '4h', '-f', 'html', '-o', join(folder, 'page.html')];
  const { code, stdout, stderr } = await runCommand([...words, '--exit-codes', 'nagios']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^CREDWATCH OK - .*\n$/);
});
