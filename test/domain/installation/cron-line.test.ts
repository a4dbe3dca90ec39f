import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buildCronLine,
  buildShellCommand,
  isWrittenCronLine,
} from '../../../src/domain/installation/cron-line.ts';
import { findCronPolls, parseCrontab } from '../../../src/domain/installation/crontab.ts';
import { splitShellWords } from '../../../src/domain/installation/shell-words.ts';
import { createPoll } from '../../support/installation/poll-command.ts';

test('the line has absolute paths, and discards the output of a successful poll', () => {
  expect(buildCronLine(createPoll(), 300)).toBe(
    '*/5 * * * * /usr/bin/node /usr/local/bin/cred-watch poll --source imds --db /var/lib/cred-watch/samples.db > /dev/null',
  );
});

test('a percent sign has a backslash, because cron would end the command', () => {
  const poll = createPoll({ database: '/data/50% full/samples.db' });
  expect(buildCronLine(poll, 60)).toContain(String.raw`--db '/data/50\% full/samples.db' > /dev/null`);
});

test('variables stand in front of the command, and behind env, because csh knows no assignments there', () => {
  const poll = createPoll({ variables: [['AWS_CONFIG_FILE', "/home/a b/it's"]] });
  expect(buildCronLine(poll, 60)).toContain(
    String.raw`* * * * * /usr/bin/env AWS_CONFIG_FILE='/home/a b/it'\''s' /usr/bin/node `,
  );
});

/** Printable, and without the backslash, which is refused. */
const word = fc.string({ unit: fc.constantFrom(...'ab %\'"$`~*?#!;&|<>(){}[]=,:+é'), minLength: 1 });

test('a shell and our parser read the words that were written', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const poll = createPoll({ node: 'printf', program: '%s\\n', words, database: 'end' });
      const command = buildShellCommand(poll);
      const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      expect(stdout).toBe([...words, '--db', 'end', ''].join('\n'));
      expect(splitShellWords(command)).toEqual(['printf', '%s\\n', ...words, '--db', 'end']);
    }),
    { numRuns: 25 },
  );
});

test('the parser of crontabs reads the line that was written', () => {
  fc.assert(
    fc.property(word, word, (database, value) => {
      const poll = createPoll({ database: `/data/${database}`, variables: [['AWS_PROFILE', value]] });
      const [found] = findCronPolls(parseCrontab(buildCronLine(poll, 300), { hasUser: false }));
      expect(found?.poll.flags.get('--db')).toBe(`/data/${database}`);
      expect(found?.poll.variables.get('AWS_PROFILE')).toBe(value);
      expect(found?.poll.node).toBe('/usr/bin/node');
    }),
  );
});

test('only lines that could have been written count as written', () => {
  const plain = createPoll();
  const poll = createPoll({ variables: [['AWS_PROFILE', 'a b%c']] });
  const line = buildCronLine(poll, 300);
  expect([plain, poll].map((each) => isWrittenCronLine(buildCronLine(each, 300)))).toEqual([true, true]);
  expect(isWrittenCronLine(line.replace('/usr/bin/env ', ''))).toBe(true);
  expect(isWrittenCronLine(line.replace('/usr/bin/env', 'env'))).toBe(false);
  expect(isWrittenCronLine(line.replace('/usr/bin/env ', '$&-i '))).toBe(false);
  expect(isWrittenCronLine(buildCronLine(plain, 300).replace('* /usr', '* /usr/bin/env /usr'))).toBe(false);
});

const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'fish', 'csh', 'tcsh'].filter(
  (name) => spawnSync(name, ['-c', 'true']).status === 0,
);

test.each(SHELLS)('%s runs a line with variables', (shell) => {
  const poll = createPoll({
    ...{ node: process.execPath, program: '-p', words: ['process.env.X.length', '--'] },
    variables: [['X', 'a b']],
  });
  const [entry] = parseCrontab(buildCronLine(poll, 300), { hasUser: false });
  const command = entry?.command.replace(' > /dev/null', '') ?? '';
  expect(spawnSync(shell, ['-c', command], { encoding: 'utf8' })).toMatchObject({
    stdout: '3\n',
    stderr: '',
  });
});
