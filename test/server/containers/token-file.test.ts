import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ServiceAccountTokens } from '../../../src/server/containers/service-account-tokens.ts';
import { startTokenFile } from '../../../src/server/containers/token-file.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const LIFETIME = 100;

async function start() {
  const clock = new FakeClock();
  const tokens = new ServiceAccountTokens();
  const problems: string[] = [];
  const file = await startTokenFile(tokens, LIFETIME, clock, (problem) => problems.push(problem));
  onTestFinished(file.close);
  return {
    ...file,
    clock,
    tokens,
    problems,
    folder: dirname(file.path),
    read: () => readFileSync(file.path, 'utf8'),
    /** The agent's verdict on the token in the file. */
    check: () => tokens.findProblem(readFileSync(file.path, 'utf8'), clock.now()),
    /** Advances the clock to the next renewal, and waits until it has succeeded or failed. */
    async renewal() {
      const done = clock.nextSleep();
      clock.pass(Math.min(...clock.left()));
      await done;
    },
  };
}

test('the token file exists at once, is readable by its owner only, and contains a valid token', async () => {
  const { path, folder, read, check } = await start();
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['eks-pod-identity-token']);
  expect(read()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(check()).toBeNull();
});

test('the token file is renewed repeatedly before its token expires', async () => {
  const { path, folder, clock, read, check, renewal } = await start();
  for (let round = 0; round < 3; round += 1) {
    const before = read();
    expect(clock.left()).toEqual([LIFETIME * 800]);
    clock.pass(LIFETIME * 800 - 1);
    expect(read()).toBe(before);
    expect(check()).toBeNull();
    await renewal();
    expect(read()).not.toBe(before);
    expect(check()).toBeNull();
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['eks-pod-identity-token']);
  }
});

test('the token file is replaced atomically', async () => {
  const { path, read, renewal } = await start();
  const before = read();
  const open = openSync(path, 'r');
  onTestFinished(() => closeSync(open));
  const tokens = new Set([before]);
  let isDone = false;
  const watching = (async () => {
    // Between all steps of the renewal.
    while (!isDone) {
      tokens.add(read());
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let round = 0; round < 20; round += 1) await renewal();
  isDone = true;
  await watching;
  expect(readFileSync(open, 'utf8')).toBe(before);
  expect([...tokens].every((token) => /^[\w-]+\.[\w-]+\.[\w-]{43}$/.test(token))).toBe(true);
  expect(tokens.size).toBeGreaterThan(1);
});

test('close() removes the token file and ends the renewal', async () => {
  const { folder, clock, close } = await start();
  await close();
  expect(existsSync(folder)).toBe(false);
  expect(clock.left()).toEqual([]);
});

test('close() during a renewal waits for it and removes everything', async () => {
  for (let round = 0; round < 100; round += 1) {
    const { folder, clock, close, problems, tokens } = await start();
    const closed = new Promise<void>((resolve) => {
      vi.spyOn(tokens, 'issue').mockImplementation(() => {
        resolve(close());
        return 'the next token';
      });
    });
    clock.pass(LIFETIME * 800);
    await closed;
    expect(problems).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(clock.left()).toEqual([]);
  }
});

test('a failed renewal is reported, and the next one is attempted', async () => {
  const { path, folder, problems, clock, renewal } = await start();
  rmSync(folder, { recursive: true });
  await renewal();
  await renewal();
  expect(problems).toEqual(
    Array(2).fill(`could not renew the token file ${path}: the folder does not exist`),
  );
  expect(clock.left()).toEqual([LIFETIME * 800]);
});

test('an error is thrown if the token file cannot be created', async () => {
  const folder = `${temporaryFolder()}/none`;
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(start()).rejects.toMatchObject({
    message: `could not create a token file in ${folder}: the folder does not exist`,
    hint: 'set TMPDIR to a writable folder',
  });
});
