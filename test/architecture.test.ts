import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '..', 'src');

/**
 * The layers from the top. A folder imports itself and lower layers. Files open to all may be imported
 * anywhere.
 */
const LAYERS = [
  ['cli', 'library'],
  ['watch'],
  ['server', 'sources', 'store', 'remote', 'report', 'credential-formats'],
  ['domain'],
];
const TOP_FOLDERS = new Set(LAYERS[0]);
const OPEN_TO_ALL = new Set([
  'errors.ts',
  'write-errors.ts',
  'clock.ts',
  'digest.ts',
  'secret.ts',
  'key-id.ts',
  'known-secrets.ts',
  'plain-text.ts',
  'redact.ts',
  'untrusted-text.ts',
]);

/** Forbidden in pure folders: time and randomness are arguments there. */
const AMBIENT =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bcrypto\b/;
const PURE_FOLDERS = new Set(['domain', 'report', 'credential-formats']);

/** Code that runs in the reader's browser. Our process only ships it as text. */
const BROWSER_CODE = 'report/page/browser/';

/** Folders that call `reveal()`: they receive secrets or pass them to other programs. */
const FOLDERS_THAT_REVEAL_SECRETS = new Set(['sources', 'server', 'credential-formats', 'remote']);

/** Requires the dot: `secret.ts` declares a method of this name. */
const REVEALING = /\.\s*reveal\b|\[\s*['"`]reveal\b/;

/** The folders of `report` that `report/messages` may import: they have text and values, no renderers. */
const OPEN_TO_MESSAGES = /^report\/(messages|text|drawing)\//;

const MAX_FILES_PER_FOLDER = 15;
/** One file per command. */
const COMMANDS_FOLDER = 'cli/commands';
const MAX_LINES_PER_FILE = 250;

/** Packages that only one folder may import. */
const PACKAGE_OWNERS = new Map([
  ['commander', 'cli/'],
  ['undici', 'sources/http/'],
  ['better-sqlite3', 'store/sqlite/'],
  ['pg', 'remote/postgres/'],
  ['@aws-sdk/client-s3', 'remote/object-storage/'],
  ['@duckdb/node-api', 'remote/object-storage/'],
]);

/** Two independent subjects of the domain. */
const PROVIDER_CHAIN = 'domain/provider-chain/';
const SAMPLE_ANALYSIS = /^domain\/(measurement|verdict)\//;

interface SourceFile {
  /** Relative to `src`. */
  path: string;
  /** The first folder of the path. */
  folder: string;
  /** Without comments. */
  code: string;
  lineCount: number;
}

function sourceFiles(folder = SOURCE): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    if (!entry.name.endsWith('.ts')) return [];
    const name = relative(SOURCE, path);
    const text = readFileSync(path, 'utf8');
    return [
      {
        path: name,
        folder: topFolder(name),
        code: withoutComments(text),
        lineCount: text.split('\n').length - 1,
      },
    ];
  });
}

const topFolder = (path: string) => path.split('/')[0] ?? '';

/** Removes line comments too, but keeps the code in front of them. */
const withoutComments = (code: string) =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Every specifier: static, dynamic, type-only and for side effects. */
function findImports(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** The imported file relative to `src`; null for a package. */
const resolveImport = (from: string, specifier: string): string | null =>
  specifier.startsWith('.') ? relative(SOURCE, resolve(SOURCE, dirname(from), specifier)) : null;

const findLayer = (folder: string) => LAYERS.findIndex((folders) => folders.includes(folder));

/** A message that says what is wrong with an import and how to fix it. Null if the import is allowed. */
function findLayerViolation(from: string, specifier: string): string | null {
  const target = resolveImport(from, specifier);
  if (target === null || OPEN_TO_ALL.has(target)) return null;
  if (OPEN_TO_ALL.has(from)) return `${from} is open to all and imports ${target}: remove the import`;
  const [folder, other] = [topFolder(from), topFolder(target)];
  if (folder === other || (findLayer(other) > findLayer(folder) && findLayer(folder) >= 0)) return null;
  const rule = `${folder} may import only itself and lower layers`;
  return `${from} imports ${target}: ${rule}; move shared code to domain`;
}

/** Every group of files that import each other, as one line each. */
function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  // Tarjan's algorithm for strongly connected components.
  const indexes = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): number => {
    const index = indexes.size;
    indexes.set(path, index);
    stack.push(path);
    let low = index;
    for (const next of imports.get(path) ?? []) {
      if (!indexes.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, lowest.get(next) ?? indexes.get(next) ?? low);
    }
    lowest.set(path, low);
    if (low === index) {
      const group = stack.splice(stack.indexOf(path));
      if (group.length > 1 || imports.get(path)?.includes(path)) cycles.push(group.sort().join(' ⇄ '));
    }
    return low;
  };
  for (const path of imports.keys()) if (!indexes.has(path)) visit(path);
  return cycles;
}

const files = sourceFiles();

describe('the source tree', () => {
  test('src has only the folders of the layers', () => {
    const folders = new Set(files.map(({ folder }) => folder).filter((folder) => !OPEN_TO_ALL.has(folder)));
    expect([...folders].filter((folder) => findLayer(folder) < 0)).toEqual([]);
    expect(folders.size).toBeGreaterThan(4);
  });

  test('a folder imports only lower layers', () => {
    const violations = files.flatMap(({ path, code }) =>
      findImports(code).flatMap((each) => findLayerViolation(path, each) ?? []),
    );
    expect(violations).toEqual([]);
  });

  test('no files import each other in a cycle', () => {
    const imports = new Map(
      files.map(({ path, code }) => [
        path,
        findImports(code).flatMap((specifier) => resolveImport(path, specifier) ?? []),
      ]),
    );
    expect(imports.size).toBeGreaterThan(200);
    expect(findCycles(imports)).toEqual([]);
  });

  test('a package is imported only by the folder that owns it', () => {
    const foreign = files.flatMap(({ path, code }) =>
      findImports(code)
        .filter((each) => !path.startsWith(PACKAGE_OWNERS.get(each) ?? ''))
        .map((each) => `${path}: ${each}`),
    );
    expect(foreign).toEqual([]);
    for (const [name, owner] of PACKAGE_OWNERS) {
      const users = files.filter(({ code }) => findImports(code).includes(name));
      expect(users.length, `${name} in ${owner}`).toBeGreaterThan(0);
    }
  });

  test('the provider chain and the analysis of samples do not import each other', () => {
    const violations = files.flatMap(({ path, code }) =>
      findImports(code).flatMap((each) => {
        const target = resolveImport(path, each) ?? '';
        const isViolation =
          (path.startsWith(PROVIDER_CHAIN) && SAMPLE_ANALYSIS.test(target)) ||
          (SAMPLE_ANALYSIS.test(path) && target.startsWith(PROVIDER_CHAIN));
        return isViolation ? [`${path}: ${target}`] : [];
      }),
    );
    expect(violations).toEqual([]);
    expect(files.some(({ path }) => path.startsWith(PROVIDER_CHAIN))).toBe(true);
    expect(files.some(({ path }) => SAMPLE_ANALYSIS.test(path))).toBe(true);
  });

  test('a measurement does not depend on a verdict', () => {
    const violations = files
      .filter(({ path }) => path.startsWith('domain/measurement/'))
      .flatMap(({ path, code }) => findImports(code).flatMap((each) => resolveImport(path, each) ?? []))
      .filter((target) => target.startsWith('domain/verdict/'));
    expect(violations).toEqual([]);
  });

  test('the model contains only types and lists of names', () => {
    const model = files.find(({ path }) => path === 'domain/model.ts');
    expect(model?.code).toBeDefined();
    expect(model?.code.match(/^export (?!type|interface|const [A-Z_]+ = \[)/gm)).toBeNull();
  });

  test('messages import no renderer', () => {
    const imported = files
      .filter(({ path }) => path.startsWith('report/messages/'))
      .flatMap(({ path, code }) => findImports(code).flatMap((each) => resolveImport(path, each) ?? []))
      .filter((target) => topFolder(target) === 'report');
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((target) => !OPEN_TO_MESSAGES.test(target))).toEqual([]);
  });

  test('the layout of text for terminals imports no renderer', () => {
    const imported = files
      .filter(({ path }) => path.startsWith('report/terminal/'))
      .flatMap(({ path, code }) => findImports(code).flatMap((each) => resolveImport(path, each) ?? []))
      .filter((target) => topFolder(target) === 'report');
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((target) => !/^report\/(terminal|rows|text)\//.test(target))).toEqual([]);
  });

  test('domain, report and credential-formats use no ambient time, randomness or process', () => {
    const ambient = files
      .filter(({ folder, path }) => PURE_FOLDERS.has(folder) && !path.startsWith(BROWSER_CODE))
      .flatMap(({ path, code }) => (AMBIENT.exec(code) ?? []).map((found) => `${path}: ${found}`));
    expect(ambient).toEqual([]);
  });

  test('only browser code imports browser code', () => {
    const inside = files.filter(({ path }) => path.startsWith(BROWSER_CODE));
    expect(inside.length).toBeGreaterThan(1);
    const importing = files.filter(
      ({ path, code }) => !inside.some((each) => each.path === path) && /'[^']*\/browser\//.test(code),
    );
    expect(importing.map(({ path }) => path)).toEqual([]);
  });

  test('domain, report and credential-formats do no input or output', () => {
    const outside = files
      .filter(({ folder }) => PURE_FOLDERS.has(folder))
      .flatMap(({ path, code }) =>
        findImports(code)
          .filter(
            (each) => each.startsWith('node:') || ['undici', 'better-sqlite3', 'commander'].includes(each),
          )
          .map((each) => `${path}: ${each}`),
      );
    expect(outside).toEqual([]);
  });

  test('only cli uses console, and only files that start the program or the library use the process', () => {
    const loud = files
      .filter(({ folder, code }) => folder !== 'cli' && /\bconsole\b/.test(code))
      .map(({ path }) => path);
    expect(loud).toEqual([]);
    const ambient = files
      .filter(({ folder, code }) => TOP_FOLDERS.has(folder) && /\bprocess\.(?!pid)/.test(code))
      .map(({ path }) => path);
    expect(ambient.sort()).toEqual([
      'cli/process/process-io.ts',
      'cli/process/wasm-optimisation.ts',
      'cli/start/code-cache.ts',
      'cli/start/cred-watch.ts',
      'library/system-defaults.ts',
    ]);
  });

  test('only sources, server, remote and credential-formats reveal secrets', () => {
    const revealing = files.filter(({ code }) => REVEALING.test(code));
    expect(
      revealing.filter(({ folder }) => !FOLDERS_THAT_REVEAL_SECRETS.has(folder)).map(({ path }) => path),
    ).toEqual([]);
    expect(revealing.map(({ path }) => path)).toContain('credential-formats/credential-values.ts');
  });

  test('only the commands that need a heavy library load it', () => {
    const heavy = /^(undici|better-sqlite3|cli-table3|csv-|fast-xml-builder|hyparquet|prom-client|uplot)/;
    const eager = files.flatMap(({ path, code }) =>
      [...code.matchAll(/^import (?!type)[^;]*?from '([^']+)'/gm)]
        .filter((match) => heavy.test(match[1] ?? ''))
        .map((match) => `${path}: ${match[1]}`),
    );
    // These renderers are themselves loaded by a dynamic import.
    expect(eager.filter((each) => !each.startsWith(BROWSER_CODE))).toEqual([
      'report/metrics/prometheus.ts: prom-client',
      'report/parquet/data-page.ts: hyparquet-writer',
      'report/parquet/data-page.ts: hyparquet-writer/src/datapage.js',
      'report/parquet/data-page.ts: hyparquet-writer/src/encoding.js',
      'report/parquet/data-page.ts: hyparquet-writer/src/plain.js',
      'report/parquet/data-page.ts: hyparquet-writer/src/snappy.js',
      'report/parquet/parquet-file.ts: hyparquet-writer',
      'report/parquet/read-file.ts: hyparquet',
      'report/terminal/layout.ts: cli-table3',
    ]);
  });

  test('a folder has at most 15 files', () => {
    const counts = new Map<string, number>();
    for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    counts.delete(COMMANDS_FOLDER);
    expect([...counts].filter(([, count]) => count > MAX_FILES_PER_FOLDER)).toEqual([]);
  });

  test('a file has at most 250 lines', () => {
    const tooLong = files.filter(({ lineCount }) => lineCount > MAX_LINES_PER_FILE);
    expect(tooLong.map(({ path, lineCount }) => `${path}: ${lineCount}`)).toEqual([]);
  });

  test('no file has a name that does not describe its content, such as utils', () => {
    const vague = /^(utils?|helpers?|common|misc|shared)\.ts$/;
    expect(files.filter(({ path }) => vague.test(basename(path))).map(({ path }) => path)).toEqual([]);
  });
});

describe('the tests', () => {
  test('only send-signal.ts calls process.kill, because a wrong id addresses the test runner', () => {
    const folder = import.meta.dirname;
    const callers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs|cjs|js)$/.test(path))
      .filter((path) =>
        /\bprocess\s*\.\s*kill\s*\(/.test(withoutComments(readFileSync(join(folder, path), 'utf8'))),
      );
    expect(callers).toEqual(['support/send-signal.ts']);
  });
});

describe('the checks', () => {
  test('the layer check rejects imports of siblings and higher layers, and any import by an open file', () => {
    expect(findLayerViolation('store/a.ts', '../sources/b.ts')).toMatch(/store may import only itself/);
    expect(findLayerViolation('server/a.ts', '../sources/b.ts')).toMatch(/server may import only itself/);
    expect(findLayerViolation('domain/a.ts', '../cli/b.ts')).toMatch(/domain may import only itself/);
    expect(findLayerViolation('clock.ts', './domain/model.ts')).toMatch(/remove the import/);
    expect(findLayerViolation('cli/a.ts', '../store/b.ts')).toBeNull();
    expect(findLayerViolation('store/a.ts', '../errors.ts')).toBeNull();
  });

  test('the cycle check finds every cycle and nothing else', () => {
    const imports = new Map([
      ['a.ts', ['b.ts', 'd.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['a.ts']],
      ['d.ts', ['e.ts']],
      ['e.ts', ['e.ts']],
      ['f.ts', ['a.ts', 'd.ts']],
    ]);
    expect(findCycles(imports)).toEqual(['e.ts', 'a.ts ⇄ b.ts ⇄ c.ts']);
  });

  test('the checks find every kind of import, and ignore comments', () => {
    expect(
      findImports("import type { A } from './a.ts';\nconst b = await import('./b.ts');\nimport './c.ts';"),
    ).toEqual(['./a.ts', './b.ts', './c.ts']);
    expect(AMBIENT.test(withoutComments('// Date.now()\nconst a = 1;'))).toBe(false);
    expect(AMBIENT.test(withoutComments('const a = Date.now();'))).toBe(true);
  });

  test('the secret check finds a call of reveal() and ignores other uses of the word', () => {
    expect(REVEALING.test('token?.reveal()')).toBe(true);
    expect(REVEALING.test("secret['reveal']()")).toBe(true);
    expect(REVEALING.test('  reveal(): string {\n const { token } = reveal(credentials);')).toBe(false);
  });
});
