import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAM, runProgram } from '../../support/cli/built-program.ts';
import { minimalEnvironment, type Run, startProcess } from '../../support/cli/program-run.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const EXPECTED = { code: 0, signal: null, stdout: '', stderr: expect.stringMatching(/^note: no samples: /) };

/** An empty file is a database without samples. */
const createDatabase = (folder: string) => writeFileSync(join(folder, 'samples.db'), '');

/** A user's home with a cache folder. */
function createHome(home = temporaryFolder()) {
  const folder = join(home, 'cache', 'cred-watch');
  const env = {
    ...{ CACHE_DIRECTORY: undefined, HOME: home, XDG_CACHE_HOME: join(home, 'cache') },
    ...{ CRED_WATCH_DB: undefined, STATE_DIRECTORY: undefined, XDG_STATE_HOME: home },
  };
  const run = (changes: Record<string, string> = {}): Promise<Run> =>
    runProgram(['report'], { env: { ...env, ...changes } });
  const runTimes = async (count: number) => {
    for (let i = 0; i < count; i += 1) expect(await run()).toEqual(EXPECTED);
  };
  const files = () => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const file = () => join(folder, files()[0] ?? 'missing');
  return { home, folder, env, run, runTimes, files, file };
}

const readHeader = (file: string): { key: string; createdAt: number } =>
  JSON.parse(readFileSync(file).toString('latin1', 0, 512));

function setCreatedAt(file: string, createdAt: number): void {
  const content = readFileSync(file);
  content.write(JSON.stringify({ ...readHeader(file), createdAt }).padEnd(512), 0, 'latin1');
  writeFileSync(file, content);
}

/** Makes the file look as if it had been written an hour ago, so that the next run renews it. */
const makeOld = (file: string) => utimesSync(file, new Date(), new Date(Date.now() - 3_600_000));

describe('the code cache', () => {
  test('the first run leaves an empty file, and the second one writes the cache', async () => {
    const { runTimes, files, file, folder } = createHome();
    await runTimes(1);
    expect(files()).toEqual([expect.stringMatching(/^report-[0-9a-f]{16}-v[0-9.]+-\w+\.v8-cache$/)]);
    expect(lstatSync(file()).size).toBe(0);
    await runTimes(1);
    expect(files()).toHaveLength(1);
    expect(lstatSync(file()).size).toBeGreaterThan(50_000);
    expect(lstatSync(file()).mode & 0o777).toBe(0o600);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });

  test('a valid cache is used, and renewed at growing intervals', async () => {
    const { runTimes, file } = createHome();
    await runTimes(2);
    const { createdAt } = readHeader(file());
    makeOld(file());
    await runTimes(1);
    // V8 accepted the cache: otherwise, the new one would have another time of creation.
    expect(readHeader(file()).createdAt).toBe(createdAt);
    const { mtimeMs } = lstatSync(file());
    expect(mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    // The cache was renewed two hours after it was created, so the next renewal is an hour away.
    setCreatedAt(file(), createdAt - 10_800_000);
    makeOld(file());
    const before = lstatSync(file()).mtimeMs;
    await runTimes(1);
    expect(lstatSync(file()).mtimeMs).toBe(before);
  });

  ciTest('a cache from the future, after the clock was set back, gets the current time', async () => {
    const { runTimes, file } = createHome();
    await runTimes(2);
    setCreatedAt(file(), Date.now() + 10_800_000);
    await runTimes(1);
    expect(readHeader(file()).createdAt).toBeLessThanOrEqual(Date.now());
  });

  ciTest('the cache of a poll is valid although a poll changes a flag of V8', async () => {
    const { origin } = await startSimulated();
    const { env, file, home } = createHome();
    const poll = () =>
      runProgram(['poll', '--db', join(home, 'samples.db')], {
        env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: origin },
      });
    for (let run = 0; run < 2; run += 1)
      expect(await poll()).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
    const { createdAt } = readHeader(file());
    makeOld(file());
    expect(await poll()).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
    expect(readHeader(file()).createdAt).toBe(createdAt);
  });

  ciTest('CRED_WATCH_NO_CACHE disables reading and writing', async () => {
    const { run, runTimes, file, folder } = createHome();
    expect(await run({ CRED_WATCH_NO_CACHE: '1' })).toEqual(EXPECTED);
    expect(existsSync(folder)).toBe(false);
    await runTimes(2);
    makeOld(file());
    const before = readFolder(folder);
    expect(await run({ CRED_WATCH_NO_CACHE: '1' })).toEqual(EXPECTED);
    expect(readFolder(folder)).toEqual(before);
  });

  ciTest('options of Node have their own cache', async () => {
    const { run, runTimes, files } = createHome();
    await runTimes(2);
    expect(await run({ NODE_OPTIONS: '--max-old-space-size=900' })).toEqual(EXPECTED);
    expect(files()).toHaveLength(2);
  });

  ciTest('many runs that start at once leave one valid cache', async () => {
    const { run, runTimes, files, file } = createHome();
    for (let round = 0; round < 2; round += 1)
      expect(await Promise.all(Array.from({ length: 8 }, () => run()))).toEqual(Array(8).fill(EXPECTED));
    expect(files()).toHaveLength(1);
    const { createdAt } = readHeader(file());
    makeOld(file());
    await runTimes(1);
    expect(readHeader(file()).createdAt).toBe(createdAt);
  });

  ciTest('caches that nothing has used for two months are deleted, and other files are not', async () => {
    const { runTimes, files, file, folder } = createHome();
    await runTimes(1);
    const created = file();
    for (const name of ['poll-0-v18.0.0-x64.v8-cache', 'poll-0-v18.0.0-x64.v8-cache.7-8.tmp', 'mine.txt']) {
      writeFileSync(join(folder, name), 'old');
      utimesSync(join(folder, name), 0, 0);
    }
    await runTimes(1);
    expect(files().map((name) => join(folder, name))).toEqual([join(folder, 'mine.txt'), created]);
  });
});

describe('a cache that is not exactly ours', () => {
  /** A cache of which each byte of the data is wrong. Node crashes or runs other code if it uses this cache. */
  const wrongData = (content: Buffer) => {
    for (let i = 600; i < content.length; i += 1) content[i] = 255;
    return content;
  };

  const changes: Record<string, (content: Buffer) => Buffer> = {
    'other data in one copy': (content) =>
      Buffer.concat([
        wrongData(content.subarray(0, content.length / 2)),
        content.subarray(content.length / 2),
      ]),
    'other data and no second copy': (content) => wrongData(content).subarray(0, content.length / 2),
    'one changed bit': (content) => {
      content[5000] = (content[5000] ?? 0) ^ 1;
      return content;
    },
    'one changed bit in the second copy': (content) => {
      content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
      return content;
    },
    'two swapped blocks': (content) =>
      Buffer.concat([
        ...[content.subarray(0, 4096), content.subarray(8192, 12_288), content.subarray(4096, 8192)],
        content.subarray(12_288),
      ]),
    'no end': (content) => content.subarray(0, content.length - 1000),
    'only a header': (content) => content.subarray(0, 512),
    'zeros, as after a power failure': (content) => content.fill(0),
    'text that is not JSON': (content) => content.fill('x'),
    'a null header': (content) => Buffer.concat([Buffer.from('null'.padEnd(512)), content.subarray(512)]),
    'the key of another bundle': (content) =>
      Buffer.from(content.toString('latin1').replace('"key":"[\\"', '"key":"[\\"0'), 'latin1'),
  };

  test.each(sampleCases(Object.entries(changes), 8))('a cache with %s is replaced', async (_, change) => {
    const { runTimes, file } = createHome();
    await runTimes(2);
    writeFileSync(file(), change(readFileSync(file())));
    await runTimes(1);
    expect(lstatSync(file()).size).toBeGreaterThan(50_000);
    const { createdAt } = readHeader(file());
    makeOld(file());
    await runTimes(1);
    expect(readHeader(file()).createdAt).toBe(createdAt);
  });

  ciTest('a cache of an edited bundle is not used', async () => {
    const { runTimes, file } = createHome();
    await runTimes(2);
    const key: unknown[] = JSON.parse(readHeader(file()).key);
    const { size, mtimeMs } = lstatSync(join(PROGRAM, '..', '..', 'dist', 'report.js'));
    expect(key).toContainEqual([size, mtimeMs]);
    const node = lstatSync(process.execPath);
    expect(key).toContainEqual([node.size, node.mtimeMs]);
    expect(key).toContain(process.versions.v8);
  });

  ciTest.each(sampleCases(['666', '620', '602'], 3))('a cache with mode %s is replaced', async (mode) => {
    const { runTimes, file } = createHome();
    await runTimes(2);
    writeFileSync(file(), wrongData(readFileSync(file())));
    const { createdAt } = readHeader(file());
    chmodSync(file(), Number.parseInt(mode, 8));
    await runTimes(1);
    expect(lstatSync(file()).mode & 0o777).toBe(0o600);
    expect(readHeader(file()).createdAt).toBeGreaterThan(createdAt);
  });

  ciTest('a link instead of a cache is replaced, and its target stays', async () => {
    const { runTimes, file, home } = createHome();
    await runTimes(2);
    const target = join(home, 'target');
    const path = file();
    renameSync(path, target);
    symlinkSync(target, path);
    makeOld(target);
    const before = readFileSync(target);
    await runTimes(1);
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(target)).toEqual(before);
  });

  test.each(
    sampleCases(
      [
        ['the folder', '.'],
        ['its parent', '..'],
      ],
      2,
    ),
  )('nothing is read or written if other users can write %s', async (_, path) => {
    const { runTimes, file, folder } = createHome();
    await runTimes(2);
    makeOld(file());
    const before = readFolder(folder);
    chmodSync(join(folder, path), 0o777);
    await runTimes(1);
    expect(readFolder(folder)).toEqual(before);
  });

  ciTest('nothing is written below a folder that cannot be written, and nothing is printed', async () => {
    const { runTimes, home } = createHome();
    writeFileSync(join(home, 'cache'), 'a file');
    await runTimes(2);
    expect(readFileSync(join(home, 'cache'), 'utf8')).toBe('a file');
  });

  test('a user without a home folder has no cache', async () => {
    const home = temporaryFolder();
    const env = minimalEnvironment({
      CACHE_DIRECTORY: undefined,
      HOME: undefined,
      XDG_CACHE_HOME: undefined,
    });
    // Only root has a folder without HOME.
    const asUser = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];
    chmodSync(home, 0o755);
    createDatabase(home);
    const command = [...asUser, process.execPath, PROGRAM, 'report', '--db', 'samples.db'];
    expect(await startProcess(command, { env, cwd: home }).done).toEqual(EXPECTED);
    expect(readdirSync(home)).toEqual(['samples.db']);
  });
});

describe.runIf(process.getuid?.() === 0)('root', () => {
  ciTest('a user who is not in /etc/passwd and has no HOME needs only --db', async () => {
    const home = temporaryFolder();
    chmodSync(home, 0o755);
    createDatabase(home);
    const env = minimalEnvironment({ CACHE_DIRECTORY: undefined, HOME: undefined });
    const command = ['setpriv', '--reuid=54321', '--clear-groups', process.execPath, PROGRAM, 'report'];
    const run = (args: string[]) => startProcess([...command, ...args], { env, cwd: home }).done;
    expect(await run(['--db', 'samples.db'])).toEqual(EXPECTED);
    expect(await run([])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: the home folder of this user is unknown\nhint: /),
    });
  });

  const OTHER_USER = 65534;

  ciTest('root does not create a cache in the home of another user', async () => {
    const { home, run, folder } = createHome();
    chownSync(home, OTHER_USER, OTHER_USER);
    expect(await run()).toEqual(EXPECTED);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(home, 'cache'))).toBe(false);
  });

  ciTest('root uses no cache that another user has written', async () => {
    const { run, runTimes, file, folder, home } = createHome();
    await runTimes(2);
    for (const path of [file(), folder, join(home, 'cache'), home]) chownSync(path, OTHER_USER, OTHER_USER);
    makeOld(file());
    const before = readFolder(folder);
    expect(await run()).toEqual(EXPECTED);
    expect(readFolder(folder)).toEqual(before);
  });

  ciTest('a cache of another user in a folder of root is replaced', async () => {
    const { run, runTimes, file } = createHome();
    await runTimes(2);
    chownSync(file(), OTHER_USER, OTHER_USER);
    const { createdAt } = readHeader(file());
    expect(await run()).toEqual(EXPECTED);
    expect(lstatSync(file()).uid).toBe(0);
    expect(readHeader(file()).createdAt).toBeGreaterThan(createdAt);
  });

  ciTest('a user can use a folder below folders of root', async () => {
    const { home, env, folder, files } = createHome();
    mkdirSync(folder, { recursive: true });
    // The modes of new folders depend on the umask of the user who runs the tests.
    createDatabase(home);
    for (const path of [home, dirname(folder), folder]) chmodSync(path, 0o755);
    chownSync(folder, OTHER_USER, OTHER_USER);
    const command = ['setpriv', `--reuid=${OTHER_USER}`, '--clear-groups', process.execPath, PROGRAM];
    const run = () => startProcess([...command, 'report'], { env: minimalEnvironment(env) }).done;
    expect(await run()).toEqual(EXPECTED);
    expect(files()).toHaveLength(1);
  });
});
