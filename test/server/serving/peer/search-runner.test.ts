import { expect, test } from 'vitest';
import { SearchRunner } from '../../../../src/server/serving/peer/search-runner.ts';

const never = () => false;

/** Blocks the thread. */
const waitMillisecond = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);

function* repeat(action: () => void): Generator<void, string> {
  for (;;) {
    action();
    yield;
  }
}

test('a search ends after a number of reads', async () => {
  let reads = 0;
  const runner = new SearchRunner(60_000, never);
  expect(
    await runner.run(
      repeat(() => (reads += 1)),
      never,
    ),
  ).toBeNull();
  expect(reads).toBeGreaterThan(10_000);
  expect(reads).toBeLessThan(100_000);
  // The limit counts all reads of the search.
  const before = reads;
  await runner.run(
    repeat(() => (reads += 1)),
    never,
  );
  expect(reads).toBe(before);
});

test('a search ends after its time', async () => {
  const startedAt = performance.now();
  expect(await new SearchRunner(50, never).run(repeat(waitMillisecond), never)).toBeNull();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50);
});

test('other events are handled during a search', async () => {
  let isHandled = false;
  setImmediate(() => {
    isHandled = true;
  });
  await new SearchRunner(60_000, never).run(
    repeat(() => {}),
    () => isHandled,
  );
  expect(isHandled).toBe(true);
});

test('a search ends if it is stopped, or if everything is found', async () => {
  let reads = 0;
  await new SearchRunner(60_000, () => true).run(
    repeat(() => (reads += 1)),
    never,
  );
  expect(reads).toBe(0);
  await new SearchRunner(60_000, never).run(
    repeat(() => (reads += 1)),
    () => reads >= 20,
  );
  expect(reads).toBeLessThan(30);
});

test('the result of the steps is returned', async () => {
  function* steps(): Generator<void, string> {
    yield;
    return 'found';
  }
  expect(await new SearchRunner(60_000, never).run(steps(), never)).toBe('found');
});
