// Ends with one sentence and exit code 2 if development dependencies are missing. Imports no package, because
// Node loads all static imports of a module before it runs the module.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { resolve: resolver } = createRequire(resolve('package.json'));
const isInstalled = (name) => resolver.paths(name).some((folder) => existsSync(join(folder, name)));
const [first, ...others] = Object.keys(devDependencies).filter((name) => !isInstalled(name));

if (first !== undefined) {
  const missing = others.length === 0 ? `${first} is` : `${first} and ${others.length} other packages are`;
  process.stderr.write(
    `error: could not build cred-watch: ${missing} not installed\n` +
      'hint: run `npm ci` without --omit=dev; if it fails because there is no compiler, run `npm ci --ignore-scripts`\n',
  );
  process.exitCode = 2;
}
