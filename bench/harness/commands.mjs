// Measures whole processes, and finds the programs that benches compare with.
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NotInstalled } from './bench.mjs';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const PROGRAM = join(ROOT, 'bin', 'cred-watch.js');
const MEASURING_PROGRAM = join(ROOT, 'bench', 'harness', 'measure-command.py');

/** The environment of every measured command. It has no AWS settings, which would change the work. */
export const cleanEnvironment = (home, more = {}) => ({
  PATH: process.env.PATH,
  HOME: home,
  LC_ALL: 'C.UTF-8',
  ...(process.env.NODE_PATH ? { NODE_PATH: process.env.NODE_PATH } : {}),
  ...more,
});

/**
 * Starts the process that runs and measures commands. `folder` is the home folder of the commands, and gets the
 * file with their stderr. Call `close` at the end.
 */
export function startCommands(folder) {
  if (!isInstalled('python3')) throw new NotInstalled('python3 is not installed');
  const child = spawn('python3', [MEASURING_PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const stderr = join(folder, 'stderr.txt');
  /**
   * Runs a command. Throws if it ends with an exit code that is not in `exitCodes`.
   * @returns {Promise<import('./bench.mjs').Measurement>}
   */
  const measure = async (
    command,
    { env = {}, stdin = '/dev/null', stdout = '/dev/null', exitCodes = [0] } = {},
  ) => {
    const request = { command, env: cleanEnvironment(folder, env), stdin, stdout, stderr };
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value: line, done } = await lines.next();
    if (done) throw new Error('the measuring process ended');
    const { wall_ms, cpu_ms, peak_kib, exit_code, error } = JSON.parse(line);
    if (error) throw new Error(error);
    if (!exitCodes.includes(exit_code)) {
      const message = readFileSync(stderr, 'utf8').trim().split('\n').slice(-2).join(' ');
      throw new Error(`${command[0]} ended with ${exit_code}: ${message}`);
    }
    return { value: wall_ms, cpuMs: cpu_ms, peakKiB: peak_kib };
  };
  return {
    measure,
    /** A cred-watch command. */
    measureProgram: (args, options) => measure([process.execPath, PROGRAM, ...args], options),
    /** The baseline of most ratios: Node that does nothing. */
    measureBareNode: () => measure([process.execPath, '-e', '0']),
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

/** Runs a program of `bench` that has its own measurements. Returns the JSON documents that it prints, one per line. */
export const runProgramOfBench = (file, args) =>
  execFileSync(process.execPath, [join(ROOT, 'bench', file), ...args], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Returns why a case must be skipped, or undefined if all programs are installed. */
export function missingTools(...names) {
  const missing = names.filter((name) => !isInstalled(name));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

const isInstalled = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** The path of the interpreter. `python3` in PATH may be a script that chooses an interpreter and starts more slowly. */
export const pythonPath = () =>
  execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();

/** The same as `missingTools` for modules of `python3`. */
export function missingPythonModule(name) {
  try {
    execFileSync('python3', ['-c', `import ${name}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `not installed: ${name} for python3`;
  }
}

/** The same for npm packages that are not dependencies. `require` also searches `NODE_PATH`. */
export function missingNodePackage(name) {
  try {
    createRequire(join(ROOT, 'package.json')).resolve(name);
    return undefined;
  } catch {
    return `not installed: the npm package ${name}`;
  }
}
