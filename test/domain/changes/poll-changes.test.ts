import { expect, test } from 'vitest';
import {
  findPollChange,
  NOTHING_REPORTED,
  type PolledState,
} from '../../../src/domain/changes/poll-changes.ts';
import { POLLED_STATE as STATE } from '../../support/domain/polled-state.ts';

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

test('a first state is a change only if the poll fails or the verdict is not safe', () => {
  const find = (after: Partial<PolledState>) =>
    findPollChange(NOTHING_REPORTED, { ...STATE, ...after })?.kinds ?? null;
  expect(find({})).toBe(null);
  expect(find({ verdict: 'unknown' })).toBe(null);
  expect(find({ verdict: 'never' })).toEqual(['verdict']);
  expect(find({ result: 'unreachable', verdict: null, role: null })).toEqual(['result']);
});
