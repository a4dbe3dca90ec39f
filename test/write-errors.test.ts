import { constants } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from './support/cli/built-program.ts';
import { fixturePath } from './support/cli/program-run.ts';
import { succeed } from './support/cli/succeed.ts';
import { pathsIn, temporaryFolder } from './support/cli/temporary-folder.ts';
import { compileFaultLibrary, noFaultLibrary } from './support/faults/library.ts';
import { isThorough, sampleCases } from './support/thorough.ts';

const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
beforeAll(() => succeed(['import', fixturePath('curl.log'), '--db', db]));

const OTHER = 'give another file, or - for stdout';

const skipped = noFaultLibrary === null ? '' : ` (skipped: ${noFaultLibrary})`;

describe.skipIf(noFaultLibrary !== null && !isThorough)(`the system rejects a write${skipped}`, () => {
  const library = noFaultLibrary === null ? compileFaultLibrary(folder) : '';

  /** Runs the program. All calls on files in a new folder fail. */
  function runWithError(code: keyof typeof constants.errno, args: readonly string[]) {
    expect(noFaultLibrary).toBeNull();
    const parent = temporaryFolder();
    const out = join(parent, 'out');
    const env = {
      LD_PRELOAD: library,
      FAULT_FOLDER: parent,
      FAULT_AT: '1',
      FAULT_STICKY: '1',
      FAULT_ERRNO: String(constants.errno[code]),
    };
    return {
      out,
      run: runProgram(
        args.map((word) => word.replace('OUT', out)),
        { env },
      ),
    };
  }

  test.each(
    sampleCases(
      sampleCases<[code: keyof typeof constants.errno, reason: string, hint: string]>(
        [
          ['EDQUOT', 'the disk quota is used up', `delete other files, or ${OTHER}`],
          ['ENOSPC', 'the disk is full', `free some space, or ${OTHER}`],
          ['EROFS', 'the file system is read-only', OTHER],
          ['EFBIG', 'the file is larger than allowed', `raise the limit (\`ulimit -f\`), or ${OTHER}`],
          ['EIO', 'the disk failed', `check the disk and the system log, or ${OTHER}`],
          ['EMFILE', 'too many open files', `raise the limit (\`ulimit -n\`), or ${OTHER}`],
          ['ENFILE', 'the system has too many open files', `close other programs, or ${OTHER}`],
          ['ENOTDIR', 'a folder in the path is a file', `check the path, or ${OTHER}`],
          [
            'ESTALE',
            'the file server no longer knows the folder',
            `mount the file system again, or ${OTHER}`,
          ],
          [
            'EPERM',
            'the system does not permit it',
            `check the attributes of the file (\`lsattr\`) and the security policy (SELinux, AppArmor), or ${OTHER}`,
          ],
          ['EMLINK', 'too many links (EMLINK)', OTHER],
        ],
        4,
      ),
      3,
    ),
  )('%s is explained as: %s', async (code, reason, hint) => {
    const { out, run } = runWithError(code, ['export', '--db', db, '-o', 'OUT']);
    expect(await run).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `error: could not write ${out}: ${reason}\nhint: ${hint}\n`,
    });
    expect(pathsIn(join(out, '..'))).toEqual([]);
  });

  test.each(
    sampleCases(
      [
        ['report', '-f', 'html', '-o', 'OUT', '--db', db],
        ['report', '-f', 'json=OUT', '-f', 'csv', '--db', db],
        ['export', '-f', 'parquet', '-o', 'OUT', '--db', db],
        ['simulate', '--history', '1h', '-o', 'OUT'],
        ['conform', 'http://127.0.0.1:9', '-o', 'OUT'],
      ],
      6,
    ),
  )('`%s %s %s %s` explains a read-only file system', async (...args) => {
    const { run } = runWithError('EROFS', args);
    const { code, stderr } = await run;
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: could not write \S+: the file system is read-only\nhint: give another /);
  });
});
