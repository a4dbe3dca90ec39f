import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findProcessNotes } from '../../../src/sources/profile/process-notes.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);

function writeProgram(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** botocore starts programs with this module of Python. Node itself runs such a script with a shell. */
function isStartedByShellOnly(path: string): boolean {
  const script = 'import subprocess, sys; subprocess.run([sys.argv[1]])';
  const { stderr } = spawnSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' });
  return stderr.includes('Exec format error') && spawnSync('sh', ['-c', path]).status === 0;
}

const WITHOUT_INTERPRETER = writeProgram('issue-keys', 'echo "{}"\n');
const COMPILED = join(folder, 'compiled');
copyFileSync('/bin/true', COMPILED);
const WITHOUT_PERMISSION = join(folder, 'text');
writeFileSync(WITHOUT_PERMISSION, 'echo "{}"\n');

test.each([
  ['a script without #!', WITHOUT_INTERPRETER, true],
  ['a script with #!', writeProgram('with-interpreter', '#!/bin/sh\necho "{}"\n'), false],
  ['a program in machine code', COMPILED, false],
  ['a file without the permission to run', WITHOUT_PERMISSION, false],
  ['a missing file', join(folder, 'missing'), false],
])('%s has a note only if the system does not start it and a shell does', async (_, path, hasNote) => {
  const notes = await findProcessNotes(`${path} --json`, {});
  expect(notes).toEqual(hasNote ? [{ code: 'PROCESS_WITHOUT_INTERPRETER', name: 'issue-keys' }] : []);
  expect(isStartedByShellOnly(path)).toBe(hasNote);
});

test('a program without a path is searched in PATH', async () => {
  expect(await findProcessNotes('issue-keys --json', { PATH: `/nonexistent:${folder}` })).toHaveLength(1);
  expect(await findProcessNotes('issue-keys --json', { PATH: '/nonexistent' })).toEqual([]);
});

test('the note of shell syntax comes before the note of the script', async () => {
  const notes = await findProcessNotes(`${WITHOUT_INTERPRETER} | cat`, {});
  expect(notes).toEqual([{ code: 'PROCESS_NEEDS_SHELL', name: '|' }]);
});
