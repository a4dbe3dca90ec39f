import { expect, test } from 'vitest';
import { findPollChange, type PolledState } from '../../../src/domain/changes/poll-changes.ts';

const STATE: PolledState = {
  host: 'i-0abc',
  source: 'imds',
  result: 'recorded',
  role: 'loader',
  verdict: 'safe',
};

test.each([
  [{}, null],
  [{ verdict: 'sometimes' }, ['verdict']],
  [{ role: 'writer' }, ['role']],
  [{ result: 'timeout' }, ['result']],
  [{ result: 'timeout', role: 'writer', verdict: 'unknown' }, ['verdict', 'role', 'result']],
  [{ verdict: null, role: null }, null],
] as [Partial<PolledState>, string[] | null][])(
  'a poll that differs in %j has the changes %j',
  (after, kinds) => {
    expect(findPollChange(STATE, { ...STATE, ...after })?.kinds ?? null).toEqual(kinds);
  },
);

test('the first verdict and the first role are not changes', () => {
  expect(findPollChange({ ...STATE, verdict: null, role: null }, STATE)).toBe(null);
});
