import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '..', 'src');

/** Rows of the house from the top. A room may import rooms of lower rows, and itself; what is open to all, always. */
const ROWS = [
  ['cli', 'library'],
  ['watch'],
  ['server', 'sources', 'store', 'report', 'credential-formats'],
  ['domain'],
];
const TOP_ROOMS = new Set(ROWS[0]);
const OPEN_TO_ALL = new Set(['errors.ts', 'clock.ts', 'secret.ts']);

/** What a pure room may not touch: it is told the time, and a test can run it a million times. */
const AMBIENT =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bcrypto\b/;
const PURE_ROOMS = new Set(['domain', 'report', 'credential-formats']);

/** Runs where the HTML report is read, and never in our process: the page has it as text. */
const IN_BROWSERS = 'report/page/browser/';

/** The ends of the wire, and the way out to other programs. */
const ROOMS_THAT_REVEAL_SECRETS = new Set(['sources', 'server', 'credential-formats']);

/** `secret.ts` has the method's name without a dot. */
const REVEALING = /\.\s*reveal\b|\[\s*['"`]reveal\b/;

interface SourceFile {
  path: string;
  room: string;
  code: string;
}

function sourceFiles(folder = SOURCE): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    if (!entry.name.endsWith('.ts')) return [];
    const name = relative(SOURCE, path);
    return [{ path: name, room: roomOf(name), code: withoutComments(readFileSync(path, 'utf8')) }];
  });
}

const roomOf = (path: string) => path.split('/')[0]!;

/** Comments may speak of anything; line comments behind code keep their code. */
const withoutComments = (code: string) =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
}

const rowOf = (room: string) => ROWS.findIndex((rooms) => rooms.includes(room));

/** What is wrong with an import, and what to do; null if nothing is. */
function complaint(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const target = relative(SOURCE, resolve(SOURCE, dirname(from), specifier));
  if (OPEN_TO_ALL.has(target)) return null;
  if (OPEN_TO_ALL.has(from))
    return `${from} is open to all and imports ${target}: it must import nothing of ours`;
  const [room, other] = [roomOf(from), roomOf(target)];
  if (room === other || (rowOf(other) > rowOf(room) && rowOf(room) >= 0)) return null;
  return `${from} imports ${target}: ${room} may import only itself and lower rows; move what both need to domain`;
}

const files = sourceFiles();

describe('the house', () => {
  test('has only the rooms of the table', () => {
    const rooms = new Set(files.map(({ room }) => room).filter((room) => !OPEN_TO_ALL.has(room)));
    expect([...rooms].filter((room) => rowOf(room) < 0)).toEqual([]);
    expect(rooms.size).toBeGreaterThan(4);
  });

  test('a room imports only the rows below it', () => {
    const complaints = files.flatMap(({ path, code }) =>
      importsOf(code).flatMap((each) => complaint(path, each) ?? []),
    );
    expect(complaints).toEqual([]);
  });

  test('domain, report and handover know no time, chance or process of their own', () => {
    const ambient = files
      .filter(({ room, path }) => PURE_ROOMS.has(room) && !path.startsWith(IN_BROWSERS))
      .flatMap(({ path, code }) => (AMBIENT.exec(code) ?? []).map((found) => `${path}: ${found}`));
    expect(ambient).toEqual([]);
  });

  test('nothing of ours imports what runs in browsers', () => {
    const inside = files.filter(({ path }) => path.startsWith(IN_BROWSERS));
    expect(inside.length).toBeGreaterThan(1);
    const importing = files.filter(
      ({ path, code }) => !inside.some((each) => each.path === path) && /'[^']*\/browser\//.test(code),
    );
    expect(importing.map(({ path }) => path)).toEqual([]);
  });

  test('domain, report and handover do no input or output', () => {
    const outside = files
      .filter(({ room }) => PURE_ROOMS.has(room))
      .flatMap(({ path, code }) =>
        importsOf(code)
          .filter(
            (each) => each.startsWith('node:') || ['undici', 'better-sqlite3', 'commander'].includes(each),
          )
          .map((each) => `${path}: ${each}`),
      );
    expect(outside).toEqual([]);
  });

  test('console is nowhere but in cli; of cli and library only one file each touches the process', () => {
    const loud = files
      .filter(({ room, code }) => room !== 'cli' && /\bconsole\b/.test(code))
      .map(({ path }) => path);
    expect(loud).toEqual([]);
    const ambient = files
      .filter(({ room, code }) => TOP_ROOMS.has(room) && /\bprocess\.(?!pid)/.test(code))
      .map(({ path }) => path);
    expect(ambient.sort()).toEqual(['cli/cred-watch.ts', 'library/surroundings.ts']);
  });

  test('secrets are revealed only where they come from and where they are handed over', () => {
    const revealing = files.filter(({ code }) => REVEALING.test(code));
    expect(
      revealing.filter(({ room }) => !ROOMS_THAT_REVEAL_SECRETS.has(room)).map(({ path }) => path),
    ).toEqual([]);
    expect(revealing.map(({ path }) => path)).toContain('credential-formats/revealed-credentials.ts');
  });

  test('heavy libraries are loaded only by the commands that need them', () => {
    const heavy = /^(undici|better-sqlite3|cli-table3|csv-|fast-xml-builder|prom-client|uplot)/;
    const eager = files.flatMap(({ path, code }) =>
      [...code.matchAll(/^import (?!type)[^;]*?from '([^']+)'/gm)]
        .filter((match) => heavy.test(match[1]!))
        .map((match) => `${path}: ${match[1]}`),
    );
    // Renderers are themselves loaded by `await import` when they are wanted; a page's script is none of our modules.
    expect(eager.filter((each) => !each.startsWith(IN_BROWSERS))).toEqual([
      'report/metrics/prometheus.ts: prom-client',
      'report/table/layout.ts: cli-table3',
    ]);
  });

  test('no file is too long to be read at once', () => {
    // Every type on one page: that one is a list.
    const lists = new Set(['domain/model.ts']);
    const long = files
      .filter(({ path, code }) => !lists.has(path) && code.split('\n').length > 250)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

describe('the checks themselves', () => {
  test('see a neighbour, an upward import and a forbidden one in a file open to all', () => {
    expect(complaint('store/a.ts', '../sources/b.ts')).toMatch(/store may import only itself/);
    expect(complaint('domain/a.ts', '../cli/b.ts')).toMatch(/domain may import only itself/);
    expect(complaint('clock.ts', './domain/model.ts')).toMatch(/must import nothing/);
    expect(complaint('cli/a.ts', '../store/b.ts')).toBeNull();
    expect(complaint('store/a.ts', '../errors.ts')).toBeNull();
  });

  test('see static, dynamic and type-only imports, and ambient time in code but not in comments', () => {
    expect(
      importsOf("import type { A } from './a.ts';\nconst b = await import('./b.ts');\nimport './c.ts';"),
    ).toEqual(['./a.ts', './b.ts', './c.ts']);
    expect(AMBIENT.test(withoutComments('// Date.now()\nconst a = 1;'))).toBe(false);
    expect(AMBIENT.test(withoutComments('const a = Date.now();'))).toBe(true);
  });

  test('see a secret revealed, and not the word for it', () => {
    expect(REVEALING.test('token?.reveal()')).toBe(true);
    expect(REVEALING.test("secret['reveal']()")).toBe(true);
    expect(REVEALING.test('  reveal(): string {\n const { token } = reveal(credentials);')).toBe(false);
  });
});
