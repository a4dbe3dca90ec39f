import { describe, expect, test } from 'vitest';
import { isOrdinaryPath, redactCronLine } from '../../../src/domain/installation/shown-line.ts';

const UNUSUAL = '/home/xqzk9vw2/node-v22';
const SECRET = 'Zq8TmB4xWv7RkL2pYc9NsD5hJf3GtA6uEb1Qo0Xi';

/** Each character as an escape of URLs, as cron reads it. */
const escapeForUrl = (text: string) => text.replace(/./g, (each) => `\\%${each.charCodeAt(0).toString(16)}`);

/** Every absolute path exists, also one with a secret in its name. */
const show = (line: string) => redactCronLine(line, isOrdinaryPath);

describe('a line of a crontab keeps', () => {
  test.each([
    ['a path that parts of a key can have', `*/5 * * * * ${UNUSUAL}/bin/node poll > /dev/null`],
    ['a quoted path with blanks', `* * * * * '${UNUSUAL}/my files/node' /usr/bin/cred-watch poll`],
    ['a path with double quotes around', `* * * * * "${UNUSUAL}/my files/node" poll`],
    ['a path with a percent sign', `* * * * * '${UNUSUAL}/50\\% "a"/node' cred-watch poll`],
    ['the value of a variable', `* * * * * AWS_CONFIG_FILE=${UNUSUAL} cred-watch poll`],
    ['the value of a flag', `* * * * * cred-watch poll --db=${UNUSUAL}/a.db --db ${UNUSUAL}/b.db`],
    ['a path behind an operator', `* * * * * cd ${UNUSUAL};cred-watch poll >>${UNUSUAL}/a.log 2>&1`],
    ['its end, however long the line is', `* * * * * ${'/usr/bin/env '.repeat(30)}${UNUSUAL} poll`],
  ])('%s', (_, line) => {
    expect(show(line)).toBe(line);
  });
});

describe('no line shows', () => {
  test.each([
    ['a key', `* * * * * ${SECRET} cred-watch poll`],
    ['a key with a slash at its start', `* * * * * /${SECRET} cred-watch poll`],
    ['the name of a file that is a key', `* * * * * cat /srv/${SECRET} | cred-watch poll`],
    ['a key as the names of several folders', `* * * * * cat /${SECRET.match(/.{1,10}/g)?.join('/')}`],
    [
      'a path as the value of a secret variable',
      `* * * * * AWS_SECRET_ACCESS_KEY=/srv/${SECRET.slice(0, 8)} a`,
    ],
    ['a quoted path as the value of a secret variable', `* * * * * TOKEN='/srv/${SECRET.slice(0, 8)}' a`],
    ['a path behind a secret flag', `* * * * * a --client-secret /srv/${SECRET.slice(0, 8)}`],
    ['a path as the value of a secret flag', `* * * * * a --client-secret=/srv/${SECRET.slice(0, 8)}`],
    ['escapes in the name of a file', `* * * * * cat '/srv/${escapeForUrl(SECRET)}'`],
    ['the query of a path', `* * * * * curl /srv/a?key=${SECRET}`],
    ['the query of a quoted path', `* * * * * curl '/srv/a?key=${SECRET.slice(0, 10)}'`],
    ['a key behind the character at which cron ends a command', `* * * * * a /%2F${SECRET}`],
    ['the name of a file that is a key of 20 characters', `* * * * * a /srv/${SECRET.slice(0, 18)}-a`],
    ['a key behind a path', `* * * * * a /srv/a:${SECRET}:/srv/b`],
    ['a key next to a quoted path', `* * * * * a '/srv/a b'${SECRET}`],
    ['a key of base64', `* * * * * a /srv/${SECRET.slice(0, 10)}+/${SECRET.slice(10, 14)}==`],
    ['a key in an option of a process', `* * * * * cred-watch poll --process '/srv/a ${SECRET}'`],
  ])('%s', (_, line) => {
    const shown = show(line);
    expect(shown).toContain('[redacted]');
    expect(shown.replaceAll('\\', '')).not.toContain(SECRET);
    for (let start = 0; start + 8 <= SECRET.length; start += 1)
      expect(shown).not.toContain(SECRET.slice(start, start + 8));
  });
});

test.each([
  ['--external-id tenant --db a.db', '--external-id [redacted] --db a.db'],
  ['--external-id=tenant --db a.db', '--external-id=[redacted] --db a.db'],
  [`'--external-id' "my tenant" --db a.db`, `'--external-id' [redacted] --db a.db`],
  ["--process 'cat tenant' --db a.db", '--process [redacted] --db a.db'],
  ["--process='cat tenant' --db a.db", '--process=[redacted] --db a.db'],
  [String.raw`--process cat\ tenant --db a.db`, '--process [redacted] --db a.db'],
])('the value of a secret flag is not shown, also if it is an ordinary word: %s', (flags, shown) => {
  expect(show(`* * * * * cred-watch poll ${flags}`)).toBe(`* * * * * cred-watch poll ${shown}`);
});

test('a path that is not known is treated like any other word', () => {
  expect(redactCronLine(`* * * * * ${UNUSUAL} cred-watch poll`, () => false)).toBe(
    '* * * * * [redacted] cred-watch poll',
  );
});

test.each([
  ['a list of paths', `* * * * * PATH=${UNUSUAL}:/usr/bin:${UNUSUAL} cred-watch poll`],
  ['text that looks like a placeholder', `* * * * * /q0 /x0 ${UNUSUAL} poll`],
])('%s stays beside a known path', (_, line) => {
  expect(redactCronLine(line, (path) => path === UNUSUAL)).toBe(line);
});

test('a path of the caller stays, whatever its name', () => {
  const own = `/nix/store/${SECRET}/bin/50% "node"`;
  const line = `* * * * * '/nix/store/${SECRET}/bin/50\\% "node"' poll`;
  expect(redactCronLine(line, (path) => path === own)).toBe(line);
});
