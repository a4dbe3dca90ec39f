import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

/**
 * dist/types/: the declarations of the library and of whatever they mention, as CommonJS; ES modules have files of
 * their own beside the entries. A package that users do not have must not be mentioned: the build stops.
 */
export function buildDeclarations() {
  const emitted = mkdtempSync(join(tmpdir(), 'cred-watch-types-'));
  const entries = ['library/index', 'library/vitest', 'library/jest'];
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  writeFileSync(
    join(emitted, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: join(process.cwd(), 'src'),
        outDir: emitted,
        typeRoots: [join(process.cwd(), 'node_modules', '@types')],
      },
      files: entries.map((entry) => join(process.cwd(), 'src', `${entry}.ts`)),
    }),
  );
  try {
    const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
    execFileSync(process.execPath, [join(dirname(tsc), 'bin', 'tsc'), '-p', emitted], { stdio: 'inherit' });
    copyFileSync('src/library/jest-globals.d.ts', join(emitted, 'library', 'jest.d.ts'));
    const written = new Set();
    for (const entry of entries) writeDeclaration(emitted, entry, written);
  } finally {
    rmSync(emitted, { recursive: true });
  }
  writeFileSync('dist/types/library/index.d.mts', `export * from './index.cjs';\n`);
  // What they add to the runner's types is found only where it is said in a file of the importer's own kind.
  for (const runner of ['vitest', 'jest']) {
    const declared = readFileSync(`dist/types/library/${runner}.d.cts`, 'utf8');
    writeFileSync(`dist/types/library/${runner}.d.mts`, declared.replace('./index.cjs', './index.mjs'));
  }
}

function writeDeclaration(folder, path, written) {
  if (written.has(path)) return;
  written.add(path);
  const text = readFileSync(join(folder, `${path}.d.ts`), 'utf8');
  // The examples in comments import the package itself.
  const specifiers = /(^(?!\s*\*).*\b(?:from|import)\s*\(?\s*')([^']+)(')/gm;
  const rewritten = text.replace(specifiers, (_, before, specifier, after) => {
    if (!specifier.startsWith('.')) throw new Error(`src/${path}.ts: its declarations mention ${specifier}`);
    writeDeclaration(folder, posix.join(posix.dirname(path), specifier).replace(/\.ts$/, ''), written);
    return `${before}${specifier.replace(/\.ts$/, '.cjs')}${after}`;
  });
  mkdirSync(dirname(join('dist', 'types', path)), { recursive: true });
  writeFileSync(join('dist', 'types', `${path}.d.cts`), rewritten);
}
