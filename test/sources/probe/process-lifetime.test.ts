import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRunningProcess } from '../../../src/sources/probe/process-lifetime.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const BOOT_SECONDS = 1_700_000_000;

interface FakeProcess {
  state?: string;
  threads?: number;
  startTicks?: number | string;
  name?: string;
}

/** The text of /proc/N/stat. */
function formatStat({ state = 'S', threads = 1, startTicks = 12_345, name = 'job' }: FakeProcess): string {
  const before = Array.from({ length: 16 }, (_, index) => index);
  return `7 (${name}) ${state} ${before.join(' ')} ${threads} 0 ${startTicks} 99 98 97\n`;
}

/** A folder like /proc with the process 7. */
function createProc(fake: FakeProcess = {}, boot = `cpu 1 2\nbtime ${BOOT_SECONDS}\nprocesses 5\n`) {
  const proc = temporaryFolder();
  for (const name of ['7', 'self']) {
    mkdirSync(join(proc, name));
    writeFileSync(join(proc, name, 'status'), 'Uid:\t1\t1\t1\t1\n');
  }
  writeFileSync(join(proc, '7/environ'), 'HOME=/home/app\0');
  symlinkSync('/', join(proc, '7/root'));
  writeFileSync(join(proc, 'stat'), boot);
  const write = (changes: FakeProcess) => writeFileSync(join(proc, '7/stat'), formatStat(changes));
  write(fake);
  return { proc, write };
}

describe('the start of a process', () => {
  test('the start is the boot time plus the ticks of the process, rounded up to the next second of the boot', async () => {
    const { startedAt } = await readRunningProcess(7, createProc().proc);
    expect(startedAt).toBe((BOOT_SECONDS + 1) * 1000 + 123_450);
  });

  test.each(['a b', '(sd-pam)', ') Z 1 2 (', 'line\nend)'])(
    'a program can have the name %j',
    async (name) => {
      const { startedAt, isRunning } = await readRunningProcess(7, createProc({ name }).proc);
      expect(startedAt).toBe((BOOT_SECONDS + 1) * 1000 + 123_450);
      expect(await isRunning()).toBe(true);
    },
  );

  test('a system without a boot time is an error', async () => {
    await expect(readRunningProcess(7, createProc({}, 'cpu 1 2\n').proc)).rejects.toMatchObject({
      message: expect.stringMatching(/stat does not state when the system was started$/),
    });
  });
});

test('the id of a thread is refused, because the process can start before it and end after it', async () => {
  const { proc } = createProc();
  writeFileSync(join(proc, '7/status'), 'Name:\tjob\nTgid:\t6\nPid:\t7\nUid:\t1\t1\t1\t1\n');
  await expect(readRunningProcess(7, proc)).rejects.toMatchObject({
    message: '7 is a thread of process 6',
    hint: 'use --pid 6',
  });
  writeFileSync(join(proc, '7/status'), 'Name:\tjob\nTgid:\t7\nPid:\t7\nUid:\t1\t1\t1\t1\n');
  expect(await (await readRunningProcess(7, proc)).isRunning()).toBe(true);
});

describe('a process that ends', () => {
  test.each<[string, FakeProcess]>([
    ['a zombie', { state: 'Z' }],
    ['a dead process', { state: 'X' }],
    ['another process with the same id', { startTicks: 12_346 }],
    ['a file without a start', { startTicks: 'x' }],
  ])('%s is no longer running', async (_, change) => {
    const { proc, write } = createProc();
    const { isRunning } = await readRunningProcess(7, proc);
    expect(await isRunning()).toBe(true);
    write(change);
    expect(await isRunning()).toBe(false);
  });

  test('a process whose first thread has ended is still running', async () => {
    const { proc, write } = createProc();
    const { isRunning } = await readRunningProcess(7, proc);
    write({ state: 'Z', threads: 2 });
    expect(await isRunning()).toBe(true);
    rmSync(join(proc, '7'), { recursive: true });
    expect(await isRunning()).toBe(false);
  });

  test('a zombie that still has an environment is an error', async () => {
    await expect(readRunningProcess(7, createProc({ state: 'Z' }).proc)).rejects.toMatchObject({
      message: 'process 7 has ended',
    });
  });

  test('a state that cannot be read is an error', async () => {
    const { proc } = createProc();
    rmSync(join(proc, '7/stat'));
    mkdirSync(join(proc, '7/stat'));
    await expect(readRunningProcess(7, proc)).rejects.toMatchObject({
      message: expect.stringMatching(/^could not read the state of process 7: /),
      hint: expect.stringMatching(/hidepid/),
    });
  });

  test('a process that does not exist is an error', async () => {
    await expect(readRunningProcess(8, createProc().proc)).rejects.toMatchObject({
      message: 'process 8 does not exist',
    });
  });
});

describe.runIf(process.platform === 'linux')('a real process', () => {
  test('the start of a child is within two seconds of its real start', async () => {
    const before = Date.now();
    const child = spawn('sleep', ['60'], { env: { KEY: 'value' }, stdio: 'ignore' });
    onTestFinished(() => void child.kill());
    await new Promise((resolve) => child.once('spawn', resolve));
    const { startedAt, isRunning, view } = await readRunningProcess(child.pid ?? 0);
    expect(startedAt).toBeGreaterThan(before - 1000);
    expect(startedAt).toBeLessThan(Date.now() + 1100);
    expect(view.options.env.KEY).toBe('value');
    expect(await isRunning()).toBe(true);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    expect(await isRunning()).toBe(false);
  });

  test('a child whose parent does not wait for its exit code has ended', async () => {
    // The shell is replaced by a program that never reads the exit code of the child.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill());
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data) => resolve(Number(data))),
    );
    const { isRunning } = await readRunningProcess(pid);
    while (await isRunning()) await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(readRunningProcess(pid)).rejects.toMatchObject({
      message: `process ${pid} has no environment: it is a thread of the kernel, or has ended`,
    });
  });
});
