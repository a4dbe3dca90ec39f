import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';

/** The log of linux, with a worst case of 4h 59m 36s. No test changes it. */
const db = join(temporaryFolder(afterAll), 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
});

const report = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand(['report', '--db', db, ...args], { env });

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');

test('several formats are written even if another one fails', async () => {
  const folder = temporaryFolder();
  const [first, last] = [join(folder, 'a.csv'), join(folder, 'b.md')];
  const nowhere = join(folder, 'none', 'x.xml');
  const { code, stderr } = await report([
    ...['-j', '4h', '-f', `csv=${first}`],
    ...['-f', `junit=${nowhere}`, '-f', `markdown=${last}`],
  ]);
  expect([code, stderr]).toEqual([
    2,
    `error: could not write ${nowhere}: the folder does not exist\nhint: create the folder, or give another file, or - for stdout\n`,
  ]);
  expect(read(folder, 'a.csv')).toMatch(/^host,/);
  expect(read(folder, 'b.md')).toMatch(/^## cred-watch/);
});

test('several formats go to one file each, and one of them to stdout', async () => {
  const folder = temporaryFolder();
  const outputs = ['junit=a.xml', 'markdown=b.md', 'csv=c.csv', 'json=d.json'];
  const flags = outputs.flatMap((each) => ['-f', each.replace('=', `=${folder}/`)]);
  const { code, stdout, stderr } = await report(['-j', '5h', ...flags, '-f', 'github']);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^::error title=cred-watch%3A 5h on linux · imds::not safe: .*\n$/);
  expect(pathsIn(folder)).toEqual(['a.xml', 'b.md', 'c.csv', 'd.json']);
  expect(read(folder, 'a.xml')).toMatch(/^<\?xml .*<\/testsuites>\n$/s);
  expect(read(folder, 'b.md')).toMatch(/^## cred-watch: ❌ not safe: /);
  expect(read(folder, 'c.csv')).toMatch(/^host,source,.*\nlinux,imds,.*\n$/);
  expect(JSON.parse(read(folder, 'd.json')).verdict).toBe('start-after-rotation');
});

test('several formats cannot share an output, and --output needs a format', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'report');
  for (const [args, error] of [
    [
      ['-f', 'junit', '-f', 'csv'],
      /^error: junit and csv both write to stdout\nhint: give each format its own file: /,
    ],
    [
      ['-f', `junit=${file}`, '-f', 'github', '-o', file],
      /^error: junit and github both write to .*report\n/,
    ],
    [['-f', `junit=${file}`, '-o', '-'], /^error: --output '-' is not used: /],
    [
      ['-o', 'json'],
      /^error: --output 'json' is the name of a format\nhint: use -f json, or -o \.\/json .*\n$/,
    ],
    [['-f', 'junit='], /^error: --format 'junit=' has no file\nhint: use junit=FILE, or junit alone\n$/],
    [['-f', 'tap'], /^error: --format 'tap' is unknown\nhint: use one of table, json, .*junit, github/],
  ] as const) {
    expect(await report(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(error) });
  }
  expect(pathsIn(folder)).toEqual([]);
});

test.each(['junit', 'github', 'markdown', 'csv'])(
  'several formats have the exit codes of any report: %s',
  async (format) => {
    const codes = [
      [[], 0],
      [['-j', '4h'], 0],
      [['-j', '5h'], 1],
      [['-j', '4h', '--confidence', '95%'], 3],
      [['-j', '4h', '--host', 'unknown'], 3],
      [['-j', '5h', '--exit-codes', 'nagios'], 2],
    ] as const;
    for (const [args, code] of codes) {
      const run = await report([...args, '-f', format]);
      expect([args, run.code, run.stdout !== '']).toEqual([args, code, true]);
    }
  },
);

function step(summary = '', outputs = '') {
  const folder = temporaryFolder();
  const files = { GITHUB_STEP_SUMMARY: join(folder, 'summary'), GITHUB_OUTPUT: join(folder, 'outputs') };
  if (summary !== '') writeFileSync(files.GITHUB_STEP_SUMMARY, summary);
  if (outputs !== '') writeFileSync(files.GITHUB_OUTPUT, outputs);
  return { folder, files };
}

test('the files of GitHub Actions get the report appended', async () => {
  const { folder, files } = step('# Tests\n', 'version=1\nopen=line');
  const { code, stdout, stderr } = await report(['-j', '5h', '--margin', '0', '-f', 'github'], files);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^::error title=.*\n$/);
  expect(read(folder, 'summary')).toMatch(
    /^# Tests\n\n## cred-watch: ❌ not safe: safe only after rotations\n\n/,
  );
  expect(read(folder, 'outputs')).toMatch(
    /^version=1\nopen=line\nverdict=start-after-rotation\nsafe=false\nworst-case-seconds=17976\nspare-seconds=-24\nremaining-seconds=\nexpiration=\n$/,
  );
});

test('the files of GitHub Actions are created if missing, also if the format writes to a file', async () => {
  const { folder, files } = step();
  const { code, stdout } = await report(['-j', '4h', '-f', `github=${folder}/commands`], files);
  expect([code, stdout]).toEqual([0, '']);
  expect(read(folder, 'commands')).toMatch(/^::notice /);
  const markdown = await report(['-j', '4h', '-f', 'markdown']);
  expect(read(folder, 'summary')).toBe(markdown.stdout);
  expect(read(folder, 'outputs')).toMatch(/^verdict=safe\nsafe=true\n/);
});

test('the files of GitHub Actions are not written by other formats or without the variables', async () => {
  const { folder, files } = step();
  await report(['-j', '4h', '-f', 'markdown'], files);
  await report(['-j', '4h', '-f', 'github'], { GITHUB_STEP_SUMMARY: '', GITHUB_OUTPUT: '' });
  expect(pathsIn(folder)).toEqual([]);
});

test('the files of GitHub Actions do not exceed the limit of GitHub', async () => {
  const LIMIT = 1_048_576;
  const nearlyFull = step(`${'x'.repeat(LIMIT - 1001)}\n`);
  expect(await report(['-j', '5h', '-f', 'github'], nearlyFull.files)).toMatchObject({
    code: 1,
    stderr: '',
  });
  const { size } = statSync(nearlyFull.files.GITHUB_STEP_SUMMARY);
  expect([size > LIMIT - 300, size <= LIMIT]).toEqual([true, true]);
  expect(read(nearlyFull.folder, 'summary')).toMatch(
    /\n\nThe rest of this report exceeds the size limit\.\n$/,
  );
  const full = step('x'.repeat(LIMIT));
  expect(await report(['-j', '5h', '-f', 'github'], full.files)).toMatchObject({
    code: 1,
    stderr: 'note: the step summary is full, so the report was not added to it\n',
  });
  expect(statSync(full.files.GITHUB_STEP_SUMMARY).size).toBe(LIMIT);
  expect(read(full.folder, 'outputs')).toMatch(/^verdict=/);
});

test('the files of GitHub Actions produce an error with the variable if they cannot be written', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'directory'));
  for (const variable of ['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT']) {
    for (const [path, why] of [
      [join(folder, 'directory'), 'this is a folder'],
      [join(folder, 'none', 'file'), 'the folder does not exist'],
    ] as const) {
      expect(await report(['-j', '4h', '-f', 'github'], { [variable]: path })).toMatchObject({
        code: 2,
        stdout: expect.stringMatching(/^::notice /),
        stderr: `error: could not write the file in ${variable}: ${path}: ${why}\nhint: set ${variable} to a writable file, or unset ${variable}\n`,
      });
    }
  }
});

test.each(['junit', 'github', 'markdown'])('%s names the filter that no series matches', async (format) => {
  const { code, stdout } = await report(['-j', '5h', '--host', 'linx', '-f', format]);
  expect(code).toBe(3);
  expect(stdout).toContain('match the filters; hosts with samples: linux');
  expect(stdout).not.toContain('cred-watch poll');
});
