import { expect, test } from 'vitest';
import { createLogOutput } from '../../../src/cli/process/log-output.ts';
import { createOutput } from '../../support/cli/test-io.ts';

function createBlockedOutput() {
  const written: string[] = [];
  const pending: (() => void)[] = [];
  const output = {
    ...createOutput(() => {}),
    write(text: string) {
      written.push(text);
      return new Promise<void>((resolve) => pending.push(resolve));
    },
  };
  const read = async () => {
    for (const resolve of pending.splice(0)) resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { output, written, read };
}

test('lines are dropped while the reader does not read, and their number is reported when it reads again', async () => {
  const { output, written, read } = createBlockedOutput();
  const dropped: number[] = [];
  const write = createLogOutput(output, { onDropped: (count) => dropped.push(count), onError: () => {} });
  for (let line = 0; line < 20_000; line += 1) write('x'.repeat(100));
  expect(written).toHaveLength(10_000);
  expect(dropped).toEqual([]);
  await read();
  expect(dropped).toEqual([10_000]);
  write('again');
  expect(written.at(-1)).toBe('again\n');
  await read();
  expect(dropped).toEqual([10_000]);
});

test('an error of the output is reported once, and later lines do not throw', async () => {
  const errors: unknown[] = [];
  const full = new Error('the disk is full');
  const output = { ...createOutput(() => {}), write: () => Promise.reject(full) };
  const write = createLogOutput(output, { onDropped: () => {}, onError: (error) => errors.push(error) });
  write('one');
  write('two');
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([full]);
});
