import { expect, test } from 'vitest';
import { SearchLimit } from '../../../../src/server/serving/peer/search-limit.ts';

test('a search that took too long shortens the next ones, and searches in time make them longer again', () => {
  const limit = new SearchLimit(500);
  expect(limit.milliseconds).toBe(500);
  limit.note(false);
  expect(limit.milliseconds).toBe(40);
  limit.note(true);
  expect(limit.milliseconds).toBe(50);
  // Two programs that request in turns, one of which is found.
  limit.note(false);
  expect(limit.milliseconds).toBe(40);
  for (let search = 0; search < 20; search += 1) limit.note(true);
  expect(limit.milliseconds).toBe(500);
});

test('a limit below the shortest one does not grow', () => {
  const limit = new SearchLimit(5);
  limit.note(false);
  expect(limit.milliseconds).toBe(5);
});
