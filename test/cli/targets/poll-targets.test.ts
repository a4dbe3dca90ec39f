import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { pollTargets } from '../../../src/cli/targets/poll-targets.ts';
import { TargetsFile } from '../../../src/cli/targets/targets-file.ts';
import { removeCreationNote } from '../../support/cli/creation-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';
import { document } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

/** The fake clock would differ from a real date. */
const NO_DATE = { Date: 'unknown' };

/** Starts `poll --targets --interval 5m` with a fake clock. */
async function startPoller(hosts: string[], duration?: number) {
  let keyId = 'ASIACANARY0000000001';
  let isWorking = true;
  const endpoint = await startEndpoint(() => ({
    ...(isWorking ? { body: document({ AccessKeyId: keyId }) } : { status: 404 }),
    headers: NO_DATE,
  }));
  const folder = temporaryFolder();
  const path = join(folder, 'targets.json');
  const write = (content: string) => writeFileSync(path, content, { mode: 0o600 });
  let targetCount = 0;
  const createList = (...names: string[]) => {
    targetCount = names.length;
    return JSON.stringify({
      targets: names.map((host) => ({ host, source: 'container', url: `${endpoint.url}/${host}` })),
    });
  };
  write(createList(...hosts));
  const clock = new FakeClock(Date.now());
  const stop = new AbortController();
  const output = { stdout: '', stderr: '' };
  const io = createTestIo({ CRED_WATCH_DB: join(folder, 'samples.db'), LANG: 'C.UTF-8' }, '', {
    stdout: createOutput((text) => (output.stdout += text)),
    stderr: createOutput((text) => (output.stderr += removeCreationNote(text))),
    clock,
    random: () => 0.5,
    createStopSignal: () => stop.signal,
  });
  const reading = vi.spyOn(TargetsFile.prototype, 'read');
  onTestFinished(() => reading.mockRestore());
  const flags = {
    targets: path,
    interval: 300,
    listen: [],
    allowHost: [],
    margin: 300,
    format: 'text',
  } as const;
  const forFlag = duration === undefined ? {} : { for: duration };
  const done = pollTargets({ ...flags, ...forFlag, listen: [], allowHost: [] }, io);
  onTestFinished(async () => {
    stop.abort();
    await done;
  });
  /** Waits until all targets sleep. The time limit of a poll is shorter than their pauses. */
  const allSleep = () =>
    expect
      .poll(() => clock.left().filter((left) => left > 16_000).length, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(targetCount);
  /** The hosts of all polls, when `count` polls have been recorded. */
  const polled = async (count: number) => {
    await expect.poll(() => endpoint.seen().length, { timeout: 10_000 }).toBe(count);
    await allSleep();
    return endpoint.seen().map((request) => request.slice('GET /'.length));
  };
  const takeMessages = () => {
    const { stderr } = output;
    output.stderr = '';
    return stderr.replaceAll(path, 'FILE');
  };
  /** Lets the poller check the file, which it does at least every ten seconds. Returns its messages. */
  const checkFile = async () => {
    const countReads = () => reading.mock.settledResults.filter(({ type }) => type === 'fulfilled').length;
    const reads = countReads();
    clock.pass(10_000);
    await expect.poll(countReads, { timeout: 10_000 }).toBeGreaterThan(reads);
    await new Promise(setImmediate);
    return takeMessages();
  };
  return {
    ...{ path, write, createList, clock, stop, output, done, polled, checkFile, takeMessages },
    rotate: (next: string) => (keyId = next),
    setWorking: (works: boolean) => (isWorking = works),
  };
}

const KEEP = 'hint: the previous list of targets stays in use; correct the file\n';

/** A recorded poll needs a few turns of the event loop after its response. */
const UNTIL = { timeout: 10_000 };

test('a changed file replaces the list, and unchanged targets are not polled again at once', async () => {
  const { write, createList, polled, checkFile, clock } = await startPoller(['a', 'b']);
  expect(await polled(2)).toEqual(['a', 'b']);
  expect(await checkFile()).toBe('');
  write(createList('b', 'c'));
  expect(await checkFile()).toBe('note: FILE: 1 target added, 1 removed\n');
  expect(await polled(3)).toEqual(['a', 'b', 'c']);
  clock.pass(130_000);
  expect((await polled(4)).at(-1)).toBe('b');
});

test('a bad file is noted once, and the list before stays in use', async () => {
  const { path, write, createList, polled, checkFile, clock } = await startPoller(['a']);
  await polled(1);
  write(createList('b').slice(0, 30));
  expect(await checkFile()).toMatch(
    /^note: FILE: the file is not valid JSON.*\nhint: the previous list .*\n$/,
  );
  expect(await checkFile()).toBe('');
  write('{"targets": [{"host": "b"}, {}]}');
  expect(await checkFile()).toBe(
    `note: FILE: target 1 (b): 'source' is missing: use imds or container (and 2 more problems)\n${KEEP}`,
  );
  renameSync(path, `${path}.old`);
  expect(await checkFile()).toBe(`note: FILE: the file does not exist: check the path\n${KEEP}`);
  expect(await checkFile()).toBe('');
  clock.pass(100_000);
  expect(await polled(2)).toEqual(['a', 'a']);
  write(createList('b'));
  expect(await checkFile()).toBe('note: FILE: 1 target added, 1 removed\n');
  expect((await polled(3)).at(-1)).toBe('b');
  renameSync(path, `${path}.old`);
  expect(await checkFile()).toBe(`note: FILE: the file does not exist: check the path\n${KEEP}`);
});

test('rotations, new failures and recoveries are printed, and a summary every interval', async () => {
  const { rotate, setWorking, output, clock, takeMessages } = await startPoller(['a', 'b']);
  const stdout = (pattern: RegExp) => expect.poll(() => output.stdout, UNTIL).toMatch(pattern);
  const stderr = (pattern: RegExp) => expect.poll(() => output.stderr, UNTIL).toMatch(pattern);
  // The polls have been recorded when their targets sleep.
  await expect.poll(() => clock.left().filter((left) => left === 150_000).length, UNTIL).toBe(2);
  clock.pass(10_000);
  await expect.poll(() => clock.left(), UNTIL).toContain(5000);
  clock.pass(5000);
  await stdout(/^\S+ \S+ {2}2 targets {2}2 samples {2}0 failed polls {2}0 rotations\n$/);
  output.stdout = '';
  rotate('ASIACANARY0000000002');
  clock.pass(136_000);
  await stdout(/^(\S+ \S+ {2}[ab] · container {2}ASIA…0002 {2}.*\n){2}$/);
  setWorking(false);
  clock.pass(300_000);
  await stderr(/^error: [ab]: not-found: .*\nhint: .*\nerror: [ab]: not-found: .*\nhint: .*\n$/);
  takeMessages();
  // Either before or after the first failures.
  await stdout(/2 targets {2}2 samples {2}\d failed polls {2}2 rotations.*\n/);
  output.stdout = '';
  clock.pass(310_000);
  await stdout(/2 targets {2}0 samples {2}\d failed polls {2}0 rotations {2}2 targets failing\n/);
  expect(takeMessages()).toBe('');
  setWorking(true);
  clock.pass(310_000);
  await stderr(/^note: [ab]: polls succeed again\nnote: [ab]: polls succeed again\n$/);
});

test('--for ends the poller', async () => {
  const { done, polled, clock } = await startPoller(['a'], 20);
  await polled(1);
  await expect.poll(() => clock.left(), UNTIL).toContain(150_000);
  clock.pass(20_000);
  expect(await done).toBe(0);
});

test('a signal ends the poller at once, and the exit code is 0 after a sample', async () => {
  const { stop, done, polled, clock } = await startPoller(['a', 'b']);
  await polled(2);
  await expect.poll(() => clock.left().filter((left) => left === 150_000).length, UNTIL).toBe(2);
  stop.abort();
  expect(await done).toBe(0);
});
