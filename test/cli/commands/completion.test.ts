import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPLETE_COMMAND } from '../../../src/cli/command.ts';
import { COMPLETION_SCRIPTS } from '../../../src/cli/completion/scripts.ts';
import { ZSH_SCRIPT } from '../../../src/cli/completion/zsh.ts';

import { declareProgram } from '../../../src/cli/program.ts';
import { SOURCE_NAMES } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PROGRAM, runProgram } from '../../support/cli/built-program.ts';
import { type ShellSession, startShell } from '../../support/cli/interactive-shell.ts';
import { runCommand, runSampled } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { run } from '../../support/credential-formats/run.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const HOSTILE = 'db $(touch x)`touch x`\'"; #1';

/** A folder with a database of hostile names, the program on PATH, and files to complete. */
function prepare(folder: string): { env: Record<string, string>; db: string } {
  const db = join(folder, 'samples.db');
  const store = SampleStore.open(db);
  for (const host of ['web-1', 'web-2', HOSTILE, 'drawn\u001b[31m', 'turned\u202e']) {
    const identity = { host, source: 'imds', apiVersion: '2', role: `role-of-${host}` } as const;
    const observedAt = Date.UTC(2026, 0, 1);
    const credentials = {
      accessKeyId: 'ASIAFALSE',
      lastUpdated: observedAt,
      expiration: observedAt + 3_600_000,
    };
    store.recordSample(identity, { ...credentials, observedAt, clockOffset: null, zoneless: false }, 'here');
  }
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'r' } as const;
  store.startJobRun({ job: 'nightly', identity, startedAt: 0, remainingAtStart: 60, end: null });
  store.close();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync(PROGRAM, join(bin, 'cred-watch'));
  writeFileSync(join(folder, 'saved log.txt'), '');
  writeFileSync(join(folder, 'page.html'), '');
  writeFileSync(join(folder, 'other.db'), '');
  writeFileSync(join(bin, 'zqxj-loader'), '#!/bin/sh\n', { mode: 0o755 });
  mkdirSync(join(folder, '.aws'));
  writeFileSync(join(folder, '.aws', 'config'), '[profile loader]\nregion = eu-west-1\n');
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder, CRED_WATCH_DB: db, LANG: 'C.UTF-8' };
  return { env, db };
}

let finish: (() => void)[] = [];
let folder = '';
let env: Record<string, string> = {};

beforeAll(() => {
  folder = temporaryFolder((clean) => finish.push(clean));
  env = prepare(folder).env;
});

afterAll(() => {
  for (const clean of finish) clean();
  finish = [];
});

/** The output for a shell, without descriptions. */
async function ask(current: string, ...before: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runSampled([COMPLETE_COMMAND, 'zsh', `=${current}`, ...before], {
    env,
  });
  expect(`${code}${stderr}`).toBe('0');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0]!);
}

const words = async (current: string, ...before: string[]) => {
  const [kind, ...rest] = await ask(current, ...before);
  expect(kind).toBe('words');
  return rest;
};

test('completion output lists every command with its description', async () => {
  const { stdout } = await runCommand([COMPLETE_COMMAND, 'fish', '='], { env });
  const commands = declareProgram().commands.map((each) => `${each.name()}\t${each.description()}`);
  expect(stdout).toBe(`words\n${commands.join('\n')}\n`);
  expect(await words('ex')).toEqual(['exec', 'export']);
  expect(await words('ex', 'help')).toEqual(['exec', 'export']);
  expect(await words('', 'help', 'exec')).toEqual([]);
});

test.each(
  sampleCases(
    declareProgram().commands.map((each) => each.name()),
    3,
  ),
)('completion output lists every flag of %s', async (name) => {
  const { options } = declareProgram().commands.find((each) => each.name() === name)!;
  const flags = await words('-', name);
  expect(flags).toEqual(expect.arrayContaining(options.map(({ long }) => long)));
  expect(flags).toEqual(expect.arrayContaining(['--help', '--debug', '--version']));
  expect(new Set(flags).size).toBe(flags.length);
});

test.each(
  sampleCases(
    declareProgram().commands.flatMap((command) =>
      command.options.flatMap(({ long, argChoices }) =>
        argChoices === undefined ? [] : [[command.name(), long!, argChoices] as const],
      ),
    ),
    4,
  ),
)('completion output lists every choice of %s %s', async (name, flag, choices) => {
  expect(await words('', name, flag)).toEqual(choices);
  expect(await words(`${flag}=`, name)).toEqual(choices.map((each) => `${flag}=${each}`));
  expect(await words(choices.at(-1)!, name, '--debug', flag)).toContain(choices.at(-1));
});

test.each<[want: string[], current: string, ...before: string[]]>([
  [['words', '-fjson'], '-fj', 'poll'],
  [['words', 'text', 'json'], '', 'poll', '-f'],
  [['files '], 'x', 'report', '--db'],
  [['files --db='], '--db=x', 'report'],
  [['files '], '', 'report', '-o'],
  [['files '], '', 'import'],
  [['files '], '', 'import', 'curl.log'],
  [['files '], '--x', 'import', '--'],
  [['files '], '', 'simulate', '--tree'],
  [['files json='], 'json=re', 'report', '-f'],
  [['files --format=json='], '--format=json=', 'report'],
])('completion output is %j for %j after %j', async (want, current, ...before) => {
  expect(await ask(current, ...before)).toEqual(want);
});

test('completion output lists faults, conditions, scenarios, variants and shapes of simulate', async () => {
  const complete = (flag: string) => (current: string) => words(current, 'simulate', flag);
  expect(await complete('--fault')('sta')).toEqual(['status=', 'stall']);
  expect(await complete('--fault')('503,')).toContain('503,share=');
  expect(await complete('--fault')('503,share=30%,s')).toEqual([]);
  expect(await words('prof', 'sources', '--expect')).toEqual([
    'profile',
    'profile-role',
    'profile-web-identity',
  ]);
  expect(await words('imds,', 'sources', '--expect')).toEqual(['imds,role=', 'imds,account=']);
  expect(await words('imds,role=a,', 'sources', '--expect')).toEqual(['imds,role=a,account=']);
  expect(await complete('--scenario')('hop')).toEqual(['hop-limit', 'hop-limit-v2-only']);
  expect(await ask('./hop', 'simulate', '--scenario')).toEqual(['files ']);
  expect(await complete('--variant')('th')).toEqual(['throttle=']);
  expect(await complete('--variant')('throttle=')).toEqual(['throttle=429', 'throttle=503', 'throttle=drop']);
  expect(await complete('--shape')('imds,e')).toEqual(['imds,ecs', 'imds,eks']);
  expect(await complete('--shape')('ecs,e')).toEqual(['ecs,eks']);
});

test('completion output lists names from the database and profiles, except unprintable names', async () => {
  expect(await words('', 'report', '--host')).toEqual([HOSTILE, 'web-1', 'web-2']);
  expect(await words('--role=role-of-w', 'check')).toEqual(['--role=role-of-web-1', '--role=role-of-web-2']);
  expect(await words('', 'exec', '--job')).toEqual(['nightly']);
  expect(await words('', 'poll', '--profile')).toEqual(['loader']);
  const other = { env: { ...env, CRED_WATCH_DB: '/nonexistent/none.db' } };
  const named = await runCommand(
    [COMPLETE_COMMAND, 'bash', '=web', '=', 'report', '--db', '~/samples.db', '--host'],
    other,
  );
  expect(named.stdout).toBe('words\nweb-1\nweb-2\n');
});
test('completion output lists the sources and profiles of serve', async () => {
  expect(await words('etl=', 'serve', '--serve')).toEqual(SOURCE_NAMES.map((name) => `etl=${name}`));
  expect(await words('etl=profile:', 'serve', '--serve')).toEqual(['etl=profile:loader']);
  expect(await words('etl=process:', 'serve', '--serve')).toEqual([]);
  expect(await words('', 'serve', '--serve')).toEqual([]);
});

test('completion output is empty for unknown values, after wrong words, and without a database', async () => {
  expect(await words('', 'report', '--margin')).toEqual([]);
  expect(await words('', 'bogus')).toEqual([]);
  expect(await words('--bog', 'report')).toEqual([]);
  expect(await words('', 'poll')).toEqual([]);
  writeFileSync(join(folder, 'none.db'), 'not a database');
  for (const db of ['none.db', 'missing.db', '.', ''])
    expect(await words('', 'report', `--db=${join(folder, db)}`, '--host')).toEqual([]);
  expect(await runCommand([COMPLETE_COMMAND], { env })).toMatchObject({ code: 0, stderr: '' });
});

test('completion output after the dashes of exec is left to the command', async () => {
  expect(await words('', 'exec', '-j', '4h')).toEqual(['--']);
  expect(await ask('--', 'exec', '--', 'docker')).toEqual(['command']);
});

test.each(Object.keys(COMPLETION_SCRIPTS))('a completion script is printed for %s', async (shell) => {
  expect(await runCommand(['completion', shell])).toMatchObject({
    code: 0,
    stdout: COMPLETION_SCRIPTS[shell],
    stderr: '',
  });
});

test('a completion script needs a shell', async () => {
  expect(await runCommand(['completion'], { env: { SHELL: '/usr/bin/zsh' } })).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: completion needs the name of a shell\n' +
      'hint: use one of bash, zsh, fish, powershell: `cred-watch completion zsh`\n',
  });
});

test('a completion script for PowerShell matches the snapshot, because PowerShell is not installed here', () => {
  expect(COMPLETION_SCRIPTS.powershell).toMatchSnapshot();
});

test('a completion script works with the built program', async () => {
  expect(await runProgram([COMPLETE_COMMAND, 'bash', '=web', '=', 'report', '--host'], { env })).toEqual({
    code: 0,
    signal: null,
    stdout: 'words\nweb-1\nweb-2\n',
    stderr: '',
  });
});

/** Every TAB starts the program, so local runs use every fifth line. */
const some = <T>(lines: readonly T[]): readonly T[] =>
  isThorough ? lines : lines.filter((_, index) => index % 5 === 4);

/** The line before and after TAB. */
const COMMON: [keys: string, line: string][] = [
  ['cred-watch rep', 'cred-watch report '],
  ['cred-watch report --asc', 'cred-watch report --ascii '],
  ['cred-watch report --source=im', 'cred-watch report --source=imds '],
  ['cred-watch report -f js', 'cred-watch report -f json '],
  ['cred-watch report --db oth', 'cred-watch report --db other.db '],
  ['cred-watch report --db=oth', 'cred-watch report --db=other.db '],
  ['cred-watch report -f json=pa', 'cred-watch report -f json=page.html '],
  ['cred-watch import sav', 'cred-watch import saved\\ log.txt '],
  ['cred-watch simulate --fault bo', 'cred-watch simulate --fault body='],
  ['cred-watch simulate --fault 503,sh', 'cred-watch simulate --fault 503,share='],
  ['cred-watch report --job nig', 'cred-watch report --job nightly '],
  ['cred-watch exec -j 4h -- zqxj', 'cred-watch exec -j 4h -- zqxj-loader '],
  ['cred-watch report --margin ', 'cred-watch report --margin '],
  ['FOO=1 cred-watch report --asc', 'FOO=1 cred-watch report --ascii '],
  ['true; cred-watch report --asc', 'true; cred-watch report --ascii '],
];

/** Types into a shell, and checks that no name from the database was run. */
function inShell(start: () => Promise<ShellSession>, more: typeof COMMON) {
  let session: ShellSession;
  beforeAll(async () => {
    session = await start();
  });
  afterAll(() => session.close());

  test.each([...some(COMMON), ...more])('TAB completes %j to %j', async (keys, line) => {
    expect(await session.complete(keys)).toBe(line);
  });

  test('completion prints no error, and runs no name', () => {
    expect(session.shown()).not.toMatch(/error|not found|permission|usage|unbound|readonly/i);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
}

describeReader('bash', { program: 'bash', package: 'bash' }, () => {
  inShell(
    () =>
      startShell(
        ['bash', '--noprofile', '--rcfile', '.startup', '-i'],
        (lines) => `
PS1='READY '
bind 'set bell-style none'
source <(cred-watch completion bash)
source <(cred-watch completion bash)
dump() { printf '%s\\n' "$READLINE_LINE" >> '${lines}'; }
bind -x '"\\C-g": dump'
`,
        { folder, env },
      ),
    [
      [
        'cred-watch report --host db',
        'cred-watch report --host db\\ \\$\\(touch\\ x\\)\\`touch\\ x\\`\\\'\\"\\;\\ \\#1 ',
      ],
      ["cred-watch report --host 'web-1", "cred-watch report --host 'web-1' "],
      ['cred-watch report --db ~/oth', 'cred-watch report --db ~/other.db '],
    ],
  );

  ciTest('completion in bash uses bash-completion for the command of exec', async () => {
    const words = ['cred-watch', 'exec', '--db', '=', 'x', '--', 'docker', 'ru'];
    const script = (name: string) => `. <(cred-watch completion bash)
${name}() { printf '%s %s' ${name} "\${COMP_WORDS[$1]}"; }
COMP_LINE='cred-watch exec --db=x -- docker ru' COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${words.join(' ')}) COMP_CWORD=7
_cred_watch`;
    for (const name of ['_command_offset', '_comp_command_offset'])
      expect(await run(['bash', '--norc', '-c', script(name)], { env, cwd: folder })).toEqual({
        code: 0,
        stdout: `${name} docker`,
        stderr: '',
      });
  });

  ciTest('completion in bash works without bash-completion and with strict settings', async () => {
    const script = `set -u
. <(cred-watch completion bash)
COMP_LINE='cred-watch report --source=' COMP_POINT=\${#COMP_LINE} COMP_WORDS=(cred-watch report --source =) COMP_CWORD=3
_cred_watch 2>&1; printf '%s\\n' "\${COMPREPLY[@]}"
PATH=/nonexistent; _cred_watch 2>&1; printf '%s\\n' "\${#COMPREPLY[@]}"; complete -p cred-watch`;
    expect(await run(['bash', '--norc', '-c', script], { env, cwd: folder })).toEqual({
      code: 0,
      stdout: `${SOURCE_NAMES.join('\n')}\n0\ncomplete -o default -F _cred_watch cred-watch\n`,
      stderr: '',
    });
  });
});

describeReader('zsh', { program: 'zsh', package: 'zsh' }, () => {
  inShell(() => {
    const start = (lines: string) => `
PS1='READY '
unsetopt beep
source <(cred-watch completion zsh)
dump() { print -r -- "$BUFFER" >> '${lines}' }
zle -N dump
bindkey '^G' dump
`;
    return startShell(
      ['zsh', '-d', '-i'],
      (lines) => {
        writeFileSync(join(folder, '.zshrc'), start(lines));
        return '';
      },
      { folder, env: { ...env, ZDOTDIR: folder } },
    );
  }, [
    [
      'cred-watch report --host db',
      'cred-watch report --host db\\ \\$\\(touch\\ x\\)\\`touch\\ x\\`\\\'\\"\\;\\ \\#1 ',
    ],
    ['cred-watch report --db ~/oth', 'cred-watch report --db ~/other.db '],
  ]);

  test('completion in zsh loads the script from $fpath', async () => {
    const functions = join(folder, 'functions');
    mkdirSync(functions);
    writeFileSync(join(functions, '_cred-watch'), ZSH_SCRIPT);
    const script = `fpath=(${functions} $fpath); autoload -Uz compinit && compinit -i -D; print $_comps[cred-watch]`;
    expect(await run(['zsh', '-f', '-c', script], { env })).toEqual({
      code: 0,
      stdout: '_cred-watch\n',
      stderr: '',
    });
  });
});

const IN_FISH: [line: string, words: string[]][] = [
  ['cred-watch rep', ['report']],
  ['cred-watch report --asc', ['--ascii']],
  ['cred-watch report --source=im', ['--source=imds']],
  ['cred-watch report --source ', SOURCE_NAMES.toSorted()],
  ['cred-watch report --db oth', ['other.db']],
  ['cred-watch report --db=oth', ['--db=other.db']],
  ['cred-watch report -f json=pa', ['json=page.html']],
  ['cred-watch import sav', ['saved log.txt']],
  ['cred-watch simulate --fault bo', ['body=']],
  ['cred-watch report --host db', [HOSTILE]],
  ['cred-watch exec -j 4h -- zqxj', ['zqxj-loader']],
  ['cred-watch report --margin ', []],
  ['cred-watch bogus ', []],
];

describeReader('fish', { program: 'fish', package: 'fish' }, () => {
  const fish = async (script: string) => {
    const source = `cred-watch completion fish | source; ${script}`;
    const { code, stdout, stderr } = await run(['fish', '--no-config', '-c', source], { env, cwd: folder });
    expect(`${code}${stderr}`).toBe('0');
    return stdout;
  };

  test('completion in fish completes words, files and commands', async () => {
    const lines = some(IN_FISH);
    const script = lines.map(([line]) => `complete -C ${JSON.stringify(line)}; echo ---`);
    const outputs = (await fish(script.join('; '))).split('---\n').slice(0, -1);
    const values = outputs.map((each) =>
      each
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')[0]),
    );
    expect(lines.map(([line], index) => [line, values[index]])).toEqual(lines);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  ciTest('completion in fish shows descriptions', async () => {
    expect(await fish(`complete -C 'cred-watch prun'`)).toMatch(/^prune\tdelete old samples/);
  });
});
