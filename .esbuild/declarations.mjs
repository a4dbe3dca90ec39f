import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

const ENTRIES = ['index', 'analysis', 'vitest', 'jest'];

/**
 * Writes dist/types: the declarations of the library and of every file that they import. Each entry has a
 * declaration for CommonJS and one for ES modules. Throws if a declaration imports a package, because users
 * may not have its types.
 */
export function buildDeclarations() {
  const emitted = mkdtempSync(join(tmpdir(), 'cred-watch-types-'));
  const entries = ENTRIES.map((entry) => `library/${entry}`);
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  writeFileSync(
    join(emitted, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        // The folder is deleted, so a state of the build is of no use.
        incremental: undefined,
        tsBuildInfoFile: undefined,
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
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    const tsc = join(dirname(manifest), 'bin', 'tsc');
    execFileSync(process.execPath, [tsc, '-p', emitted], { stdio: 'inherit' });
    copyFileSync('src/library/jest-globals.d.ts', join(emitted, 'library', 'jest.d.ts'));
    const written = new Set();
    for (const entry of entries) writeDeclaration(emitted, entry, written);
  } finally {
    rmSync(emitted, { recursive: true });
  }
  for (const entry of ['index', 'analysis']) {
    writeFileSync(`dist/types/library/${entry}.d.mts`, `export * from './${entry}.cjs';\n`);
  }
  // TypeScript finds the added matchers only in a declaration of the same module kind as the importing file.
  for (const runner of ['vitest', 'jest']) {
    const declaration = readFileSync(`dist/types/library/${runner}.d.cts`, 'utf8');
    writeFileSync(`dist/types/library/${runner}.d.mts`, declaration.replace('./index.cjs', './index.mjs'));
  }
}

/** Copies one declaration and, recursively, those that it imports. */
function writeDeclaration(folder, path, written) {
  if (written.has(path)) return;
  written.add(path);
  const text = readFileSync(join(folder, `${path}.d.ts`), 'utf8');
  // Skips the lines of comments, because examples import the package itself.
  const specifiers = /(^(?!\s*\*).*(?<!')\b(?:from|import)\s*\(?\s*')([^']+)(')/gm;
  const rewritten = text.replace(specifiers, (_, before, specifier, after) => {
    if (!specifier.startsWith('.')) throw new Error(`src/${path}.ts: the declaration imports ${specifier}`);
    writeDeclaration(folder, posix.join(posix.dirname(path), specifier).replace(/\.ts$/, ''), written);
    return `${before}${specifier.replace(/\.ts$/, '.cjs')}${after}`;
  });
  mkdirSync(dirname(join('dist', 'types', path)), { recursive: true });
  writeFileSync(join('dist', 'types', `${path}.d.cts`), rewritten);
}
