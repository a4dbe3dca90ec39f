import { describe, expect, test } from 'vitest';
import { buildDefaultTree, METADATA_VERSIONS } from '../../../src/server/tree/default-tree.ts';
import {
  applyTreeChanges,
  createDirectory,
  createTree,
  type Directory,
  findTreeEntry,
} from '../../../src/server/tree/metadata-tree.ts';
import { parseTreeChanges } from '../../../src/server/tree/tree-json.ts';
import { catchError } from '../../support/catch-error.ts';
import { isThorough } from '../../support/thorough.ts';

const STARTED = Date.UTC(2026, 0, 31, 12, 0, 0, 750);
const DEFAULT = buildDefaultTree(STARTED);

const segments = (path: string) => path.split('/').filter((segment) => segment !== '');

/** The text at a path, or the names of a directory, one per line. */
function at(tree: Directory, path: string): string | null {
  const entry = findTreeEntry(tree, segments(path));
  return entry === null ? null : entry.kind === 'leaf' ? String(entry.body) : entry.names.join('\n');
}

const changed = (changes: object, under: Directory = DEFAULT) =>
  applyTreeChanges(under, parseTreeChanges(JSON.stringify(changes), 'tree.json'));

describe('a listing', () => {
  test('a listing is sorted by the bytes of names; the slash of directories does not count', () => {
    const tree = createDirectory({
      all: { b: '', 'a-b': '', a: { x: '' }, B: '', '\u{1f511}': '', '\uff21': '' },
    });
    expect(createTree(tree).findEntry(['all'])).toEqual({
      kind: 'directory',
      names: ['B', 'a/', 'a-b', 'b', '\uff21', '\u{1f511}'],
    });
  });

  test('the listing of the top has no slashes, and has user-data only if it exists', () => {
    expect(at(DEFAULT, '')).toBe('dynamic\nmeta-data');
    expect(at(changed({ 'user-data': '#!/bin/sh' }), '')).toBe('dynamic\nmeta-data\nuser-data');
  });

  test('the listing of instance-identity has a fixed order, after which added names are sorted', () => {
    const names = 'rsa2048\npkcs7\ndocument\nsignature\ndsa2048';
    expect(at(DEFAULT, 'dynamic/instance-identity')).toBe(names);
    const more = changed({ 'dynamic/instance-identity': { b: '', a: '', document: 'mine' } });
    expect(at(more, 'dynamic/instance-identity')).toBe(`${names}\na\nb`);
  });
});

describe('a path', () => {
  test.each([
    'meta-data/none',
    'meta-data/instance-id/below',
    'meta-data/public-keys/1',
    'meta-data/public-keys/0=example-key',
    'meta-data/public-keys/00',
    '__proto__',
    'constructor',
    'meta-data/toString',
    'meta-data/__proto__/constructor',
    'Meta-Data/instance-id',
  ])('the path %s names no entry', (path) => {
    expect(at(DEFAULT, path)).toBeNull();
  });

  test.each([
    [['']],
    [['meta-data', '']],
    [['meta-data/instance-id']],
    [['meta-data', '..', 'dynamic']],
    [['.']],
  ])('a path with the segments %j names no entry', (path) => {
    expect(findTreeEntry(DEFAULT, path)).toBeNull();
  });

  test('a path addresses a public key by its number', () => {
    expect(at(DEFAULT, 'meta-data/public-keys')).toBe('0=example-key');
    expect(at(DEFAULT, 'meta-data/public-keys/0')).toBe('openssh-key');
    expect(at(DEFAULT, 'meta-data/public-keys/0/openssh-key')).toMatch(/^ssh-ed25519 \S+ example-key$/);
  });

  test('a path addresses a tag named like a public key by its whole name', () => {
    const one = changed({ 'meta-data/tags/instance': { '0=a': 'one' } });
    expect(at(one, 'meta-data/tags/instance/0=a')).toBe('one');
    expect(at(one, 'meta-data/tags/instance/0')).toBeNull();
    const three = changed({ 'meta-data/tags/instance': { '0=b': 'two', 0: 'three' } }, one);
    expect(at(three, 'meta-data/tags/instance')).toBe('0\n0=a\n0=b\nEnvironment\nName');
    expect(at(three, 'meta-data/tags/instance/0')).toBe('three');
  });
});

describe('changes', () => {
  test('changes add, replace and remove entries of a copy', () => {
    const tree = changed({
      'meta-data': {
        'instance-id': 'i-mine',
        placement: { region: 'us-east-1', 'host-id': 'h-1' },
        'spot/termination-time': '2026-01-31T12:00:00Z',
        system: null,
      },
    });
    expect(at(tree, 'meta-data/instance-id')).toBe('i-mine');
    expect(at(tree, 'meta-data/placement')).toBe('availability-zone\navailability-zone-id\nhost-id\nregion');
    expect(at(tree, 'meta-data/placement/region')).toBe('us-east-1');
    expect(at(tree, 'meta-data/placement/availability-zone')).toBe('eu-west-1a');
    expect(at(tree, 'meta-data/spot')).toBe('termination-time');
    expect(at(tree, 'meta-data/system')).toBeNull();
    expect(at(tree, 'meta-data')).not.toContain('system');
    expect(at(DEFAULT, 'meta-data/placement/region')).toBe('eu-west-1');
    expect(at(DEFAULT, 'meta-data/system')).toBe('nitro');
  });

  test('changes replace a text by a directory, and a directory by a text', () => {
    const tree = changed({ 'meta-data': { mac: { a: '1' }, tags: 'none' } });
    expect(at(tree, 'meta-data/mac')).toBe('a');
    expect(at(tree, 'meta-data/tags')).toBe('none');
    expect(at(tree, 'meta-data/tags/instance')).toBeNull();
    expect(at(tree, 'meta-data')?.split('\n')).toEqual(expect.arrayContaining(['mac/', 'tags']));
  });

  test('changes that remove every entry remove the directory; removing a missing entry adds no directory', () => {
    const tree = changed({
      'meta-data': {
        tags: { instance: { Name: null, Environment: null } },
        spot: { 'instance-action': null },
      },
    });
    expect(at(tree, 'meta-data/tags')).toBeNull();
    expect(at(tree, 'meta-data/spot')).toBeNull();
    expect(at(changed({ 'meta-data': null }), '')).toBe('dynamic');
  });

  test.each(['0', '0=example-key', '0=other'])(
    'changes to the public key %s change the existing key',
    (name) => {
      const tree = changed({ 'meta-data/public-keys': { [name]: { 'openssh-key': 'mine' } } });
      expect(at(tree, 'meta-data/public-keys')).toBe(name === '0=other' ? name : '0=example-key');
      expect(at(tree, 'meta-data/public-keys/0/openssh-key')).toBe('mine');
      expect(at(changed({ 'meta-data/public-keys': { [name]: null } }), 'meta-data/public-keys')).toBeNull();
    },
  );

  test('changes to public keys keep one directory per number, with the last name', () => {
    const tree = changed({ 'meta-data/public-keys': { '1=a': { a: '' }, '1=b': { b: '' } } });
    expect(at(tree, 'meta-data/public-keys')).toBe('0=example-key\n1=b');
    expect(at(tree, 'meta-data/public-keys/1')).toBe('a\nb');
  });

  test('changes can have names of built-in object properties', () => {
    const json = '{"meta-data": {"__proto__": {"polluted": "yes"}, "constructor": "c"}}';
    const tree = applyTreeChanges(DEFAULT, parseTreeChanges(json, 'tree.json'));
    expect(at(tree, 'meta-data/__proto__/polluted')).toBe('yes');
    expect(at(tree, 'meta-data/constructor')).toBe('c');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('changes in JSON', () => {
  test.each([
    ['text', 'text'],
    [' kept as it is\n', ' kept as it is\n'],
    [0, '0'],
    [123456789012, '123456789012'],
    [-1.5, '-1.5'],
    [true, 'true'],
    [false, 'false'],
    [['a', 'b'], 'a\nb'],
    [[], ''],
    ['', ''],
  ])('the value %j of changes in JSON becomes the text %j', (value, text) => {
    expect(at(changed({ 'meta-data/x': value }), 'meta-data/x')).toBe(text);
  });

  test('changes in JSON can mix paths in keys and nested objects', () => {
    const tree = changed({
      'meta-data/placement': { 'a/b': '1' },
      'meta-data': { 'placement/a': { c: '2' } },
    });
    expect(at(tree, 'meta-data/placement/a')).toBe('b\nc');
  });

  test.each<[string, string, RegExp]>([
    ['invalid JSON', '{"meta-data": {"a" 1}}', /^tree\.json is not valid JSON/],
    ['an empty file', '', /is not valid JSON$/],
    ['an array', '[]', /tree\.json is not a JSON object/],
    ['null', 'null', /is not a JSON object/],
    ['an array of numbers', '{"meta-data": {"x": [1]}}', /\$\["meta-data"\]\["x"\] is an array/],
    ['an array of arrays', '{"meta-data": {"x": [["a"]]}}', /\["x"\] is an array/],
    [
      'a number with too many digits',
      '{"meta-data": {"x": 12345678901234567890}}',
      /\["x"\] has more digits/,
    ],
    ['a number that overflows', '{"meta-data": {"x": 1e400}}', /\["x"\] has more digits/],
    ['an empty name', '{"meta-data": {"": "x"}}', /\[""\] is not a valid path/],
    ['a slash at the start', '{"/meta-data": {}}', /\["\/meta-data"\] is not a valid path/],
    ['a slash at the end', '{"meta-data/": {}}', /is not a valid path/],
    ['a parent folder', '{"meta-data/../x": "x"}', /is not a valid path/],
    ['a dot', '{"meta-data": {".": "x"}}', /is not a valid path/],
    ['a control character', '{"meta-data": {"a\\u0000b": "x"}}', /\["a\\u0000b"\] is not a valid path/],
    ['a line break', '{"meta-data": {"a\\nb": "x"}}', /is not a valid path/],
    ['a duplicate name', '{"meta-data": {"a/b": "1", "a": {"b": "2"}}}', /\["a"\]\["b"\] is a duplicate/],
    ['a name that is text and directory', '{"meta-data": {"a": "1", "a/b": "2"}}', /is a duplicate/],
    ['a name that is removed and a directory', '{"meta-data": {"a": null, "a/b": "2"}}', /is a duplicate/],
    ['a name outside meta-data', '{"placement/region": "x"}', /\["placement\/region"\] is not below/],
    ['user-data as a directory', '{"user-data": {"a": "1"}}', /user-data is a text/],
    ['meta-data as a text', '{"meta-data": "x"}', /meta-data is a directory/],
    ['credentials', '{"meta-data/iam/security-credentials/r": "x"}', /would replace the credentials/],
    ['the removal of credentials', '{"meta-data": {"iam": null}}', /would replace the credentials/],
  ])('changes in JSON with %s are rejected', (_, json, message) => {
    expect(() => parseTreeChanges(json, 'tree.json')).toThrow(message);
  });

  test('changes in JSON that are invalid give a hint, and the error quotes nothing of the file', () => {
    const error = (json: string) => catchError(() => parseTreeChanges(json, 'tree.json'));
    expect(error('{"meta-data": {"iam/info": ""}}')).toMatchObject({
      name: 'CredWatchError',
      hint: expect.stringContaining('the flags of the command'),
    });
    expect(String(error('aws_secret_access_key = wJalrXUtnFEMI'))).not.toMatch(/wJalr|aws_s/);
    expect(error('{\n\n"meta-data" 1}')).toMatchObject({ message: 'tree.json is not valid JSON (line 3)' });
  });

  test('changes in JSON can have 32 levels, as paths or as nested objects', () => {
    const nested = (depth: number) => `{"meta-data":${'{"a":'.repeat(depth - 1)}"x"${'}'.repeat(depth)}`;
    const joined = (depth: number) => JSON.stringify({ [`meta-data${'/a'.repeat(depth - 1)}`]: 'x' });
    for (const json of [nested, joined]) {
      expect(
        at(applyTreeChanges(DEFAULT, parseTreeChanges(json(32), '')), `meta-data${'/a'.repeat(31)}`),
      ).toBe('x');
      expect(() => parseTreeChanges(json(33), '')).toThrow(/nested too deeply/);
      expect(() => parseTreeChanges(json(100_000), '')).toThrow(/nested too deeply/);
    }
  });

  test('one directory can have many changes in JSON', () => {
    const count = isThorough ? 50_000 : 2000;
    const names = Array.from({ length: count }, (_, number) => [`${number}=`, { a: '1' }]);
    const tree = changed({ 'meta-data/many': Object.fromEntries(names) });
    expect(at(tree, `meta-data/many/${count - 1}/a`)).toBe('1');
    expect(at(tree, 'meta-data/many')?.split('\n')).toHaveLength(count);
  });
});

describe('the default tree', () => {
  test('the default tree has the metadata of an instance, and no credentials', () => {
    expect(at(DEFAULT, 'meta-data')?.split('\n')).toEqual([
      'ami-id',
      'ami-launch-index',
      'ami-manifest-path',
      'block-device-mapping/',
      'events/',
      'hostname',
      'instance-action',
      'instance-id',
      'instance-life-cycle',
      'instance-type',
      'local-hostname',
      'local-ipv4',
      'mac',
      'metrics/',
      'network/',
      'placement/',
      'profile',
      'public-keys/',
      'reservation-id',
      'security-groups',
      'services/',
      'system',
      'tags/',
    ]);
    expect(at(DEFAULT, 'meta-data/events')).toBe('maintenance/');
    expect(at(DEFAULT, 'user-data')).toBeNull();
  });

  test('the default tree has consistent data about the network interface', () => {
    const mac = at(DEFAULT, 'meta-data/mac');
    expect(at(DEFAULT, 'meta-data/network/interfaces/macs')).toBe(`${mac}/`);
    const ofInterface = (name: string) => at(DEFAULT, `meta-data/network/interfaces/macs/${mac}/${name}`);
    expect(ofInterface('mac')).toBe(mac);
    expect(ofInterface('local-ipv4s')).toBe(at(DEFAULT, 'meta-data/local-ipv4'));
    expect(ofInterface('local-hostname')).toBe(at(DEFAULT, 'meta-data/hostname'));
    expect(ofInterface('owner-id')).toBe('123456789012');
  });

  test('the default tree has the identity document as captured', () => {
    expect(at(DEFAULT, 'dynamic/instance-identity/document')).toBe(
      [
        '{',
        '  "accountId" : "123456789012",',
        '  "architecture" : "x86_64",',
        '  "availabilityZone" : "eu-west-1a",',
        '  "billingProducts" : null,',
        '  "devpayProductCodes" : null,',
        '  "marketplaceProductCodes" : null,',
        '  "imageId" : "ami-0abcdef1234567890",',
        '  "instanceId" : "i-1234567890abcdef0",',
        '  "instanceType" : "m5.large",',
        '  "kernelId" : null,',
        '  "pendingTime" : "2026-01-31T12:00:00Z",',
        '  "privateIp" : "10.0.0.25",',
        '  "ramdiskId" : null,',
        '  "region" : "eu-west-1",',
        '  "version" : "2017-09-30"',
        '}',
      ].join('\n'),
    );
  });

  test.each(['pkcs7', 'rsa2048', 'dsa2048', 'signature'])(
    'the default tree has a %s with a text that states that it is false',
    (name) => {
      const text = at(DEFAULT, `dynamic/instance-identity/${name}`) ?? '';
      expect(text).toMatch(/^(?:[\w+/]{76}\n)+[\w+/]{1,76}={0,2}$/);
      expect(Buffer.from(text, 'base64').toString()).toContain(`not a ${name} of i-1234567890abcdef0`);
      expect(at(buildDefaultTree(STARTED), `dynamic/instance-identity/${name}`)).toBe(text);
    },
  );

  test('the default tree has no value that ends with a line break', () => {
    const visit = (path: string[]): string[] => {
      const entry = findTreeEntry(DEFAULT, path)!;
      if (entry.kind === 'leaf') return [String(entry.body)];
      return entry.names.flatMap((name) => visit([...path, name.replace(/^(\d+)=.*|\/$/, '$1')]));
    };
    const values = visit([]);
    expect(values.length).toBeGreaterThan(40);
    expect(values.filter((value) => value === '' || value.endsWith('\n'))).toEqual([]);
  });

  test('the default tree has 29 dated versions and latest', () => {
    expect(METADATA_VERSIONS).toHaveLength(30);
    expect([...METADATA_VERSIONS].sort()).toEqual(METADATA_VERSIONS);
  });
});
