import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram, runShell } from '../../support/cli/built-program.ts';
import { mayBeSkipped, noMountNamespace, OWN_MOUNTS } from '../../support/cli/namespaces.ts';
import { AS_OTHER_USER, noOtherUser, OTHER_USER } from '../../support/cli/other-user.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

async function filledDatabase(folder: string): Promise<string> {
  const db = join(folder, 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  return db;
}

test('an output file behind a link is replaced, and the link is kept', async () => {
  const folder = temporaryFolder();
  const db = await filledDatabase(folder);
  const [target, link] = [join(folder, 'target'), join(folder, 'link')];
  writeFileSync(target, 'old');
  symlinkSync(target, link);
  await succeed(['report', '-f', 'json', '-o', link, '--db', db]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ schema_version: 1 });
});

test('an output file that is a pipe receives the output and is not replaced', async () => {
  const folder = temporaryFolder();
  const db = await filledDatabase(folder);
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const script = `cat ${pipe} > ${folder}/read & "$NODE" "$PROGRAM" export --db ${db} -o ${pipe}; wait`;
  expect(await runShell(script)).toMatchObject({ code: 0, stderr: '' });
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  expect(readFileSync(join(folder, 'read'), 'utf8').split('\n')).toHaveLength(14);
});

const temporaryFilesIn = (folder: string) => pathsIn(folder).filter((name) => name.endsWith('.tmp'));

const getMode = (file: string) => (statSync(file).mode & 0o7777).toString(8);

test.each(sampleCases(['600', '640', '644', '660', '400'], 6))(
  'an output file with mode %s keeps its mode',
  async (mode) => {
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const file = join(folder, 'report.json');
    writeFileSync(file, 'old');
    chmodSync(file, Number.parseInt(mode, 8));
    for (const args of [
      ['report', '-f', `json=${file}`],
      ['export', '-o', file],
    ]) {
      await succeed([...args, '--db', db]);
      expect(getMode(file)).toBe(mode);
    }
    expect(readFileSync(file, 'utf8')).not.toContain('old');
  },
);

test('a new output file has the mode of the umask', async () => {
  const folder = temporaryFolder();
  const db = await filledDatabase(folder);
  for (const [umask, mode] of [
    ['077', '600'],
    ['027', '640'],
    ['022', '644'],
  ]) {
    const file = join(folder, `samples-${umask}`);
    const script = `umask ${umask}; "$NODE" "$PROGRAM" export --db ${db} -o ${file}`;
    expect(await runShell(script)).toMatchObject({ code: 0, stderr: '' });
    expect(getMode(file)).toBe(mode);
  }
});

test('an output file behind a link to a missing file is created, and the link is kept', async () => {
  const folder = temporaryFolder();
  const db = await filledDatabase(folder);
  const [target, link] = [join(folder, 'target'), join(folder, 'link')];
  symlinkSync('target', link);
  await succeed(['export', '-o', link, '--db', db]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, 'utf8').split('\n')).toHaveLength(14);
});

test('an output file with two names is replaced under the given name only', async () => {
  const folder = temporaryFolder();
  const db = await filledDatabase(folder);
  const [file, other] = [join(folder, 'file'), join(folder, 'other')];
  writeFileSync(other, 'old');
  linkSync(other, file);
  await succeed(['export', '-o', file, '--db', db]);
  expect(readFileSync(other, 'utf8')).toBe('old');
  expect(readFileSync(file, 'utf8')).not.toBe('old');
});

test.each(sampleCases(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'], 3))(
  '%s as the output file appends to stdout',
  async (name) => {
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const file = join(folder, 'log');
    const script = `{ echo first; "$NODE" "$PROGRAM" export --db ${db} -o ${name}; echo last; } >> ${file}`;
    expect(await runShell(script)).toMatchObject({ code: 0, stderr: '' });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([15, 'first', 'last']);
  },
);

test('a device as the output file is not replaced', async () => {
  const db = await filledDatabase(temporaryFolder());
  await succeed(['export', '-o', '/dev/null', '--db', db]);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

describe(`an output file of another user${noOtherUser === null ? '' : ` (skipped: ${noOtherUser})`}`, () => {
  const testAsRoot = test.skipIf(noOtherUser !== null && mayBeSkipped);

  /** A folder and a database that the other user may use, and a file of root. */
  async function prepare() {
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const file = join(folder, 'file');
    writeFileSync(file, 'old');
    for (const path of [folder, db]) chownSync(path, OTHER_USER, OTHER_USER);
    const run = () => runProgram(['export', '--db', db, '-o', file], { prefix: AS_OTHER_USER });
    return { folder, db, file, run };
  }

  testAsRoot('keeps its owner and group if root replaces it', async () => {
    expect(noOtherUser).toBeNull();
    const { db, file } = await prepare();
    chownSync(file, OTHER_USER, 4242);
    chmodSync(file, 0o640);
    await succeed(['export', '--db', db, '-o', file]);
    expect(statSync(file)).toMatchObject({ uid: OTHER_USER, gid: 4242 });
    expect(getMode(file)).toBe('640');
  });

  ciTest('is overwritten if its mode permits writing', async () => {
    expect(noOtherUser).toBeNull();
    const { folder, file, run } = await prepare();
    chmodSync(file, 0o606);
    const { ino } = statSync(file);
    expect(await run()).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(file)).toMatchObject({ uid: 0, ino });
    expect(getMode(file)).toBe('606');
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(14);
    expect(temporaryFilesIn(folder)).toEqual([]);
  });

  testAsRoot('is not changed if its mode does not permit writing', async () => {
    expect(noOtherUser).toBeNull();
    const { folder, file, run } = await prepare();
    expect(await run()).toMatchObject({
      code: 2,
      stderr: `error: could not write ${file}: permission denied\nhint: give another file, or - for stdout\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(temporaryFilesIn(folder)).toEqual([]);
  });

  ciTest('in a folder without write permission is overwritten', async () => {
    expect(noOtherUser).toBeNull();
    const { folder, file, run } = await prepare();
    chownSync(file, OTHER_USER, OTHER_USER);
    chmodSync(folder, 0o555);
    expect(await run()).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(14);
  });

  const hasProtectedLinks = readProtectedLinks() === '1';
  test.skipIf(!hasProtectedLinks || (noOtherUser !== null && mayBeSkipped))(
    `behind a link of another user in a folder like /tmp is not changed${hasProtectedLinks ? '' : ' (skipped: fs.protected_symlinks is off)'}`,
    async () => {
      expect(noOtherUser).toBeNull();
      const { folder, db, file } = await prepare();
      const shared = join(folder, 'shared');
      mkdirSync(shared);
      chmodSync(shared, 0o1777);
      const link = join(shared, 'report');
      symlinkSync(file, link);
      lchownSync(link, OTHER_USER, OTHER_USER);
      expect(await runCommand(['export', '--db', db, '-o', link])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`error: could not write ${link}: permission denied\n`),
      });
      expect(readFileSync(file, 'utf8')).toBe('old');
    },
  );
});

function readProtectedLinks(): string {
  const path = '/proc/sys/fs/protected_symlinks';
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

test.skipIf(!isThorough || (noMountNamespace !== null && mayBeSkipped))(
  `an output file that is mounted is overwritten${noMountNamespace === null ? '' : ` (skipped: ${noMountNamespace})`}`,
  async () => {
    expect(noMountNamespace).toBeNull();
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const [file, source] = [join(folder, 'file'), join(folder, 'source')];
    for (const each of [file, source]) writeFileSync(each, 'old');
    const script = `mount --bind ${source} ${file} && "$NODE" "$PROGRAM" export --db ${db} -o ${file}`;
    expect(await runShell(script, { prefix: OWN_MOUNTS })).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(source, 'utf8').split('\n')).toHaveLength(14);
    expect(temporaryFilesIn(folder)).toEqual([]);
  },
);

/** Every write fails as on a full disk. */
const FULL = '/dev/full';

test.skipIf(!existsSync(FULL))('a full disk behind stdout is an error, not truncated output', async () => {
  const db = await filledDatabase(temporaryFolder());
  for (const command of ['report', 'export']) {
    expect(await runShell(`"$NODE" "$PROGRAM" ${command} --db ${db} >> ${FULL}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^error: could not write to standard output: the disk is full\nhint: the output is incomplete: free some space, or write to another file\n/,
      ),
    });
  }
});
