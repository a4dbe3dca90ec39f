import { expect, test } from 'vitest';
import { findPoll, findShellPolls } from '../../../src/domain/installation/found-poll.ts';

const find = (text: string) => findShellPolls(text)[0];

test.each<[string, object]>([
  [
    'env CRED_WATCH_DB=/x A=b cred-watch poll',
    {
      variables: new Map([
        ['CRED_WATCH_DB', '/x'],
        ['A', 'b'],
      ]),
      wrappers: ['env'],
    },
  ],
  [
    'A=1 env B=2 cred-watch poll',
    {
      variables: new Map([
        ['A', '1'],
        ['B', '2'],
      ]),
    },
  ],
  ['export CRED_WATCH_DB=/x; cred-watch poll', { variables: new Map([['CRED_WATCH_DB', '/x']]) }],
  [
    'export CRED_WATCH_DB=/x && CRED_WATCH_DB=/y cred-watch poll',
    { variables: new Map([['CRED_WATCH_DB', '/y']]) },
  ],
  ['cd /srv && cred-watch poll --db x', { folder: '/srv' }],
  ["cd '/srv/a b'; cd c; cred-watch poll", { folder: '/srv/a b/c' }],
  ['sleep 20 && cred-watch poll', { folder: null }],
  ['date >> "$LOG"; cred-watch poll', {}],
  ['cred-watch poll 2>&1 | logger -t cred-watch', {}],
  ['cred-watch poll || echo "failed: $?" | mail ops', {}],
  [
    '/usr/bin/flock -n -w 5 /tmp/lock timeout -k 5 30 nice -n 10 cred-watch poll',
    { wrappers: ['/usr/bin/flock', 'timeout', 'nice'] },
  ],
  [
    'node --max-old-space-size=64 -r ./a.js bin/cred-watch.js poll',
    { node: 'node', program: 'bin/cred-watch.js' },
  ],
  ['exec cred-watch poll # $comment', {}],
  [
    String.raw`cred-watch poll --db '/a$b' --host "a\$b"`,
    {
      flags: new Map([
        ['--db', '/a$b'],
        ['--host', 'a$b'],
      ]),
    },
  ],
])('the poll in `%s` is certain', (text, expected) => {
  expect(find(text)).toMatchObject({ isCertain: true, ...expected });
});

test.each([
  'cred-watch poll --db $HOME/x',
  'cred-watch poll --db "$HOME/x"',
  'cred-watch poll --db ~/x',
  'CRED_WATCH_DB=~/x cred-watch poll',
  'cred-watch poll --db /a/*.db',
  'cred-watch poll --host $(hostname; id)',
  'cred-watch poll --host `hostname`',
  'test -f /x && cred-watch poll',
  'test -f /x && sleep 1 && cred-watch poll',
  'test -f /x || cred-watch poll',
  'if test -f /x; then cred-watch poll; fi',
  '(cd /x && cred-watch poll)',
  '. /etc/profile; cred-watch poll',
  'CRED_WATCH_DB=/x; cred-watch poll',
  'test -d /x && cd /x; cred-watch poll --db x',
  'cd $DIR && cred-watch poll --db x',
  'command cd /x; cred-watch poll --db x',
  'cd /x & cred-watch poll --db x',
  'exec true; cred-watch poll',
  'env -i cred-watch poll',
  'sudo -u loader cred-watch poll',
  'npx cred-watch poll',
  'npx --yes cred-watch@1.0.0 poll',
  'docker run --rm image cred-watch poll',
  "sh -c 'cred-watch poll'",
  "flock -n /lock -c 'cd /x && cred-watch poll'",
  'echo cred-watch poll',
])('the poll in `%s` is not certain', (text) => {
  expect(findShellPolls(text)).toEqual([expect.objectContaining({ isCertain: false })]);
});

test.each([
  '/opt/my-cred-watch poll',
  'cred-watch report',
  'echo "cred-watch poll"',
  '# cred-watch poll',
  'cat cred-watch',
])('`%s` is not a poll', (text) => {
  const polls = findShellPolls(text).filter(({ isCertain }) => isCertain);
  expect(polls).toEqual([]);
});

test('a dollar sign of a process is literal', () => {
  expect(findPoll(['/usr/bin/node', '/usr/bin/cred-watch', 'poll', '--db', '/a$b'])).toMatchObject({
    isCertain: true,
    flags: new Map([['--db', '/a$b']]),
  });
});
