import { expect, test } from 'vitest';
import { describeEmptySelection, REMOVE_FILTERS } from '../../../src/cli/flags/selection-flags.ts';

const NAMES = { host: ['db-1', 'web-1'], role: ['loader'] };
const describe = (filter: { host?: string; role?: string }, names: typeof NAMES = NAMES) =>
  describeEmptySelection(filter, (part) => names[part]);

test('the hint for an unknown host or role lists the stored names', () => {
  expect(describe({ host: 'web' })).toBe('hosts with samples: db-1, web-1');
  expect(describe({ host: 'web', role: 'x' })).toBe('hosts with samples: db-1, web-1');
  expect(describe({ host: 'web-1', role: 'x' })).toBe('roles with samples: loader');
  const many = Array.from({ length: 10 }, (_, index) => `h${index}`);
  expect(describe({ host: 'web' }, { ...NAMES, host: many })).toBe(
    'hosts with samples: h0, h1, h2, h3, h4, h5, h6, h7 and 2 more',
  );
});

test('the hint for known hosts and roles is to remove filters', () => {
  expect(describe({ host: 'web-1', role: 'loader' })).toBe(REMOVE_FILTERS);
  expect(describe({})).toBe(REMOVE_FILTERS);
  expect(describe({ role: 'x' }, { host: [], role: [] })).toBe(REMOVE_FILTERS);
});
