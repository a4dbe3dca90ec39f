import { expect, test } from 'vitest';
import { createProgress } from '../../../src/cli/process/progress.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';

const CLEAR = '\r\u001b[K';

/** Shows texts, half a second apart. Returns what was written. */
function show(
  texts: readonly string[],
  {
    isTerminal = true,
    env = {},
    ...terminal
  }: { isTerminal?: boolean; columns?: number | undefined; env?: Record<string, string> } = {},
) {
  let written = '';
  let now = 0;
  const stderr = {
    ...createOutput((text) => {
      written += text;
    }),
    isTerminal,
    columns: 'columns' in terminal ? terminal.columns : 80,
  };
  const clock = { now: () => now, sleep: async () => {} };
  const io = createTestIo(env, '', { stdout: createOutput(() => {}), stderr, clock });
  const progress = createProgress(io);
  for (const text of texts) {
    now += 500;
    progress.show(text);
  }
  progress.clear();
  return written;
}

test('a line of progress replaces the one before, and is erased at the end', () => {
  expect(show(['1 line read', '2 lines read'])).toBe(`${CLEAR}1 line read${CLEAR}2 lines read${CLEAR}`);
});

test.each([[{ isTerminal: false }], [{ env: { TERM: 'dumb' } }]])(
  'there is no progress with %j',
  (options) => {
    expect(show(['1 line read'], options)).toBe('');
  },
);

test.each<[number | undefined, string]>([
  [80, '/var/log/creds.log: 12,684 lines read'],
  [38, '/var/log/creds.log: 12,684 lines read'],
  [37, '.../log/creds.log: 12,684 lines read'],
  [20, '...2,684 lines read'],
  [undefined, '/var/log/creds.log: 12,684 lines read'],
])('with %s columns, a line that would wrap is cut at its start', (columns, line) => {
  const text = '/var/log/creds.log: 12,684 lines read';
  expect(show([text], { columns })).toBe(`${CLEAR}${line}${CLEAR}`);
});
