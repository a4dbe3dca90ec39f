import { expect, test } from 'vitest';
import { describeEmptySelection, describeSelection } from '../../../src/cli/flags/selection-flags.ts';
import type { SeriesFilter } from '../../../src/store/contract.ts';

const SERIES = [
  { host: 'db-1', source: 'container', role: 'loader' },
  { host: 'web-1', source: 'imds', role: 'app' },
  { host: 'web-1', source: 'process', role: '' },
] as const;
type Series = { [Part in keyof (typeof SERIES)[number]]: string };

const describe = (filter: SeriesFilter, all: readonly Series[] = SERIES) =>
  describeEmptySelection(filter, (part, { host, source }) => {
    const selected = all.filter(
      (each) => (host ?? each.host) === each.host && (source ?? each.source) === each.source,
    );
    return [...new Set(selected.map((each) => each[part]))].filter((name) => name !== '').sort();
  });

test('the hint for an unknown host lists the stored hosts', () => {
  expect(describe({ host: 'web' })).toBe('hosts with samples: db-1, web-1');
  expect(describe({ host: 'web', source: 'sso', role: 'x' })).toBe('hosts with samples: db-1, web-1');
  const many = Array.from({ length: 10 }, (_, index) => ({ ...SERIES[0], host: `h${index}` }));
  expect(describe({ host: 'web' }, many)).toBe(
    'hosts with samples: h0, h1, h2, h3, h4, h5, h6, h7 and 2 more',
  );
});

test('the hint for an unknown source lists the sources of the host', () => {
  expect(describe({ source: 'sso' })).toBe('sources with samples: container, imds, process');
  expect(describe({ host: 'web-1', source: 'container' })).toBe(
    'sources with samples of host web-1: imds, process',
  );
});

test('the hint for an unknown role lists the roles of the host and the source', () => {
  expect(describe({ role: 'x' })).toBe('roles with samples: app, loader');
  expect(describe({ host: 'web-1', role: 'loader' })).toBe('roles with samples of host web-1: app');
  expect(describe({ host: 'web-1', source: 'imds', role: 'loader' })).toBe(
    'roles with samples of host web-1 and source imds: app',
  );
});

test('the hint for a role of samples without roles is to remove the role', () => {
  expect(describe({ host: 'web-1', source: 'process', role: 'app' })).toBe(
    'remove --role: the samples of host web-1 and source process have no role',
  );
});

test('the hint for known names is to remove the period, which is the reason', () => {
  expect(describe({ host: 'web-1', since: 0 })).toBe('remove --since');
  expect(describe({ role: 'app', since: 0, until: 1 })).toBe('remove --since or --until');
});

test('the hint of a database without series is to remove the given filters', () => {
  expect(describe({ role: 'x', host: 'web' }, [])).toBe('remove --host or --role');
});

test('a selection is described with its parts', () => {
  expect(describeSelection({ host: 'web-1', role: 'app' })).toBe('host web-1 and role app');
  expect(describeSelection({})).toBe('');
});
