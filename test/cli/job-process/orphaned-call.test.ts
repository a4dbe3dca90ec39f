import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { copyVariables } from '../../support/cli/job-process.ts';
import { minimalEnvironment } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

async function waitUntil(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !isTrue(); attempt += 1) await pause(20);
  expect(isTrue()).toBe(true);
}

const hasOpened = (pid: number, file: string): boolean =>
  readdirSync(`/proc/${pid}/fd`).some((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`) === file;
    } catch {
      return false;
    }
  });

const readParent = (pid: number) =>
  Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** A database without a write-ahead log, which no other program can read until `release` is called. */
function lockDatabase() {
  const file = join(temporaryFolder(), 'samples.db');
  SampleStore.open(file).close();
  const lock = new Database(file);
  lock.pragma('journal_mode = DELETE');
  lock.exec('BEGIN EXCLUSIVE');
  onTestFinished(() => void lock.close());
  return { file, release: () => lock.exec('COMMIT') };
}

test.runIf(process.platform === 'linux')(
  'a process that inherits a call from its caller does not inherit the judgement',
  async () => {
    const { file, release } = lockDatabase();
    const words = ['env', '-j', '1h', '--source', 'environment', '-f', 'process', '--judge', 'once-per-job'];
    const script = `"$NODE" "$PROGRAM" ${words.join(' ')} & echo $!; exec sleep 60`;
    const env = { NODE: process.execPath, PROGRAM, CRED_WATCH_DB: file, ...copyVariables(7200) };
    const caller = spawn('sh', ['-c', script], {
      env: minimalEnvironment(env),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void caller.kill('SIGKILL'));
    const [line] = await once(caller.stdout, 'data');
    const pid = Number(String(line).trim());
    // It now waits for the lock.
    await waitUntil(() => hasOpened(pid, file));
    caller.kill('SIGKILL');
    await waitUntil(() => readParent(pid) !== caller.pid);
    release();
    await waitUntil(() => !existsSync(`/proc/${pid}`));
    const database = new Database(file, { readonly: true });
    onTestFinished(() => void database.close());
    const judged = database.prepare('SELECT process FROM judged_jobs').pluck().all().map(String);
    expect(judged.map((id) => id.split('/')[2])).toEqual([String(caller.pid)]);
  },
);
