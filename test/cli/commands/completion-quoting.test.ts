import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPLETE_COMMAND } from '../../../src/cli/command.ts';
import { escapeForBash, parseTypedWord } from '../../../src/cli/completion/quoting.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { type ShellSession, startShell } from '../../support/cli/interactive-shell.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { isThorough, sampleCases } from '../../support/thorough.ts';

/** Names of hosts that have a meaning in some shell. */
const HOSTILE = [
  ...[
    '$(touch x)',
    '`touch x`',
    ';touch x',
    '| touch x',
    '>x',
    '&touch x&',
    'a!b',
    '!!',
    '!touch',
    '!x:p',
    '^a^b',
  ],
  ...[
    "it's",
    "'",
    'say "hi"',
    '"',
    "'$(touch x)'",
    '"`touch x`"',
    '"\'!$(touch x)',
    '\\$(touch x)',
    '\\',
    'a\\b',
    'a\\',
  ],
  ...[
    '*',
    '?[a-z]',
    '{a,b}',
    '~',
    '~root',
    '-x',
    '--help',
    'a=b',
    '=ls',
    'a=~',
    'a:b',
    '#x',
    'a #x',
    '%1',
    '%s',
  ],
  ...[
    'two  spaces',
    ' before',
    'after ',
    '$HOME',
    '$'.concat('{HOME}'),
    '$((1+1))',
    "$'a'",
    '@x',
    '(e)',
    'a\\nb',
    'ünï☃𝒳',
  ],
];

/** Names that no shell can insert safely, or that a user cannot type. */
const UNPRINTABLE = [
  'a\nb',
  'a\tb',
  '\u001b[31m',
  'a\u0085b',
  'a\u202eb',
  'a\u00a0b',
  'a\u2028b',
  'a\u200bb',
  'a\u3000b',
];

const clean: (() => void)[] = [];
const folder = temporaryFolder((each) => clean.push(each));
const env = { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, LANG: 'C.UTF-8' };
const argumentsFile = join(folder, 'arguments');

/** One database per name, so that TAB completes an empty word. */
const getDatabase = (name: string) => `d${[...HOSTILE, ...UNPRINTABLE].indexOf(name)}`;

beforeAll(() => {
  for (const host of [...HOSTILE, ...UNPRINTABLE]) {
    const store = SampleStore.open(join(folder, getDatabase(host)));
    const observedAt = Date.UTC(2026, 0, 1);
    const credentials = {
      accessKeyId: 'ASIAFALSE',
      lastUpdated: observedAt,
      expiration: observedAt + 3_600_000,
    };
    const identity = { host, source: 'imds', apiVersion: '2', role: 'r' } as const;
    store.recordSample(identity, { ...credentials, observedAt, clockOffset: null, zoneless: false }, 'here');
    store.close();
  }
  mkdirSync(join(folder, 'bin'));
  symlinkSync(process.execPath, join(folder, 'bin/node'));
  symlinkSync(PROGRAM, join(folder, 'bin/cred-watch'));
  // Has the completion of cred-watch, and writes its arguments to a file.
  const show = `#!/bin/sh\nprintf '%s\\0' "$@" > ${argumentsFile}.new && mv ${argumentsFile}.new ${argumentsFile}\n`;
  writeFileSync(join(folder, 'bin/show'), show, { mode: 0o755 });
});
afterAll(() => {
  for (const each of clean) each();
});

/** @param leftOut names that this shell cannot insert */
function testInShell(start: () => Promise<ShellSession>, leftOut: readonly string[] = []) {
  let session: ShellSession;
  beforeAll(async () => {
    session = await start();
  });
  afterAll(() => session.close());

  const flags = ['--host ', "--host='", '--host "', '--host=', "--host '", '--host="'];
  const cases = HOSTILE.filter((name) => !leftOut.includes(name)).flatMap((name, index) =>
    flags.filter((_, each) => each % 2 === index % 2).map((flag) => [flag, name] as const),
  );

  test.each(sampleCases(cases, 40))(
    'TAB and ENTER after %j pass the name %j unchanged, and run nothing',
    async (flag, name) => {
      rmSync(argumentsFile, { force: true });
      const before = pathsIn(folder);
      await session.run(`show report --db ${getDatabase(name)} ${flag}`, () => existsSync(argumentsFile));
      const [, , , ...words] = readFileSync(argumentsFile, 'utf8').split('\0').slice(0, -1);
      expect(words).toEqual(flag.includes('=') ? [`--host=${name}`] : ['--host', name]);
      rmSync(argumentsFile);
      const created = pathsIn(folder).filter((path) => !before.includes(path));
      // TAB reads the databases, and the test writes the lines.
      expect(created.filter((path) => !/^(d\d+-(wal|shm)|\.lines)$/.test(path))).toEqual([]);
    },
  );

  test.each([...sampleCases(UNPRINTABLE, 12), ...leftOut])(
    'TAB does not insert the name %j',
    async (name) => {
      const line = `show report --db ${getDatabase(name)} --host `;
      expect((await session.complete(line)).trimEnd()).toBe(line.trimEnd());
    },
  );
}

describeReader('bash', { program: 'bash', package: 'bash' }, () => {
  testInShell(() =>
    startShell(
      ['bash', '--noprofile', '--rcfile', '.startup', '-i'],
      (lines) => `
PS1='READY '
bind 'set bell-style none'
source <(cred-watch completion bash)
complete -o default -F _cred_watch show
dump() { printf '%s\\n' "$READLINE_LINE" >> '${lines}'; }
bind -x '"\\C-g": dump'
`,
      { folder, env },
    ),
  );
});

/** `completion.test.ts` starts these shells locally. */
const describeMore = isThorough ? describeReader : () => {};

describeMore('zsh', { program: 'zsh', package: 'zsh' }, () => {
  testInShell(() =>
    startShell(
      ['zsh', '-d', '-i'],
      (lines) => {
        const startup = `
PS1='READY '
unsetopt beep
source <(cred-watch completion zsh)
compdef _cred-watch show
dump() { print -r -- "$BUFFER" >> '${lines}' }
zle -N dump
bindkey '^G' dump
`;
        writeFileSync(join(folder, '.zshrc'), startup);
        return '';
      },
      { folder, env: { ...env, ZDOTDIR: folder } },
    ),
  );
});

describeMore('fish', { program: 'fish', package: 'fish' }, () => {
  testInShell(
    () =>
      startShell(
        ['fish', '--no-config', '--init-command', "'source .startup'"],
        (lines) => `
set -g fish_autosuggestion_enabled 0
function fish_prompt; printf 'READY '; end
cred-watch completion fish | source
complete -c show -f -a '(__cred_watch_complete)'
bind \\cg 'commandline >> ${lines}'
`,
        { folder, env },
      ),
    ['~', '~root'],
  );
});

test.each([
  ['abc', { text: 'abc', openQuote: null }],
  [`a\\ b'c d"e`, { text: 'a bc d"e', openQuote: "'" }],
  [`"a\\"b\\c'`, { text: `a"b\\c'`, openQuote: '"' }],
  [`'a'"b"c`, { text: 'abc', openQuote: null, hasClosedQuote: true }],
  ['a\\', { text: 'a', openQuote: null }],
])('the word %s typed in bash is parsed', (typed, word) => {
  expect(parseTypedWord(typed, 'bash')).toMatchObject(word);
});

test('in fish, a backslash escapes the single quote and itself inside single quotes', () => {
  expect(parseTypedWord(String.raw`'it\'s \\ \n`, 'fish')).toMatchObject({
    text: String.raw`it's \ \n`,
    openQuote: "'",
  });
});

test.each<[word: string, typed: string, before: string, inserted: string | null]>([
  ['plain-1', '', '', 'plain-1'],
  ['a b', 'a\\', '', 'a\\ b'],
  ['--host=a b', '--host=', '--host=', 'a\\ b'],
  ['--host=a b', '--host="a', '--host=', 'a b'],
  ["--host=it's", "--host='it", '--host=', "it'\\''s"],
  ['a!b', '"a', '', `a"'!'"b`],
  ['!', '"', '', `""'!'""`],
  ["'a'", "'", '', "''\\''a'\\'''"],
  ['"a"', '"', '', '\\"a\\""'],
  ['a b', '$"a', '', null],
  ['a b', "$'a", '', null],
  ['a b', '"a"', '', null],
])('for the word %j after %s, bash inserts %#', (word, typed, before, inserted) => {
  expect(escapeForBash(word, typed, before)).toBe(inserted);
});

test('names with unprintable characters or unusual spaces are not offered', async () => {
  for (const name of UNPRINTABLE) {
    const run = await runCommand(
      [COMPLETE_COMMAND, 'zsh', '=', 'report', '--db', join(folder, getDatabase(name)), '--host'],
      { env },
    );
    expect([name, run.stdout]).toEqual([name, 'words\n']);
  }
});
