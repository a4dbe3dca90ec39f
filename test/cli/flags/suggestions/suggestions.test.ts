import { expect, test } from 'vitest';
import { askForCount, askForShare } from '../../../../src/cli/flags/suggestions/suggest-values.ts';
import { declareProgram } from '../../../../src/cli/program.ts';
import { SOURCE_NAMES } from '../../../../src/domain/model.ts';
import { runSampled } from '../../../support/cli/run-command.ts';
import { shellWords } from '../../../support/cli/shell-words.ts';
import { sampleCases } from '../../../support/thorough.ts';

const RETYPE = 'type the dash again: a document has changed it';
const NAME = '--job is the name of a job; for a duration, use -j 5h';
const SOURCES = `use one of auto, ${SOURCE_NAMES.join(', ')}`;

/** Runs a wrong command line. Returns the error and the hint. */
async function getMessages(words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runSampled(words, { env: { CRED_WATCH_DB: '/nonexistent/none.db' } });
  expect(stdout).toBe('');
  return stderr;
}

test.each<[text: string, suggestion: string | null]>([
  ['95', '95%'],
  ['95 %', '95%'],
  ['99.9', '99.9%'],
  ['0,95', '0.95'],
  ['95 percent', '95%'],
  ['95pct', '95%'],
  ['0', null],
  ['0%', null],
  ['-5%', null],
  ['950', null],
  ['high', null],
  ['', null],
])('the share %j suggests %j', (text, suggestion) => {
  expect(askForShare(text)).toBe(suggestion === null ? null : `did you mean ${suggestion}?`);
});

test.each<[text: string, suggestion: string | null]>([
  ['1,000', '1000'],
  ['1_000', '1000'],
  ['1 000', '1000'],
  ['1k', '1000'],
  ['1e3', '1000'],
  ['+5', '5'],
  ['5.0', '5'],
  ['0', null],
  ['-5', null],
  ['5.5', null],
  ['1,5', null],
  ['ten', null],
  ['', null],
  ['99999999999', null],
])('the count %j suggests %j', (text, suggestion) => {
  expect(askForCount(text)).toBe(suggestion === null ? null : `did you mean ${suggestion}?`);
});

/** The flags that `isKind` selects, with a value that makes the line complete. */
const listFlags = (isKind: (flags: string) => boolean) =>
  declareProgram().commands.flatMap((command) =>
    command.options
      .filter(({ flags }) => isKind(flags))
      .map(({ long, flags }): [command: string, flag: string] => [command.name(), long ?? flags]),
  );

const DURATION_FLAGS = listFlags((flags) => flags.includes('<duration>'));

test.each(sampleCases(DURATION_FLAGS, 7))('%s %s suggests durations with a unit', async (command, flag) => {
  const cases = [
    ['5', 'has no unit', 'did you mean 5s, 5m, 5h or 5d?'],
    ['5h 55m', 'is not a duration', 'did you mean 5h55m?'],
    ['5hours', 'is not a duration', 'did you mean 5h?'],
  ];
  for (const [value = '', problem, hint] of cases)
    expect(await getMessages([command, flag, value])).toBe(
      `error: ${flag} '${value}' ${problem}\nhint: ${hint}\n`,
    );
});

test('many flags have a duration, a share or a count', () => {
  expect(DURATION_FLAGS.length).toBeGreaterThan(30);
  expect(SHARE_FLAGS.length).toBeGreaterThan(5);
});

const SHARE_FLAGS = listFlags((flags) => flags.includes('<share>'));

test.each(sampleCases(SHARE_FLAGS, 3))('%s %s suggests a percentage', async (command, flag) => {
  expect(await getMessages([command, flag, '95'])).toMatch(/ '95' is not a \w+\nhint: did you mean 95%\?\n$/);
});

test.each<[line: string, error: string, hint: string]>([
  ['report 5h', "unexpected argument '5h'", 'add -j: `cred-watch report -j 5h`'],
  ['report 5', "unexpected argument '5'", 'add -j: `cred-watch report -j 5h`'],
  ['report 5hours', "unexpected argument '5hours'", 'add -j: `cred-watch report -j 5h`'],
  ['report 5 hours', "unexpected argument '5'", 'add -j: `cred-watch report -j 5h`'],
  ['check 5h30', "unexpected argument '5h30'", 'add -j: `cred-watch check -j 5h30m`'],
  ['check 4711', "unexpected argument '4711'", 'see `cred-watch check --help`'],
  ['exec 5h -- ls', "unexpected argument '5h'", 'add -j: `cred-watch exec -j 5h -- command`'],
  ['env 5h -f bash', "unexpected argument '5h'", 'add -j: `cred-watch env -j 5h -f env`'],
  ['env bash', 'env needs -f, --format <format>', 'add -f: `cred-watch env -f bash`'],
  ['poll 5m', "unexpected argument '5m'", 'add --interval: `cred-watch poll --interval 5m`'],
  ['poll imds', "unexpected argument 'imds'", 'add --source: `cred-watch poll --source imds`'],
  ['prune 90d', "unexpected argument '90d'", 'add --older-than: `cred-watch prune --older-than 90d`'],
  ['report html', "unexpected argument 'html'", 'add -f: `cred-watch report -f html`'],
  ['report -j 5h 55m', "unexpected argument '55m'", 'write the duration as one word: `-j 5h55m`'],
  ['report --margin 5m 30s', "unexpected argument '30s'", 'write the duration as one word: `--margin 5m30s`'],
  ['report --host 5h 55m', "unexpected argument '55m'", 'add -j: `cred-watch report -j 55m`'],
  ['report -j 5h nightly', "unexpected argument 'nightly'", 'see `cred-watch report --help`'],
  ['report -j=5h', "--job-duration '=5h' begins with =", 'write `-j 5h`'],
  ['report -f=html', "--format '=html' begins with =", 'write `-f html`'],
  ['report -o=page.html', "--output '=page.html' begins with =", 'write `-o page.html`'],
  ['report --output==page.html', "--output '=page.html' begins with =", 'write `-o page.html`'],
  ['report –j 5h', "'–j' begins with a dash that is not a hyphen", RETYPE],
  ['report -j 5h —host a', "'—host' begins with a dash that is not a hyphen", RETYPE],
  ['−j 5h report', "'−j' begins with a dash that is not a hyphen", RETYPE],
  ['-j 5h report', "unknown option '-j'", 'put the command first: `cred-watch report -j 5h`'],
  [
    '-j 5h --margin 1m report',
    "unknown option '-j'",
    'put the command first: `cred-watch report -j 5h --margin 1m`',
  ],
  ["-j '$(x)' report", "unknown option '-j'", 'put the command first: `cred-watch report -j`'],
  ['5h', "unknown command '5h'", 'did you mean `cred-watch report -j 5h`?'],
  ['5 hours', "unknown command '5'", 'did you mean `cred-watch report -j 5h`?'],
  ['4711', "unknown command '4711'", 'run `cred-watch help` for a list of commands'],
  ['-j 5h', "unknown option '-j'", 'did you mean `cred-watch report -j 5h`?'],
  ['-j5hours', "unknown option '-j5hours'", 'did you mean `cred-watch report -j 5h`?'],
  ['--job-duration 7h', "unknown option '--job-duration'", 'did you mean `cred-watch report -j 7h`?'],
  ['--job-duration=7h', "unknown option '--job-duration'", 'did you mean `cred-watch report -j 7h`?'],
  ['-j', "unknown option '-j'", 'did you mean `cred-watch report -j 5h`?'],
  ['check --job 5h', 'check needs a job duration', `${NAME}: \`cred-watch check -j 5h\``],
  ['env -f env --job 5h', 'env needs the duration of the job', `${NAME}: \`cred-watch env -j 5h -f env\``],
  ['exec --job 5h -- ls', 'exec needs a job duration', NAME],
  ['poll -i 5m', "unknown option '-i'", 'did you mean --interval?'],
  ['poll --every 5m', "unknown option '--every'", 'did you mean --interval?'],
  ['report -x', "unknown option '-x'", 'see `cred-watch report --help`'],
  ['report -f page.html', "--format 'page.html' is a file name", 'use html=page.html'],
  ['report -f junit:x.xml', "--format 'junit:x.xml' has a colon instead of =", 'use -f junit=x.xml'],
  ['report -f report.md', "--format 'report.md' is a file name", 'use markdown=report.md'],
  ['poll --source ECS', "--source 'ECS' is unknown", `did you mean container? ${SOURCES}`],
  ['check -j 5h --source irsa', "--source 'irsa' is unknown", `did you mean web-identity? ${SOURCES}`],
  ['poll --source constructor', "--source 'constructor' is unknown", SOURCES],
  ['doctor', "unknown command 'doctor'", 'did you mean `cred-watch init --check`?'],
  ['report --top 1,000', '--top', 'did you mean 1000?'],
  ['report --confidence 100% -j 5h', "--confidence '100%' is not less than 100%", 'use 95% or 0.95'],
  ['report --min-watched 100 -j 5h', "--min-watched '100' is not a share", 'did you mean 100%?'],
  ['check -j 5h --expires 45', "--expires '45' has no unit", 'did you mean 45s, 45m, 45h or 45d?'],
  ["report --since '7 days ago'", "--since '7 days ago' is not a time", 'did you mean 7d?'],
  ['report --since=-7d', "--since '-7d' is not a time", 'did you mean 7d?'],
])('`cred-watch %s` reports: %s, and the hint: %s', async (line, error, hint) => {
  const messages = await getMessages(shellWords(line)[0] ?? []);
  expect(messages.startsWith(`error: ${error}`)).toBe(true);
  expect(messages.endsWith(`\nhint: ${hint}\n`)).toBe(true);
});
