// Runs a command line with the bundle of the whole program, whatever the command is.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, resolve } = require('node:path');
const { runInThisContext } = require('node:vm');

const filename = resolve(__dirname, '../../../dist/program.js');
const module_ = { exports: {} };
const load = runInThisContext(readFileSync(filename, 'utf8'), { filename });
load(module_.exports, createRequire(filename), module_, filename, dirname(filename));
module_.exports.run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
