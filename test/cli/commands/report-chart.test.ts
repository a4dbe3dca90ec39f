import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const db = join(temporaryFolder(afterAll), 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
});

const draw = async (env: Record<string, string | undefined>, ...args: string[]) =>
  (await runCommand(['report', '--db', db, '-j', '5h', '--margin', '0', ...args], { env })).stdout;

const CROSSED_ONCE = { unicode: /^ {2}required +5h ┤─+┼─+$/m, ascii: /^ {2}required +5h \|-+\+-+$/m };

test.for([
  { LANG: 'en_GB.UTF-8' },
  { LANG: undefined, LC_CTYPE: 'C.utf8' },
  { LANG: 'C', LC_ALL: 'de_DE.UTF8' },
])('a report under %j has a Unicode chart', async (env) => {
  const drawn = await draw(env);
  expect(drawn).toMatch(CROSSED_ONCE.unicode);
  expect(drawn).toMatch(/^linux · imds\n/);
});

test.for([
  [{ LANG: undefined }, []],
  [{ LANG: 'en_GB.UTF-8', LC_ALL: 'C' }, []],
  [{ LANG: 'en_GB.ISO-8859-1' }, []],
  [{ LANG: 'en_GB.UTF-8' }, ['--ascii']],
] as const)('a report under %j with %j has an ASCII chart', async ([env, args]) => {
  const drawn = await draw(env, ...args);
  expect(drawn).toMatch(CROSSED_ONCE.ascii);
  expect(drawn).toMatch(/^[\n\x20-\x7e]*$/);
});

test('the chart has colours if the report has colours', async () => {
  expect(await draw({ FORCE_COLOR: '1' })).toMatch(/─\u001b\[31m┼\u001b\[39m─/);
  expect(await draw({ NO_COLOR: '1' })).not.toContain('\u001b');
});

test('formats for programs have no chart', async () => {
  expect(await draw({}, '-f', 'json')).not.toMatch(/[┤┼]/);
});
