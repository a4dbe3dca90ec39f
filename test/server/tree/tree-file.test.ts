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
import { buildDefaultTree, createExampleInstance } from '../../../src/server/tree/default-tree.ts';
import { openTree } from '../../../src/server/tree/tree-file.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const DEFAULT = buildDefaultTree(createExampleInstance(0));
const LIMIT = 4 * 1024 * 1024;

/** The tree at a path, what it has complained of, and a shorthand to look at it. */
function open(path: string) {
  const problems: string[] = [];
  const tree = openTree(path, DEFAULT, (message) => problems.push(message));
  const look = (path: string | string[]) => {
    const entry = tree.findEntry(typeof path === 'string' ? path.split('/').filter(Boolean) : path);
    return entry === null ? null : entry.kind === 'leaf' ? String(entry.body) : entry.names.join('\n');
  };
  return { look, problems };
}

function refusal(path: string): unknown {
  try {
    open(path);
    return null;
  } catch (error) {
    return error;
  }
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

  test('is laid over the default tree', () => {
    const { look, problems } = open(file(named('mine')));
    expect(look(NAME)).toBe('mine');
    expect(look('meta-data/instance-type')).toBe('m5.large');
    expect(problems).toEqual([]);
  });

  test('is read again when it was written or replaced', () => {
    const path = file(named('first'));
    const { look, problems } = open(path);
    writeFileSync(path, named('second one'));
    expect(look(NAME)).toBe('second one');
    writeFileSync(`${path}.new`, named('third'));
    renameSync(`${path}.new`, path);
    expect(look(NAME)).toBe('third');
    writeFileSync(path, '{}');
    expect(look(NAME)).toBe('example');
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
  ])('is known to have changed by its %s alone', (_, alter) => {
    const path = join(temporaryFolder(), 'tree.json');
    put(path, named('aaaaa'), 500);
    const { look } = open(path);
    alter(path);
    expect(look(NAME)).toBe('bbbbb');
  });

  test('that breaks is told once a version, and what it said before stays', () => {
    const path = file(named('good'));
    const { look, problems } = open(path);
    writeFileSync(path, '{"meta-data": ');
    expect([look(NAME), look(NAME), look('meta-data/mac')]).toEqual(['good', 'good', '02:29:96:8f:6a:2d']);
    expect(problems).toEqual([`${path} is not JSON: still serving what it said before`]);
    writeFileSync(path, '{"meta-data": {"iam": null}}');
    expect([look(NAME), look(NAME)]).toEqual(['good', 'good']);
    expect(problems.slice(1)).toEqual([expect.stringContaining('would replace the credentials')]);
    unlinkSync(path);
    expect([look(NAME), look(NAME)]).toEqual(['good', 'good']);
    expect(problems.slice(2)).toEqual([expect.stringContaining(`there is no ${path}`)]);
    writeFileSync(path, named('mended'));
    expect(look(NAME)).toBe('mended');
    expect(problems).toHaveLength(3);
  });

  test.each<[string, () => string, RegExp]>([
    ['missing', () => join(temporaryFolder(), 'none.json'), /^there is no .*none\.json$/],
    ['broken', () => file('{'), /tree\.json is not JSON/],
    ['of another shape', () => file('{"meta-data/x": [{}]}'), /tree\.json: \$\["meta-data\/x"\] is an array/],
    ['in UTF-16', () => file(Buffer.from('\ufeff{}', 'utf16le')), /is not UTF-8/],
    ['a device', () => '/dev/null', /neither a regular file nor a folder/],
    [
      'a pipe that nobody writes to',
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
  ])('%s at the start is refused with a hint', (_, path, message) => {
    expect(refusal(path())).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
  });

  test('may begin with a byte order mark, and be as large as the limit', () => {
    const { look } = open(file(`\ufeff${named('mine')}`));
    expect(look(NAME)).toBe('mine');
    expect(open(file(named('large').padEnd(LIMIT))).look(NAME)).toBe('large');
  });
});

describe('a folder', () => {
  test('is laid over the default tree and read at every look', () => {
    const folder = write(temporaryFolder(), { 'meta-data/placement/region': 'us-east-1' });
    const { look, problems } = open(folder);
    expect(look('meta-data/placement/region')).toBe('us-east-1');
    expect(look('meta-data/placement/availability-zone')).toBe('eu-west-1a');
    write(folder, { 'meta-data/placement/region': 'us-west-2', 'meta-data/spot/instance-action': '{}' });
    expect(look('meta-data/placement/region')).toBe('us-west-2');
    expect(look('meta-data/placement')).toBe('availability-zone\navailability-zone-id\nregion');
    expect(look('meta-data/spot')).toBe('instance-action');
    expect(look('meta-data')?.split('\n')).toContain('spot/');
    rmSync(join(folder, 'meta-data'), { recursive: true });
    expect(look('meta-data/placement/region')).toBe('eu-west-1');
    expect(look('meta-data/spot')).toBeNull();
    expect(problems).toEqual([]);
  });

  test('a file in the place of a directory replaces it, and the other way round', () => {
    const { look } = open(write(temporaryFolder(), { 'meta-data/tags': 'none', 'meta-data/mac/a': '1' }));
    expect(look('meta-data/tags')).toBe('none');
    expect(look('meta-data/tags/instance')).toBeNull();
    expect(look('meta-data/mac')).toBe('a');
    expect(look('meta-data')?.split('\n')).toEqual(expect.arrayContaining(['mac/', 'tags']));
  });

  test.each(['0', '0=example-key', '0=other'])('public key %s changes the one there is', (name) => {
    const { look } = open(
      write(temporaryFolder(), { [`meta-data/public-keys/${name}/openssh-key`]: 'mine\n' }),
    );
    expect(look('meta-data/public-keys')).toBe(name === '0=other' ? name : '0=example-key');
    expect(look('meta-data/public-keys/0/openssh-key')).toBe('mine');
  });

  test.each<[string, string | Buffer, string | Buffer]>([
    ['one line break', 'i-1\n', 'i-1'],
    ['one of Windows', 'i-1\r\n', 'i-1'],
    ['one of several', 'a\nb\n\n', 'a\nb\n'],
    ['none of none', 'i-1', 'i-1'],
    ['nothing else', '\n', ''],
    ['nothing of bytes that are no text', Buffer.from([0xff, 0x0a]), Buffer.from([0xff, 0x0a])],
    ['nothing of what holds a NUL', Buffer.from([0x61, 0, 0x0a]), Buffer.from([0x61, 0, 0x0a])],
  ])('at the end of a file loses %s; user-data keeps all', (_, content, body) => {
    const folder = write(temporaryFolder(), { 'meta-data/x': content, 'user-data': content });
    const tree = openTree(folder, DEFAULT, () => {});
    const bytes = (path: string[]) => {
      const entry = tree.findEntry(path);
      return entry?.kind === 'leaf' ? Buffer.from(entry.body) : entry;
    };
    expect(bytes(['meta-data', 'x'])).toEqual(Buffer.from(body));
    expect(bytes(['user-data'])).toEqual(Buffer.from(content));
  });

  test('serves no hidden file, and nothing beside what belongs beneath a version', () => {
    const files = ['.env', 'meta-data/.git/config', 'meta-data/.hidden', 'README.md', 'meta-data/a\nb'];
    const { look, problems } = open(
      write(temporaryFolder(), Object.fromEntries(['meta-data/x', ...files].map((path) => [path, 'no']))),
    );
    expect(look('')).toBe('dynamic\nmeta-data');
    expect(look('meta-data')).not.toMatch(/git|hidden|^a$/m);
    for (const path of files) expect(look(path)).toBeNull();
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
  ])('hostile path %#', (path) => {
    const parent = write(temporaryFolder(), { secret: 'no', 'tree/meta-data/x': 'yes' });
    const { look } = open(join(parent, 'tree'));
    expect(look(['meta-data', 'x'])).toBe('yes');
    expect(look(path)).toBeNull();
  });

  test('follows links that stay inside, as those of a Kubernetes volume', () => {
    const folder = write(temporaryFolder(), { '..2026_01/user-data': 'one', '..2026_02/user-data': 'two' });
    symlinkSync('..2026_01', join(folder, '..data'));
    symlinkSync('..data/user-data', join(folder, 'user-data'));
    const { look, problems } = open(folder);
    expect(look('user-data')).toBe('one');
    unlinkSync(join(folder, '..data'));
    symlinkSync('..2026_02', join(folder, '..data'));
    expect(look('user-data')).toBe('two');
    expect(look('..data/user-data')).toBeNull();
    expect(look('')).toBe('dynamic\nmeta-data\nuser-data');
    expect(problems).toEqual([]);
  });

  test('may be a link itself, and turned to another folder', () => {
    const parent = write(temporaryFolder(), { 'a/meta-data/x': 'one', 'b/meta-data/x': 'two' });
    symlinkSync('a', join(parent, 'current'));
    const { look, problems } = open(join(parent, 'current'));
    expect(look('meta-data/x')).toBe('one');
    unlinkSync(join(parent, 'current'));
    symlinkSync('b', join(parent, 'current'));
    expect(look('meta-data/x')).toBe('two');
    expect(problems).toEqual([]);
  });

  test('does not follow links that lead out of it, and says so once', () => {
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
    const { look, problems } = open(tree);
    const links = ['relative', 'absolute', 'namesake/file', 'up/secret/file', 'by-another', 'to-nothing'];
    for (const path of [...links, ...links]) expect(look(`meta-data/${path}`)).toBeNull();
    expect(
      look('meta-data')
        ?.split('\n')
        .filter((name) => /^(rel|abs|namesake|up|by-|to-)/.test(name)),
    ).toEqual([]);
    expect(look('meta-data/x')).toBe('yes');
    expect(problems).toHaveLength(5);
    for (const problem of problems) expect(problem).toMatch(/leads out of the folder: not served$/);
  });

  test('links in a circle end', () => {
    const folder = write(temporaryFolder(), { 'meta-data/x': 'yes' });
    symlinkSync('.', join(folder, 'meta-data/again'));
    symlinkSync('itself', join(folder, 'meta-data/itself'));
    const { look, problems } = open(folder);
    expect(look(['meta-data', ...Array(30).fill('again'), 'x'])).toBe('yes');
    expect(look(['meta-data', ...Array(31).fill('again'), 'x'])).toBeNull();
    expect(look('meta-data/itself')).toBeNull();
    expect(problems).toEqual([expect.stringContaining('ELOOP')]);
  });

  test('a file that is too large, or none, is absent and told once', () => {
    const folder = write(temporaryFolder(), {
      'meta-data/fits': '',
      'meta-data/instance-id': '',
      'meta-data/x': '',
    });
    truncateSync(join(folder, 'meta-data/fits'), LIMIT);
    truncateSync(join(folder, 'meta-data/instance-id'), LIMIT + 1);
    execFileSync('mkfifo', [join(folder, 'meta-data/pipe')]);
    const { look, problems } = open(folder);
    expect(look('meta-data/fits')).toHaveLength(LIMIT);
    for (let i = 0; i < 2; i++) {
      expect(look('meta-data/instance-id')).toBe('i-1234567890abcdef0');
      expect(look('meta-data/pipe')).toBeNull();
      expect(look('meta-data')).not.toContain('pipe');
    }
    expect([...problems].sort()).toEqual([
      `${join(folder, 'meta-data/instance-id')} is larger than 4 MiB: not served`,
      `${join(folder, 'meta-data/pipe')} is neither a regular file nor a folder: not served`,
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('what may not be read is absent and told once', () => {
    const folder = write(temporaryFolder(), { 'meta-data/instance-id': 'x', 'meta-data/spot/x': 'x' });
    chmodSync(join(folder, 'meta-data/instance-id'), 0);
    chmodSync(join(folder, 'meta-data/spot'), 0);
    onTestFinished(() => chmodSync(join(folder, 'meta-data/spot'), 0o700));
    const { look, problems } = open(folder);
    for (let i = 0; i < 2; i++) {
      expect(look('meta-data/instance-id')).toBe('i-1234567890abcdef0');
      expect(look('meta-data/spot/x')).toBeNull();
    }
    expect(problems).toEqual([
      `cannot read ${join(folder, 'meta-data/instance-id')} (EACCES): not served`,
      `cannot read ${join(folder, 'meta-data/spot')} (EACCES): not served`,
    ]);
  });

  test('that is gone leaves the default tree, and is told once', () => {
    const folder = write(temporaryFolder(), { 'tree/user-data': 'x' });
    const { look, problems } = open(join(folder, 'tree'));
    rmSync(join(folder, 'tree'), { recursive: true });
    expect([look('user-data'), look('meta-data/mac')]).toEqual([null, '02:29:96:8f:6a:2d']);
    expect(problems).toEqual([`there is no ${join(folder, 'tree')}: not served`]);
    write(folder, { 'tree/user-data': 'y' });
    expect(look('user-data')).toBe('y');
  });

  test('holds no credentials', () => {
    const folder = write(temporaryFolder(), { 'meta-data/iam/info': '{}' });
    expect(refusal(folder)).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringMatching(/iam would replace the credentials$/),
      hint: expect.stringContaining('--role'),
    });
    rmSync(join(folder, 'meta-data/iam'), { recursive: true });
    const { look, problems } = open(folder);
    write(folder, { 'meta-data/iam/info': '{}' });
    expect([look('meta-data/iam'), look('meta-data/iam/info')]).toEqual([null, null]);
    expect(look('meta-data')?.split('\n')).not.toContain('iam/');
    expect(problems).toEqual([expect.stringContaining('would replace the credentials: not served')]);
  });

  test('that is one level off is refused', () => {
    const folder = write(temporaryFolder(), { 'latest/meta-data/x': '1' });
    expect(refusal(folder)).toMatchObject({
      name: 'CredWatchError',
      message: expect.stringContaining('none of dynamic, meta-data, user-data'),
      hint: expect.stringMatching(/./),
    });
  });

  test('a hard link is a file like any other', () => {
    const folder = write(temporaryFolder(), { 'meta-data/x': 'yes' });
    linkSync(join(folder, 'meta-data/x'), join(folder, 'meta-data/y'));
    expect(open(folder).look('meta-data/y')).toBe('yes');
  });
});
