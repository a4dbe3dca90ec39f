import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const SUITE = new URL('../../bench/suite/', import.meta.url);

test.each(readdirSync(SUITE))('%s exports a bench with the name of the file', async (file) => {
  const { default: bench } = await import(new URL(file, SUITE).href);
  expect(bench).toEqual({
    name: file.replace(/\.mjs$/, ''),
    title: expect.any(String),
    rounds: { full: expect.any(Number), quick: expect.any(Number) },
    prepare: expect.any(Function),
  });
  expect(bench.rounds.full).toBeGreaterThanOrEqual(bench.rounds.quick);
  expect(bench.rounds.quick).toBeGreaterThan(0);
});
