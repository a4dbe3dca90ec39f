import { expect, test } from 'vitest';
import { buildCronLine, CRON_COMMENT } from '../../../src/domain/installation/cron-line.ts';
import { addToCrontab, findCronPolls, parseCrontab } from '../../../src/domain/installation/crontab.ts';
import { createPoll } from '../../support/installation/poll-command.ts';

const LINE = buildCronLine(createPoll(), 300);

const findPolls = (text: string, hasUser = false) => findCronPolls(parseCrontab(text, { hasUser }));

test('a line is added behind the lines of the user, which stay as they are', () => {
  const text = 'MAILTO=ops\n# a comment\n30 2 * * * /srv/load.sh > "a%b"';
  expect(addToCrontab(text, CRON_COMMENT, LINE)).toEqual({
    code: 'addable',
    addition: `\n${CRON_COMMENT}\n${LINE}\n`,
  });
});

test('a line is added to an empty crontab', () => {
  expect(addToCrontab('', CRON_COMMENT, LINE)).toEqual({
    code: 'addable',
    addition: `${CRON_COMMENT}\n${LINE}\n`,
  });
});

test('a line that the crontab has is not added again', () => {
  expect(addToCrontab(`${LINE}\n`, CRON_COMMENT, LINE)).toEqual({ code: 'present' });
});

test.each([
  ['another interval', buildCronLine(createPoll(), 60)],
  ['a program without a path', '*/5 * * * * cred-watch poll > /dev/null'],
  ['another database', buildCronLine(createPoll({ database: '/data/samples.db' }), 300)],
])('a line with %s polls the same credentials', (_, line) => {
  expect(addToCrontab(`${line}\n`, CRON_COMMENT, LINE)).toEqual({ code: 'conflict', line, isEdited: false });
});

test.each([
  [
    'another profile',
    buildCronLine(createPoll({ words: ['poll', '--source', 'profile', '--profile', 'a'] }), 300),
  ],
  [
    'another endpoint',
    buildCronLine(
      createPoll({ variables: [['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'http://127.0.0.1:1338']] }),
      300,
    ),
  ],
  ['a comment', `# ${LINE}`],
  ['another command of cred-watch', '0 * * * * /usr/bin/node /usr/local/bin/cred-watch report -j 5h'],
  ['a program with a similar name', '*/5 * * * * /opt/my-cred-watch poll'],
])('a line with %s does not poll the same credentials', (_, line) => {
  expect(addToCrontab(`${line}\n`, CRON_COMMENT, LINE).code).toBe('addable');
});

const OWN = buildCronLine(createPoll({ node: '/opt/50% a/node', variables: [['A', "it's"]] }), 60);

test('an earlier line of init is replaced', () => {
  const text = `# a\n${CRON_COMMENT}\n${OWN}\n0 2 * * * /srv/load.sh\n`;
  expect(addToCrontab(text, CRON_COMMENT, LINE)).toEqual({ code: 'replaceable', line: OWN, index: 2 });
});

test.each([
  ['without the comment', `\n${OWN}\n`],
  ['that a user edited', `${CRON_COMMENT}\n${OWN.replace('/usr/bin/env ', 'nice -n 5 $&')}\n`],
  ['with another output', `${CRON_COMMENT}\n${OWN.replace('/dev/null', '/tmp/log')}\n`],
  ['with other times', `${CRON_COMMENT}\n${OWN.replace('* * * * *', '1 2 3 * *')}\n`],
  ['every 7 minutes', `${CRON_COMMENT}\n${OWN.replace('* * * * *', '*/7 * * * *')}\n`],
  ['into another database', `${CRON_COMMENT}\n${OWN.replace('samples.db', 'other.db')}\n`],
  ['beside a second one', `${CRON_COMMENT}\n${OWN}\n* * * * * cred-watch poll\n`],
])('a line of init %s is not replaced', (_, text) => {
  expect(addToCrontab(text, CRON_COMMENT, LINE).code).toBe('conflict');
});

test('a line of init with other times was edited', () => {
  const line = OWN.replace('* * * * *', '*/7 * * * *');
  const state = addToCrontab(`${CRON_COMMENT}\n${line}\n`, CRON_COMMENT, LINE);
  expect(state).toEqual({ code: 'conflict', line, isEdited: true });
});

test('the crontab of the system has a column for the user', () => {
  const text =
    'PATH=/usr/local/bin:/usr/bin\n*/5 * * * * credwatch /usr/bin/node /usr/local/bin/cred-watch poll';
  const [entry] = findPolls(text, true);
  expect(entry?.user).toBe('credwatch');
  expect(entry?.variables.get('PATH')).toBe('/usr/local/bin:/usr/bin');
  expect(entry?.poll).toMatchObject({ node: '/usr/bin/node', program: '/usr/local/bin/cred-watch' });
});

test('a line that starts at a reboot is read', () => {
  expect(findPolls('@reboot cred-watch poll --interval=5m')[0]?.poll.flags.get('--interval')).toBe('5m');
});

test('the text behind a percent sign is not part of the command', () => {
  const [entry] = findPolls(String.raw`* * * * * cred-watch poll --db /a\%b%--db /c`);
  expect(entry?.poll.flags.get('--db')).toBe('/a%b');
});

test('a redirection is not an argument', () => {
  const [entry] = findPolls('* * * * * cred-watch poll --db /a 2>/dev/null --host x >> "$HOME/log" 2>&1');
  expect([...(entry?.poll.flags ?? [])]).toEqual([
    ['--db', '/a'],
    ['--host', 'x'],
  ]);
  expect(entry?.poll.isCertain).toBe(true);
});

test('a line with two polls has both', () => {
  const polls = findPolls('0 * * * * cred-watch poll --profile a; cred-watch poll --profile b');
  expect(polls.map(({ poll }) => poll.flags.get('--profile'))).toEqual(['a', 'b']);
});

test('a line that polls with env conflicts with the same line without env', () => {
  expect(addToCrontab(`* * * * * cd /srv && env A=b cred-watch poll\n`, CRON_COMMENT, LINE).code).toBe(
    'conflict',
  );
});
