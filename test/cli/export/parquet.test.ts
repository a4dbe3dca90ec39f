import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { pathsIn, readFolder, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { recordSamples, START } from '../../support/report/rich-store.ts';
import { ciTest } from '../../support/thorough.ts';

const HOUR = 3_600_000;
const LOADER: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

/** A database with these series, and a folder that does not exist yet. */
function prepare(...identities: SeriesIdentity[]) {
  const folder = temporaryFolder();
  const [db, root] = [join(folder, 'samples.db'), join(folder, 'history')];
  using store = SampleStore.open(db);
  for (const identity of identities) recordSamples(store, identity, { from: START, hours: 3 });
  return { folder, db, root, args: ['export', '-f', 'parquet', '--db', db, '-o', root] };
}

const filesIn = (root: string) => pathsIn(root).filter((path) => path.endsWith('.parquet'));

const withoutOutput = (args: readonly string[]) => args.slice(0, -2);

async function readFile(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(readFileSync(path)).buffer });
}

describe('the output folder', () => {
  test.each(['-', '/dev/stdout', null])('Parquet is not written to %s', async (output) => {
    const { args } = prepare(LOADER);
    const flags = output === null ? [] : ['-o', output];
    const { code, stdout, stderr } = await runCommand([...withoutOutput(args), ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: Parquet needs a folder, because it consists of several files\n' +
        'hint: add a folder: `cred-watch export -f parquet -o FOLDER`\n',
    );
  });

  test('the folder is not a file, not below a file, and not in /proc', async () => {
    const { folder, args } = prepare(LOADER);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const run = async (output: string) => (await runCommand([...withoutOutput(args), '-o', output])).stderr;
    expect(await run(file)).toBe(
      `error: ${file} is a file, and Parquet needs a folder\nhint: give a folder with -o\n`,
    );
    expect(await run(join(file, 'x'))).toMatch(
      /^error: could not write .*: a folder in the path is a file\nhint: check the path, or give another folder with -o\n/,
    );
    expect(await run('/proc/x/y')).toMatch(/^error: could not write \/proc\/x\/y/);
  });

  test('a folder with other files is refused, and nothing in it changes', async () => {
    const { root, args } = prepare(LOADER);
    mkdirSync(root);
    writeFileSync(join(root, 'notes.txt'), 'mine');
    const { code, stderr } = await runCommand(args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `error: ${root} has files that are not part of an export\n` +
        'hint: give a new folder, or the folder of an earlier Parquet export\n',
    });
    expect(pathsIn(root)).toEqual(['notes.txt']);
  });

  test('an export of another period is refused', async () => {
    const { root, args } = prepare(LOADER);
    await succeed(args);
    const before = readFolder(root);
    const { code, stderr } = await runCommand([...args, '--since', '2026-01-01T02:00:00Z']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `error: ${root} has an export without --since and --until\n` +
        'hint: use the same --since and --until as before, or give another folder with -o\n',
    });
    expect(readFolder(root)).toEqual(before);
  });

  ciTest('an export of the same period is accepted', async () => {
    const { root, args } = prepare(LOADER);
    const period = ['--since', '2026-01-01T02:00:00Z', '--until', '2026-02-01'];
    await succeed([...args, ...period]);
    await succeed([...args, ...period]);
    expect((await runCommand(args)).stderr).toContain(
      `${root} has an export with --since 2026-01-01T02:00:00Z and --until 2026-02-01`,
    );
  });

  test.each(['', '{}', '{"schema_version":2}', '{"schema_version":1,"since":5}'])(
    'a folder whose marker is %j is refused',
    async (text) => {
      const { root, args } = prepare(LOADER);
      mkdirSync(root);
      writeFileSync(join(root, '_cred-watch-export.json'), text);
      const { code, stderr } = await runCommand(args);
      expect(code).toBe(2);
      expect(stderr).toContain('_cred-watch-export.json is not readable by this version');
    },
  );

  test('without samples, nothing is written', async () => {
    const { folder, db, args } = prepare();
    const { code, stderr } = await runCommand(args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        `note: no samples in ${db}\n` +
        'hint: record samples with `cred-watch poll --interval 5m`, or import a log with `cred-watch import`\n',
    });
    expect(readdirSync(folder).filter((name) => !name.startsWith('samples.db'))).toEqual([]);
  });
});

describe('the files', () => {
  test('a second export changes no file', async () => {
    const { root, args } = prepare(LOADER, { ...LOADER, host: 'other' });
    await succeed(args);
    const paths = filesIn(root).map((path) => join(root, path));
    expect(paths.length).toBe(2);
    for (const path of paths) utimesSync(path, 1, 1);
    await succeed(args);
    expect(paths.map((path) => statSync(path).mtimeMs)).toEqual([1000, 1000]);
  });

  test('new samples replace the file of their month', async () => {
    const { db, root, args } = prepare(LOADER);
    await succeed(args);
    const [file = ''] = filesIn(root);
    expect((await readFile(join(root, file))).length).toBe(4);
    {
      using store = SampleStore.open(db);
      recordSamples(store, LOADER, { from: START + 4 * HOUR, hours: 2 });
    }
    await succeed(args);
    expect(filesIn(root)).toEqual([file]);
    expect((await readFile(join(root, file))).length).toBe(7);
  });

  test('API versions and roles of a host have files of their own in one folder', async () => {
    const { root, args } = prepare(LOADER, { ...LOADER, apiVersion: '1' }, { ...LOADER, role: 'b' });
    await succeed(args);
    const files = filesIn(root);
    expect(files.length).toBe(3);
    expect(new Set(files.map((path) => dirname(path)))).toEqual(new Set(['host=i-0abc/month=2026-01']));
    for (const file of files) expect(file).toMatch(/\/imds-[\da-f]{16}\.parquet$/);
  });

  test('a generation that moves to another month leaves no row behind, and foreign files stay', async () => {
    const { db, root, args } = prepare();
    {
      using store = SampleStore.open(db);
      // Without dates, no rule moves the older samples that follow.
      recordSamples(store, LOADER, { from: START, hours: 3, dated: false });
    }
    await succeed(args);
    const january = join(root, 'host=i-0abc', 'month=2026-01');
    const [name = ''] = readdirSync(january);
    writeFileSync(join(january, 'notes.txt'), 'mine');
    const sample = {
      lastUpdated: null,
      expiration: START + 6 * HOUR,
      zoneless: false,
      clockOffset: 0,
      observedAt: START - HOUR,
    };
    {
      using store = SampleStore.open(db);
      const { generations } = store.histories()[0] ?? { generations: [] };
      for (const { accessKeyId } of generations)
        store.recordSample(LOADER, { ...sample, accessKeyId }, 'machine');
    }
    await succeed(args);
    expect(readdirSync(january)).toEqual(['notes.txt']);
    expect((await readFile(join(root, 'host=i-0abc', 'month=2025-12', name))).length).toBe(4);
  });

  test('an empty month is removed', async () => {
    const { root, args } = prepare(LOADER);
    await succeed(args);
    const january = join(root, 'host=i-0abc', 'month=2026-01');
    const [name = ''] = readdirSync(january);
    const stale = join(root, 'host=i-0abc', 'month=2020-01');
    mkdirSync(stale);
    writeFileSync(join(stale, name), 'stale');
    await succeed(args);
    expect(readdirSync(join(root, 'host=i-0abc'))).toEqual(['month=2026-01']);
  });

  test('leftovers of a killed export are removed after an hour', async () => {
    const { root, args } = prepare(LOADER);
    await succeed(args);
    const january = join(root, 'host=i-0abc', 'month=2026-01');
    const [old, young, foreign] = ['.cred-watch-1-2.tmp', '.cred-watch-1-3.tmp', '.other.tmp'];
    for (const name of [old, young, foreign]) writeFileSync(join(january, name), '');
    for (const name of [old, foreign]) utimesSync(join(january, name), 1, 1);
    await succeed(args);
    expect(readdirSync(january).filter((name) => name.startsWith('.'))).toEqual([young, foreign]);
  });

  test('a series is retired also if --role leaves out the series that replaced it', async () => {
    const { db, root, args } = prepare(LOADER);
    {
      using store = SampleStore.open(db);
      recordSamples(store, { ...LOADER, role: 'newer' }, { from: START + 10 * HOUR, hours: 3 });
    }
    await succeed([...args, '--role', 'loader']);
    const [file = '', ...others] = filesIn(root);
    expect(others).toEqual([]);
    const rows = await readFile(join(root, file));
    expect(rows.map(({ role, retired }) => [role, retired])).toEqual(Array(4).fill(['loader', true]));
  });
});

describe('names of hosts', () => {
  test('a name that is too long for a folder is shortened, with a note', async () => {
    const hosts = ['é/'.repeat(200), `${'é/'.repeat(200)}2`];
    const { root, args } = prepare(...hosts.map((host) => ({ ...LOADER, host })));
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(0);
    expect(
      stderr.match(/^note: the host name é\S+ is too long for a folder, so its folder is /gm)?.length,
    ).toBe(2);
    const folders = readdirSync(root).filter((name) => name.startsWith('host='));
    expect(folders.length).toBe(2);
    for (const name of folders) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(name)).toBeGreaterThan(245);
      expect(name).toMatch(/^host=(é%2F)+é?~[\da-f]{16}$/);
    }
  });

  test('two hosts with one folder are an error', async () => {
    const { root, args } = prepare({ ...LOADER, host: 'HOST' }, { ...LOADER, host: 'host' });
    mkdirSync(root);
    // As on a file system that does not distinguish upper and lower case.
    await succeed([...args, '--host', 'HOST']);
    symlinkSync('host=HOST', join(root, 'host=host'));
    const { code, stderr } = await runCommand(args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'error: the file system does not distinguish the folders host=HOST and host=host\n' +
        'hint: export these hosts into different folders, with --host and -o\n',
    });
  });

  test('two hosts that differ in case have two folders', async () => {
    const { root, args } = prepare({ ...LOADER, host: 'HOST' }, { ...LOADER, host: 'host' });
    await succeed(args);
    expect(filesIn(root).length).toBe(2);
  });
});
