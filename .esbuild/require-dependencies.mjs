// Ends with one sentence and exit code 2 if development dependencies are missing. Imports no package, because
// Node loads all static imports of a module before it runs the module.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { resolve: resolver } = createRequire(resolve('package.json'));
const isInstalled = (name) => resolver.paths(name).some((folder) => existsSync(join(folder, name)));
const missing = Object.keys(devDependencies).filter((name) => !isInstalled(name));

if (missing.length > 0) {
  const names = missing.length > 3 ? `${missing.length} development dependencies` : missing.join(', ');
  process.stderr.write(
    `error: could not build cred-watch: not installed: ${names}\n` +
      'hint: run `npm ci` without --omit=dev, or `npm ci --ignore-scripts` if there is no compiler\n',
  );
  process.exitCode = 2;
}
