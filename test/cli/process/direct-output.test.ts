import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isWritableDirectly, writeDirectly } from '../../../src/cli/process/process-io.ts';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { fixturePath, minimalEnvironment } from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const open = (path: string, flags: number) => {
  const file = openSync(path, flags);
  onTestFinished(() => closeSync(file));
  return file;
};

/** A pipe whose writers and readers do not wait. */
function openPipe(): number {
  const path = join(temporaryFolder(), 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return open(path, constants.O_RDWR | constants.O_NONBLOCK);
}

/** Fills the pipe. Returns the number of bytes. */
function fill(pipe: number): number {
  for (let size = 0; ; size += 4096) if (writeDirectly(pipe, 'x'.repeat(4096)).length > 0) return size;
}

/** All bytes in the pipe. */
function drain(pipe: number): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.toString('utf8', 0, readSync(pipe, buffer));
  } catch {
    return '';
  }
}

test('a file, a pipe and /dev/null are written directly, and other devices are not', () => {
  expect(
    isWritableDirectly(open(join(temporaryFolder(), 'file'), constants.O_CREAT | constants.O_WRONLY)),
  ).toBe(true);
  expect(isWritableDirectly(openPipe())).toBe(true);
  expect(isWritableDirectly(open('/dev/null', constants.O_WRONLY))).toBe(true);
  expect(isWritableDirectly(open('/dev/full', constants.O_WRONLY))).toBe(false);
  expect(isWritableDirectly(99_999)).toBe(false);
});

test('the text that a full pipe cannot take is returned', () => {
  const pipe = openPipe();
  const size = fill(pipe);
  expect(writeDirectly(pipe, 'é').toString()).toBe('é');
  expect(drain(pipe)).toHaveLength(size);
  expect(writeDirectly(pipe, 'é')).toHaveLength(0);
  expect(drain(pipe)).toBe('é');
});

test('an error of the file is thrown', () => {
  expect(() => writeDirectly(open('/dev/full', constants.O_WRONLY), 'x')).toThrow('ENOSPC');
});

const DO_NOT_WAIT =
  'use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK) or die; exec @ARGV';

test('a report waits for room in a pipe that does not let writers wait', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  const pipe = openPipe();
  const size = fill(pipe);
  // Node makes the outputs of a child wait, so another program has to start the child.
  const child = spawn(
    'perl',
    ['-e', DO_NOT_WAIT, process.execPath, PROGRAM, 'report', '-f', 'json', '--db', db],
    {
      env: minimalEnvironment({}),
      stdio: ['ignore', pipe, 'inherit'],
    },
  );
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(child.exitCode).toBeNull();
  let text = drain(pipe).slice(size);
  await closed;
  text += drain(pipe);
  expect(JSON.parse(text)).toMatchObject({ schema_version: 1 });
});
