import { describe, expect, test } from 'vitest';
import { inspectSharedFiles } from '../../../src/sources/probe/shared-files.ts';
import type { ProfileFile } from '../../../src/sources/profile/files.ts';

/** Inspects files with these texts. A file without a text is missing. */
function inspect({ config, credentials }: { config?: string; credentials?: string }) {
  const toFile = (path: string, text: string | undefined): ProfileFile =>
    text === undefined
      ? { path, state: 'missing', problem: 'ENOENT' }
      : { path, state: 'read', problem: null };
  const files = {
    configFile: toFile('/config', config),
    credentialsFile: toFile('/credentials', credentials),
    profiles: new Map(),
    ssoSessions: new Map(),
    services: new Map(),
    selectedName: 'default',
  };
  return inspectSharedFiles(files, async (path) => (path === '/config' ? config : credentials) ?? '');
}

describe('problems of the shared files', () => {
  test.each<[name: string, files: Parameters<typeof inspect>[0], problems: object[]]>([
    ['valid files', { config: '[default]\na = b\n', credentials: '[default]\na = b\n' }, []],
    [
      'the same problem for all parsers',
      { config: 'a = b\n' },
      [{ path: '/config', line: 1, cause: 'NO_SECTION', parsers: ['botocore', 'java'] }],
    ],
    [
      'a problem of botocore',
      { config: '[a]\nb = c\nb = d\n' },
      [{ path: '/config', line: 3, cause: 'DUPLICATE_KEY', parsers: ['botocore'] }],
    ],
    [
      'a problem of Java and Rust',
      { credentials: '[a]\nb: c\n' },
      [{ path: '/credentials', line: 2, cause: 'COLON', parsers: ['java'] }],
    ],
    [
      'problems on different lines',
      { config: '[a]\n  b = c\nd\n' },
      [
        { path: '/config', line: 3, cause: 'NO_EQUALS_SIGN', parsers: ['botocore'] },
        { path: '/config', line: 2, cause: 'INDENTED', parsers: ['java'] },
      ],
    ],
    [
      'different problems on one line',
      { config: '[a]\nb =\n  c: d\n' },
      [
        { path: '/config', line: 3, cause: 'NO_EQUALS_SIGN', parsers: ['botocore'] },
        { path: '/config', line: 3, cause: 'COLON', parsers: ['java'] },
      ],
    ],
    [
      'problems of both files',
      { credentials: 'a\n', config: 'b\n' },
      [
        { path: '/config', line: 1, cause: 'NO_SECTION', parsers: ['botocore', 'java'] },
        { path: '/credentials', line: 1, cause: 'NO_SECTION', parsers: ['botocore', 'java'] },
      ],
    ],
  ])('%s are found', async (_, files, problems) => {
    expect((await inspect(files)).fileProblems).toEqual(problems);
  });
});

test('sections in the form of the other file are misplaced', async () => {
  const { misplacedSections } = await inspect({
    config:
      '[loader]\n[default]\n[profile a]\n[sso-session b]\n[services c]\n["d"]\n[profiles]\n[default2]\n',
    credentials: "[loader]\n[profile e]\n[profile  'f g']\n[default]\n[my profile h]\n",
  });
  expect(misplacedSections.map(({ file, section, profile }) => `${file} [${section}] ${profile}`)).toEqual([
    'config [loader] loader',
    'config ["d"] d',
    'config [profiles] profiles',
    'config [default2] default2',
    'credentials [profile e] e',
    "credentials [profile  'f g'] f g",
  ]);
  expect(misplacedSections.map(({ path }) => path)).toEqual([
    ...Array(4).fill('/config'),
    ...Array(2).fill('/credentials'),
  ]);
});

describe('the profiles of botocore', () => {
  test('the profiles of botocore have the settings of both files and of DEFAULT', async () => {
    const { botocoreProfiles } = await inspect({
      config:
        '[DEFAULT]\nx: all\ny: all\n[default]\ny: own\n[profile a]\nb: c\n[profile "d"]\n[profile  \'e f\']\n[g]\n[profiles h]\n[my profile i]\n',
      credentials: '[DEFAULT]\nz: all\n[a]\nk: l\nz: own\n[m]\n',
    });
    expect(Object.fromEntries(botocoreProfiles ?? [])).toEqual({
      default: { name: 'default', config: { x: 'all', y: 'own' }, credentials: {} },
      a: { name: 'a', config: { x: 'all', y: 'all', b: 'c' }, credentials: { z: 'own', k: 'l' } },
      d: { name: 'd', config: { x: 'all', y: 'all' }, credentials: {} },
      'e f': { name: 'e f', config: { x: 'all', y: 'all' }, credentials: {} },
      m: { name: 'm', config: {}, credentials: { z: 'all' } },
    });
  });

  test.each([
    ['config', { config: '[a]\n[a]\n', credentials: '[b]\n' }],
    ['credentials', { config: '[profile a]\n', credentials: '[b]\n[b]\n' }],
  ])('botocore reads no profile if it cannot parse the %s file', async (_, files) => {
    expect((await inspect(files)).botocoreProfiles).toBeNull();
  });

  test('a file that became unreadable is like an empty one', async () => {
    const files = {
      configFile: { path: '/config', state: 'read', problem: null },
      credentialsFile: { path: null, state: 'missing', problem: 'the home folder is unknown' },
      profiles: new Map(),
      ssoSessions: new Map(),
      services: new Map(),
      selectedName: 'default',
    } as const;
    expect(await inspectSharedFiles(files, () => Promise.reject(new Error('gone')))).toEqual({
      fileProblems: [],
      misplacedSections: [],
      sections: { config: new Set(), credentials: new Set() },
      botocoreProfiles: new Map(),
    });
  });
});
