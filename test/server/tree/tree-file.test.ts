import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildDefaultTree } from '../../../src/server/tree/default-tree.ts';
import { openTree } from '../../../src/server/tree/tree-file.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const DEFAULT = buildDefaultTree(0);
const LIMIT = 4 * 1024 * 1024;

/** Opens the tree at a path. Returns its reported problems and a function that reads entries as text. */
function open(path: string) {
  const problems: string[] = [];
  const tree = openTree(path, DEFAULT, (message) => problems.push(message));
  const read = (path: string | string[]) => {
    const entry = tree.findEntry(typeof path === 'string' ? path.split('/').filter(Boolean) : path);
    return entry === null ? null : entry.kind === 'leaf' ? String(entry.body) : entry.names.join('\n');
  };
  return { read, problems };
}

function write(folder: string, files: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('a JSON file', () => {
  const named = (name: string) => JSON.stringify({ 'meta-data': { 'tags/instance/Name': name } });
  const NAME = 'meta-data/tags/instance/Name';

  function file(content: string | Buffer): string {
    const path = join(temporaryFolder(), 'tree.json');
    writeFileSync(path, content);
    return path;
  }

  function put(path: string, content: string, seconds: number) {
    writeFileSync(path, content);
    utimesSync(path, seconds, seconds);
  }

  test('a JSON file changes the default tree', () => {
    const { read, problems } = open(file(named('mine')));
    expect(read(NAME)).toBe('mine');
    expect(read('meta-data/instance-type')).toBe('m5.large');
    expect(problems).toEqual([]);
  });

  test('a JSON file is read again after it was written or replaced', () => {
    const path = file(named('first'));
    const { read, problems } = open(path);
    writeFileSync(path, named('second one'));
    expect(read(NAME)).toBe('second one');
    writeFileSync(`${path}.new`, named('third'));
    renameSync(`${path}.new`, path);
    expect(read(NAME)).toBe('third');
    writeFileSync(path, '{}');
    expect(read(NAME)).toBe('example');
    expect(problems).toEqual([]);
  });

  test.each<[string, (path: string) => void]>([
    ['time', (path) => put(path, named('bbbbb'), 600)],
    ['size', (path) => put(path, `${named('bbbbb')} `, 500)],
    [
      'inode',
      (path) => {
        put(`${path}.new`, named('bbbbb'), 500);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('a JSON file is read again if only its %s changed', (_, alter) => {
    const path = join(temporaryFolder(), 'tree.json');
    put(path, named('aaaaa'), 500);
    const { read } = open(path);
    alter(path);
    expect(read(NAME)).toBe('bbbbb');
  });

  test('a JSON file that becomes invalid is reported once per version, and the previous content stays', () => {
    const path = file(named('good'));
    const { read, problems } = open(path);
    writeFileSync(path, '{"meta-data": ');
    expect([read(NAME), read(NAME), read('meta-data/mac')]).toEqual(['good', 'good', '02:29:96:8f:6a:2d']);
    expect(problems).toEqual([`${path} is not valid JSON; serving the previous content`]);
    writeFileSync(path, '{"meta-data": {"iam": null}}');
    expect([read(NAME), read(NAME)]).toEqual(['good', 'good']);
    expect(problems.slice(1)).toEqual([expect.stringContaining('would replace the credentials')]);
    unlinkSync(path);
    expect([read(NAME), read(NAME)]).toEqual(['good', 'good']);
    expect(problems.slice(2)).toEqual([expect.stringContaining(`${path} does not exist`)]);
    writeFileSync(path, named('fixed'));
    expect(read(NAME)).toBe('fixed');
    expect(problems).toHaveLength(3);
  });

  test.each<[string, () => string, RegExp]>([
    ['missing', () => join(temporaryFolder(), 'none.json'), /none\.json does not exist$/],
    ['invalid', () => file('{'), /tree\.json is not valid JSON/],
    [
      'with a wrong value',
      () => file('{"meta-data/x": [{}]}'),
      /tree\.json: \$\["meta-data\/x"\] is an array/,
    ],
    ['in UTF-16', () => file(Buffer.from('\ufeff{}', 'utf16le')), /is not UTF-8/],
    ['a device file', () => '/dev/null', /neither a regular file nor a folder/],
    [
      'a pipe without a writer',
      () => {
        const path = join(temporaryFolder(), 'pipe');
        execFileSync('mkfifo', [path]);
        return path;
      },
      /neither a regular file nor a folder/,
    ],
    [
      'too large',
      () => {
        const path = file('{}');
        truncateSync(path, LIMIT + 1);
        return path;
      },
      /larger than 4 MiB/,
    ],
  ])('a JSON file that is %s at the start is rejected with a hint', (_, path, message) => {
    expect(catchError(() => open(path()))).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
  });

  test('a JSON file can begin with a byte order mark, and be as large as the limit', () => {
    const { read } = open(file(`\ufeff${named('mine')}`));
    expect(read(NAME)).toBe('mine');
    expect(open(file(named('large').padEnd(LIMIT))).read(NAME)).toBe('large');
  });
});

describe('a folder', () => {
  test('a folder changes the default tree and is read at every request', () => {
    const folder = write(temporaryFolder(), { 'meta-data/placement/region': 'us-east-1' });
    const { read, problems } = open(folder);
    expect(read('meta-data/placement/region')).toBe('us-east-1');
    expect(read('meta-data/placement/availability-zone')).toBe('eu-west-1a');
    write(folder, { 'meta-data/placement/region': 'us-west-2', 'meta-data/spot/instance-action': '{}' });
    expect(read('meta-data/placement/region')).toBe('us-west-2');
    expect(read('meta-data/placement')).toBe('availability-zone\navailability-zone-id\nregion');
    expect(read('meta-data/spot')).toBe('instance-action');
    expect(read('meta-data')?.split('\n')).toContain('spot/');
    rmSync(join(folder, 'meta-data'), { recursive: true });
    expect(read('meta-data/placement/region')).toBe('eu-west-1');
    expect(read('meta-data/spot')).toBeNull();
    expect(problems).toEqual([]);
  });

  test('a folder can replace a directory by a file, and a file by a directory', () => {
    const { read } = open(write(temporaryFolder(), { 'meta-data/tags': 'none', 'meta-data/mac/a': '1' }));
    expect(read('meta-data/tags')).toBe('none');
    expect(read('meta-data/tags/instance')).toBeNull();
    expect(read('meta-data/mac')).toBe('a');
    expect(read('meta-data')?.split('\n')).toEqual(expect.arrayContaining(['mac/', 'tags']));
  });

  test.each(['0', '0=example-key', '0=other'])(
    'a folder can change the public key under the name %s',
    (name) => {
      const { read } = open(
        write(temporaryFolder(), { [`meta-data/public-keys/${name}/openssh-key`]: 'mine\n' }),
      );
      expect(read('meta-data/public-keys')).toBe(name === '0=other' ? name : '0=example-key');
      expect(read('meta-data/public-keys/0/openssh-key')).toBe('mine');
    },
  );

  test.each<[string, string | Buffer, string | Buffer]>([
    ['LF', 'i-1\n', 'i-1'],
    ['CR LF', 'i-1\r\n', 'i-1'],
    ['several LF', 'a\nb\n\n', 'a\nb\n'],
    ['no LF', 'i-1', 'i-1'],
    ['only LF', '\n', ''],
    ['invalid UTF-8 and LF', Buffer.from([0xff, 0x0a]), Buffer.from([0xff, 0x0a])],
    ['NUL and LF', Buffer.from([0x61, 0, 0x0a]), Buffer.from([0x61, 0, 0x0a])],
  ])(
    'a folder removes one final line break from a text file that ends with %s, but not from user-data',
    (_, content, body) => {
      const folder = write(temporaryFolder(), { 'meta-data/x': content, 'user-data': content });
      const tree = openTree(folder, DEFAULT, () => {});
      const bytes = (path: string[]) => {
        const entry = tree.findEntry(path);
        return entry?.kind === 'leaf' ? Buffer.from(entry.body) : entry;
      };
      expect(bytes(['meta-data', 'x'])).toEqual(Buffer.from(body));
      expect(bytes(['user-data'])).toEqual(Buffer.from(content));
    },
  );

  test('a folder serves no hidden files, and only the entries that belong below a version', () => {
    const files = ['.env', 'meta-data/.git/config', 'meta-data/.hidden', 'README.md', 'meta-data/a\nb'];
    const { read, problems } = open(
      write(temporaryFolder(), Object.fromEntries(['meta-data/x', ...files].map((path) => [path, 'no']))),
    );
    expect(read('')).toBe('dynamic\nmeta-data');
    expect(read('meta-data')).not.toMatch(/git|hidden|^a$/m);
    for (const path of files) expect(read(path)).toBeNull();
    expect(problems).toEqual([]);
  });

  test.each([
    [['..', 'secret']],
    [['meta-data', '..', '..', 'secret']],
    [['../secret']],
    [['meta-data/../../secret']],
    [['meta-data', '..\\..\\secret']],
    [['meta-data', '%2e%2e', 'secret']],
    [['meta-data', '.']],
    [['.', 'meta-data', 'x']],
    [['', 'meta-data', 'x']],
    [['meta-data', 'x\0']],
    [['meta-data', 'x\0.txt']],
    [['meta-data/x']],
    [['meta-data', '__proto__']],
    [['meta-data', 'x', 'y']],
    [['meta-data', 'a'.repeat(100_000)]],
    [Array.from({ length: 100_000 }, () => 'meta-data')],
  ])('a folder serves nothing for the hostile path %#', (path) => {
    const parent = write(temporaryFolder(), { secret: 'no', 'tree/meta-data/x': 'yes' });
    const { read } = open(join(parent, 'tree'));
    expect(read(['meta-data', 'x'])).toBe('yes');
    expect(read(path)).toBeNull();
  });

  test('a folder follows links inside the folder, such as those of a Kubernetes volume', () => {
    const folder = write(temporaryFolder(), { '..2026_01/user-data': 'one', '..2026_02/user-data': 'two' });
    symlinkSync('..2026_01', join(folder, '..data'));
    symlinkSync('..data/user-data', join(folder, 'user-data'));
    const { read, problems } = open(folder);
    expect(read('user-data')).toBe('one');
    unlinkSync(join(folder, '..data'));
    symlinkSync('..2026_02', join(folder, '..data'));
    expect(read('user-data')).toBe('two');
    expect(read('..data/user-data')).toBeNull();
    expect(read('')).toBe('dynamic\nmeta-data\nuser-data');
    expect(problems).toEqual([]);
  });

  test('a folder can be a link that changes to another folder', () => {
    const parent = write(temporaryFolder(), { 'a/meta-data/x': 'one', 'b/meta-data/x': 'two' });
    symlinkSync('a', join(parent, 'current'));
    const { read, problems } = open(join(parent, 'current'));
    expect(read('meta-data/x')).toBe('one');
    unlinkSync(join(parent, 'current'));
    symlinkSync('b', join(parent, 'current'));
    expect(read('meta-data/x')).toBe('two');
    expect(problems).toEqual([]);
  });

  test('a folder does not follow links to the outside, and reports each once', () => {
    const parent = write(temporaryFolder(), {
      'secret/file': 'no',
      'tree-secret/file': 'no',
      'tree/meta-data/x': 'yes',
    });
    const tree = join(parent, 'tree');
    symlinkSync('../../secret/file', join(tree, 'meta-data/relative'));
    symlinkSync(join(parent, 'secret/file'), join(tree, 'meta-data/absolute'));
    symlinkSync('../../tree-secret', join(tree, 'meta-data/namesake'));
    symlinkSync('../..', join(tree, 'meta-data/up'));
    symlinkSync('absolute', join(tree, 'meta-data/by-another'));
    symlinkSync('nowhere', join(tree, 'meta-data/to-nothing'));
    const { read, problems } = open(tree);
    const links = ['relative', 'absolute', 'namesake/file', 'up/secret/file', 'by-another', 'to-nothing'];
    for (const path of [...links, ...links]) expect(read(`meta-data/${path}`)).toBeNull();
    expect(
      read('meta-data')
        ?.split('\n')
        .filter((name) => /^(rel|abs|namesake|up|by-|to-)/.test(name)),
    ).toEqual([]);
    expect(read('meta-data/x')).toBe('yes');
    expect(problems).toHaveLength(5);
    for (const problem of problems)
      expect(problem).toMatch(/is a link to a file outside the folder; not served$/);
  });

  test('a folder stops at cyclic links', () => {
    const folder = write(temporaryFolder(), { 'meta-data/x': 'yes' });
    symlinkSync('.', join(folder, 'meta-data/again'));
    symlinkSync('itself', join(folder, 'meta-data/itself'));
    const { read, problems } = open(folder);
    expect(read(['meta-data', ...Array(30).fill('again'), 'x'])).toBe('yes');
    expect(read(['meta-data', ...Array(31).fill('again'), 'x'])).toBeNull();
    expect(read('meta-data/itself')).toBeNull();
    expect(problems).toEqual([expect.stringContaining('ELOOP')]);
  });

  test('a folder omits a file that is too large or not regular, and reports it once', () => {
    const folder = write(temporaryFolder(), {
      'meta-data/fits': '',
      'meta-data/instance-id': '',
      'meta-data/x': '',
    });
    truncateSync(join(folder, 'meta-data/fits'), LIMIT);
    truncateSync(join(folder, 'meta-data/instance-id'), LIMIT + 1);
    execFileSync('mkfifo', [join(folder, 'meta-data/pipe')]);
    const { read, problems } = open(folder);
    expect(read('meta-data/fits')).toHaveLength(LIMIT);
    for (let i = 0; i < 2; i++) {
      expect(read('meta-data/instance-id')).toBe('i-1234567890abcdef0');
      expect(read('meta-data/pipe')).toBeNull();
      expect(read('meta-data')).not.toContain('pipe');
    }
    expect([...problems].sort()).toEqual([
      `${join(folder, 'meta-data/instance-id')} is larger than 4 MiB; not served`,
      `${join(folder, 'meta-data/pipe')} is neither a regular file nor a folder; not served`,
    ]);
  });

  test.skipIf(process.getuid?.() === 0)(
    'a folder omits unreadable files and folders, and reports each once',
    () => {
      const folder = write(temporaryFolder(), { 'meta-data/instance-id': 'x', 'meta-data/spot/x': 'x' });
      chmodSync(join(folder, 'meta-data/instance-id'), 0);
      chmodSync(join(folder, 'meta-data/spot'), 0);
      onTestFinished(() => chmodSync(join(folder, 'meta-data/spot'), 0o700));
      const { read, problems } = open(folder);
      for (let i = 0; i < 2; i++) {
        expect(read('meta-data/instance-id')).toBe('i-1234567890abcdef0');
        expect(read('meta-data/spot/x')).toBeNull();
      }
      expect(problems).toEqual([
        `could not read ${join(folder, 'meta-data/instance-id')}: permission denied (EACCES); not served`,
        `could not read ${join(folder, 'meta-data/spot')}: permission denied (EACCES); not served`,
      ]);
    },
  );

  test('a folder that disappears leaves the default tree, and is reported once', () => {
    const folder = write(temporaryFolder(), { 'tree/user-data': 'x' });
    const { read, problems } = open(join(folder, 'tree'));
    rmSync(join(folder, 'tree'), { recursive: true });
    expect([read('user-data'), read('meta-data/mac')]).toEqual([null, '02:29:96:8f:6a:2d']);
    expect(problems).toEqual([`${join(folder, 'tree')} does not exist; not served`]);
    write(folder, { 'tree/user-data': 'y' });
    expect(read('user-data')).toBe('y');
  });

  test('a folder with credentials is rejected at the start; later they are not served', () => {
    const folder = write(temporaryFolder(), { 'meta-data/iam/info': '{}' });
    expect(catchError(() => open(folder))).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringMatching(/iam would replace the credentials$/),
      hint: expect.stringContaining('the flags of the command'),
    });
    rmSync(join(folder, 'meta-data/iam'), { recursive: true });
    const { read, problems } = open(folder);
    write(folder, { 'meta-data/iam/info': '{}' });
    expect([read('meta-data/iam'), read('meta-data/iam/info')]).toEqual([null, null]);
    expect(read('meta-data')?.split('\n')).not.toContain('iam/');
    expect(problems).toEqual([expect.stringContaining('would replace the credentials; not served')]);
  });

  test('a folder with a wrong level at the top is rejected', () => {
    const folder = write(temporaryFolder(), { 'latest/meta-data/x': '1' });
    expect(catchError(() => open(folder))).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringContaining('no entry named dynamic, meta-data, user-data'),
      hint: expect.stringMatching(/./),
    });
  });

  test('a folder serves hard links like other files', () => {
    const folder = write(temporaryFolder(), { 'meta-data/x': 'yes' });
    linkSync(join(folder, 'meta-data/x'), join(folder, 'meta-data/y'));
    expect(open(folder).read('meta-data/y')).toBe('yes');
  });
});
