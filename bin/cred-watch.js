#!/usr/bin/env node
try {
  require('../dist/cred-watch.js');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  process.stderr.write(
    'error: cred-watch is not built\nhint: run `npm ci`, or `npm run build` after a change; if `npm ci` fails, see docs/install.md, From a checkout\n',
  );
  process.exitCode = 2;
}
