import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findCaller, listAncestors } from '../../../src/cli/job-process/ancestors.ts';
import { createLinuxReader } from '../../../src/cli/job-process/linux-processes.ts';
import type { ReadProcess } from '../../../src/cli/job-process/process-info.ts';
import { createPsReader } from '../../../src/cli/job-process/ps-processes.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const BOOT = '12345678-1234-1234-1234-123456789abc';

/** The fields of a process in a `/proc` that a test writes. */
interface Fields {
  name?: string;
  parent: number;
  start: number;
  words?: string[];
}

async function createReader(
  processes: Record<number, Fields>,
  { boot = BOOT, self = '100', namespace = 'pid:[1]' } = {},
): Promise<ReadProcess | null> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(folder, 'sys/kernel/random/boot_id'), `${boot}\n`);
  for (const [pid, { name = 'program', parent, start, words = [name] }] of Object.entries(processes)) {
    mkdirSync(join(folder, pid, 'ns'), { recursive: true });
    symlinkSync(namespace, join(folder, pid, 'ns/pid'));
    const fields = ['S', parent, ...Array.from({ length: 17 }, () => 0), start, 0, 0];
    writeFileSync(join(folder, pid, 'stat'), `${pid} (${name}) ${fields.join(' ')}\n`);
    writeFileSync(join(folder, pid, 'cmdline'), words.map((word) => `${word}\0`).join(''));
  }
  symlinkSync(self, join(folder, 'self'));
  return createLinuxReader(100, folder);
}

async function requireReader(...args: Parameters<typeof createReader>): Promise<ReadProcess> {
  const read = await createReader(...args);
  if (read === null) throw new Error('no reader');
  return read;
}

const isLinux = process.platform === 'linux';

/** A shell that waits for input. */
async function startShell() {
  const text = 'echo started; read -r line; true';
  const shell = spawn('/bin/bash', ['-c', text], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void shell.kill('SIGKILL'));
  await new Promise((resolve) => shell.stdout.once('data', resolve));
  return { pid: shell.pid ?? 0, text };
}

describe.skipIf(!isLinux)('processes of this machine', () => {
  const readers: [string, () => Promise<ReadProcess | null>][] = [
    ['/proc', () => createLinuxReader(process.pid, '/proc')],
    ['ps', async () => createPsReader('web-1')],
  ];

  test.each(readers)('a shell is read with its parent, its name and its text: %s', async (_, create) => {
    const read = await create();
    const { pid, text } = await startShell();
    const shell = await read?.(pid);
    expect(shell).toMatchObject({ pid, parentPid: process.pid, name: 'bash', shellCommand: text });
    expect(await read?.(pid)).toEqual(shell);
    const own = await read?.(process.pid);
    expect(own?.shellCommand).toBeNull();
    expect(own?.startedAt).toBeLessThanOrEqual(shell?.startedAt ?? 0);
    expect(own?.id).not.toBe(shell?.id);
  });

  test.each(readers)('the ancestors of a shell begin with this process: %s', async (_, create) => {
    const read = await create();
    const { pid } = await startShell();
    const pids = read && (await listAncestors(read, pid)).map((each) => each.pid);
    expect(pids?.slice(0, 2)).toEqual([process.pid, process.ppid]);
  });

  test.each(readers)('a process that does not exist is null: %s', async (_, create) => {
    expect(await (await create())?.(4_194_304)).toBeNull();
  });
});

describe('an id of a process', () => {
  const read = async (fields: Fields, options?: Parameters<typeof createReader>[1]) =>
    (await (await requireReader({ 100: fields }, options))(100))?.id;

  test('an id differs after a reboot, in another PID namespace, and for another start time', async () => {
    const fields = { parent: 1, start: 500 };
    const ids = [
      await read(fields),
      await read({ ...fields, start: 501 }),
      await read(fields, { boot: BOOT.replace('1', '2') }),
      await read(fields, { namespace: 'pid:[2]' }),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(await read(fields)).toBe(ids[0]);
  });

  test('the name of a program does not change the other fields', async () => {
    const name = 'a) S 7 (b';
    const found = await (await requireReader({ 100: { name, parent: 9, start: 500 } }))(100);
    expect(found).toMatchObject({ name, parentPid: 9, startedAt: 500 });
  });
});

describe('/proc without the identity of processes', () => {
  const processes = { 100: { parent: 1, start: 500 }, 7: { parent: 1, start: 500 } };

  test.each([
    ['the boot is unknown', { boot: '' }],
    ['another PID namespace is mounted', { self: '7' }],
  ])('processes cannot be read if %s', async (_, options) => {
    expect(await createReader(processes, options)).toBeNull();
  });

  test('processes cannot be read without /proc', async () => {
    expect(await createLinuxReader(100, temporaryFolder())).toBeNull();
  });

  test('a truncated status is null', async () => {
    const read = await requireReader({ 100: { parent: Number.NaN, start: 500 } });
    expect(await read(100)).toBeNull();
  });
});

describe('the caller', () => {
  const ARGS = ['env', '-j', '4h'];
  const shell = (parent: number, start: number): Fields => ({
    name: 'sh',
    parent,
    start,
    words: ['/bin/sh', '-c', 'cred-watch env -j 4h'],
  });

  test('the caller is the parent', async () => {
    const read = await requireReader({
      100: { parent: 90, start: 500 },
      90: { parent: 80, start: 400, name: 'python3' },
    });
    expect(await findCaller(read, 100, ARGS)).toMatchObject({ pid: 90, name: 'python3' });
  });

  test('the caller is the process that started the shell for this command line', async () => {
    const read = await requireReader({
      100: { parent: 90, start: 500 },
      90: shell(80, 500),
      80: { parent: 1, start: 400, name: 'node' },
    });
    expect(await findCaller(read, 100, ARGS)).toMatchObject({ pid: 80 });
    expect(await findCaller(read, 100, ['env', '-j', '5h'])).toMatchObject({ pid: 90 });
  });

  test('a process that started after its child is not the caller, because it has reused the pid', async () => {
    const read = await requireReader({
      100: { parent: 90, start: 500 },
      90: { parent: 1, start: 501 },
    });
    expect(await findCaller(read, 100, ARGS)).toBeNull();
  });

  test('the caller is unknown if an ancestor cannot be read, or is outside the PID namespace', async () => {
    const hidden = await requireReader({ 100: { parent: 90, start: 500 } });
    expect(await findCaller(hidden, 100, ARGS)).toBeNull();
    const outside = await requireReader({ 100: { parent: 90, start: 500 }, 90: shell(0, 400) });
    expect(await findCaller(outside, 100, ARGS)).toBeNull();
  });

  test('processes that are their own ancestors end the search', async () => {
    const read = await requireReader({ 100: { parent: 90, start: 500 }, 90: { parent: 100, start: 500 } });
    expect((await listAncestors(read, 100)).length).toBeLessThanOrEqual(64);
  });
});
