import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { renderInWorker } from '../../src/cli/live-report/render-in-worker.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { repositoryPath } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { fillRichly, NOW } from '../support/report/rich-store.ts';

/** Opens a database as a poller does, and keeps it open. */
function openFilled(): string {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  onTestFinished(() => store.close());
  fillRichly(store);
  return file;
}

/** Checks whether this process has a POSIX lock on the file. */
function hasLock(file: string): boolean {
  const { ino } = statSync(file);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some(
      (line) => line.includes(` POSIX `) && line.includes(` ${process.pid} `) && line.includes(`:${ino} `),
    );
}

const USES: [string, (file: string) => unknown][] = [
  ['the thread of the live report', renderJson],
  ['a second store for reading', (file) => SampleStore.openReadOnly(file)?.close()],
  ['a second store for writing', (file) => SampleStore.open(file).close()],
  [
    'a second store for reading through a link to the file',
    (file) => {
      symlinkSync(file, `${file}.link`);
      SampleStore.openReadOnly(`${file}.link`)?.close();
    },
  ],
];

function renderJson(database: string): Promise<string> {
  const request = {
    format: 'json',
    database,
    options: {
      filter: {},
      jobs: { durations: [3600], names: [] },
      margin: 300,
      maxAge: 'default',
      confidence: null,
      minWatched: null,
      now: NOW,
    },
    refreshSeconds: 30,
    nodeVersion: '20.0.0',
    lastPolls: [],
  } as const;
  const file = repositoryPath('dist/report-worker.js');
  return renderInWorker(file, request, new AbortController().signal);
}

// Without its lock, another program deletes the write-ahead log while the store uses it.
const canSeeLocks = existsSync('/proc/locks');
const skipped = canSeeLocks ? '' : ' (skipped: this system has no /proc/locks)';
test.skipIf(!canSeeLocks).for(USES)(`an open store keeps its lock after %s${skipped}`, async ([, use]) => {
  const file = openFilled();
  expect(hasLock(file)).toBe(true);
  await use(file);
  expect(hasLock(file)).toBe(true);
});
