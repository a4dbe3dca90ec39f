import { describe, expect, test } from 'vitest';
import { buildChoiceHint } from '../../../src/cli/flags/flag-hints.ts';
import { declareProgram } from '../../../src/cli/program.ts';
import { SOURCE_NAMES } from '../../../src/domain/model.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { shellWords } from '../../support/cli/shell-words.ts';

/** Runs a wrong command line and returns its hint. */
async function getHint(args: readonly string[], code = 2): Promise<string> {
  const run = await runCommand(args, { env: { CRED_WATCH_DB: '/nonexistent/none.db' } });
  expect(run).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^error: .*\nhint: .*\n$/) });
  return run.stderr.split('hint: ')[1]!.trimEnd();
}

test.each<[args: string, hint: string]>([
  ['polll', 'did you mean poll?'],
  ['help polll', 'did you mean poll?'],
  ['help zzz', 'run `cred-watch help` for a list of commands'],
  ['zzz', 'run `cred-watch help` for a list of commands'],
  ['--zzz', 'see `cred-watch --help`'],
  ['poll --zzz', 'see `cred-watch poll --help`'],
  ['poll --intervall 5m', 'did you mean --interval?'],
  // Two edits of a short word lead to --source.
  ['env --force', 'see `cred-watch env --help`'],
  ['import x --hots y', 'did you mean --host?'],
  ['status --j 5h', 'did you mean -j?'],
  ['report --j=5h', 'did you mean -j?'],
  ['check --h', 'did you mean -h?'],
  ['--V', 'did you mean -V?'],
  ['status --d 5h', 'did you mean -j?'],
  ['poll --i 5m', 'did you mean --interval?'],
  ['sources --j 5h', 'init, poll, status, report, check, exec, env and push have -j'],
  ['--j 5h', 'did you mean `cred-watch report -j 5h`?'],
  ['--j=7h', 'did you mean `cred-watch report -j 7h`?'],
  ['env --f env', 'did you mean -f?'],
  ['report --x', 'see `cred-watch report --help`'],
  ['status -job nightly', 'write two dashes: --job'],
  ['status -job-duration=5h', 'write two dashes: --job-duration'],
  ['report -format json', 'write two dashes: --format'],
  ['check -j 5h -f jsno', 'did you mean json? use one of text, json'],
  ['check -j 5h -f JSON', 'did you mean json? use one of text, json'],
  ['check -j 5h -f zzz', 'use one of text, json'],
  ['report --source imsd', `did you mean imds? use one of ${SOURCE_NAMES.join(', ')}`],
  ['report --exit-codes nagois', 'did you mean nagios? use one of default, nagios, systemd, airflow'],
  [
    'env -j 5h -f dokcer',
    expect.stringMatching(/^did you mean docker\? use one of env, /) as unknown as string,
  ],
  ['completion bsh', 'did you mean bash or zsh? use one of bash, zsh, fish, powershell'],
  ['simulate --imds v3', 'use one of both, v2, v1'],
  [
    'simulate --shape imds,esc',
    'did you mean ecs? use one of imds, ecs, eks, cloudshell, or several with commas',
  ],
  [
    'simulate --fault stal=2s',
    expect.stringMatching(/^did you mean stall\? use one of /) as unknown as string,
  ],
  ['simulate --fault stall,shar=1', 'use one of share, path, from, until, for, times'],
  [
    'simulate --scenario hop-limt',
    expect.stringMatching(/^did you mean hop-limit\? use one of /) as unknown as string,
  ],
  [
    'simulate --variant throtle=429',
    expect.stringMatching(/^did you mean throttle\? use one of /) as unknown as string,
  ],
  ['report --interval 5m', 'poll has --interval: see `cred-watch poll --help`'],
  ['report --interval=5m', 'poll has --interval: see `cred-watch poll --help`'],
  ['--interval 5m', 'poll has --interval: see `cred-watch poll --help`'],
  ['simulate --port 24138', 'did you mean --listen 127.0.0.1:24138?'],
  ['serve --port=8080 --profile dev', 'did you mean --listen 127.0.0.1:8080?'],
  ['simulate --port', 'did you mean --listen 127.0.0.1:1338?'],
  ['serve --port http', 'did you mean --listen 127.0.0.1:1338?'],
  ['poll --interval 5m --port 99999', 'did you mean --listen 127.0.0.1:9464?'],
  ['conform --port 8080', 'give the URL of the endpoint: `cred-watch conform http://127.0.0.1:8080`'],
  ['check --port 8080', 'poll, report, simulate and serve have --listen'],
  ['sources --wait 5m', 'check, exec and env have --wait'],
  ['sources -j 5h', 'init, poll, status, report, check, exec, env and push have -j'],
  ['report --json', 'did you mean -f json?'],
  ['export --csv', 'did you mean -f csv?'],
  ['sources --imds', expect.stringMatching(/^simulate has --imds/) as unknown as string],
])('`cred-watch %s` has the hint: %s', async (line, hint) => {
  expect(await getHint(line.split(' '))).toEqual(hint);
});

test.each(['report -f jsno', 'report -f jsno=page.json', 'report --format=Json'])(
  '`cred-watch %s` suggests json, and mentions FORMAT=FILE',
  async (line) => {
    expect(await getHint(line.split(' '))).toMatch(
      /^did you mean json\? use one of table, json.*, or FORMAT=FILE$/,
    );
  },
);

test('wrong usage of exec exits with 125 and mentions the two dashes', async () => {
  expect(await getHint(['exec', '--interval', '5m', '--', 'true'], 125)).toMatch(/^poll has --interval/);
  expect(await getHint(['exec', '-j', '4h', 'docker', 'run', '-e', 'A'], 125)).toMatch(
    /^put two dashes before/,
  );
});

describe('a command name from another tool', () => {
  const names = [
    'watch',
    'wait',
    'list',
    'show',
    'whoami',
    'run',
    'mock',
    'ecs-server',
    'doctor',
    'dump',
    'version',
  ];

  test.each(names)('the command name %s of another tool suggests a valid command line', async (word) => {
    const [, suggested = ''] = /^did you mean `cred-watch (.*)`\?$/.exec(await getHint([word])) ?? [];
    let isRun = false;
    const program = declareProgram(
      async () => {
        isRun = true;
      },
      { writeOut: () => {} },
    );
    const [words = []] = shellWords(suggested);
    const run = program.parseAsync(
      words.slice(0, words.indexOf('--') < 0 ? undefined : words.indexOf('--')),
      {
        from: 'user',
      },
    );
    await run.catch((error: { code: string }) => expect(error.code).toBe('commander.version'));
    expect(isRun).toBe(suggested !== '--version');
  });

  test.each(['constructor', '__proto__', 'toString', ''])(
    'the command name %j has no suggestion',
    async (word) => {
      expect(await getHint([word])).toBe('run `cred-watch help` for a list of commands');
    },
  );
});

test('a hint never contains a hostile value', () => {
  for (const word of ['--help', '-h', '--', '$(x)', 'a|b', '\u202e', 'x'.repeat(100_000)])
    expect(buildChoiceHint(word, ['text', 'json'])).toBe('use one of text, json');
});
