import { describe, expect, test } from 'vitest';
import { splitCommandLine } from '../../../../src/cli/flags/command-line.ts';
import { FLAG_VARIABLES, findVariable } from '../../../../src/cli/flags/environment/flag-variables.ts';
import { COMMANDS, declareProgram } from '../../../../src/cli/program.ts';
import { createLineParser } from '../../../../src/cli/run-line.ts';
import { catchError } from '../../../support/catch-error.ts';
import '../../../support/cli/test-io.ts';

const SILENT = { writeOut: () => {}, writeErr: () => {} };

/** The flags of a command line with these variables. */
const parse = (line: string, env: Record<string, string>) => {
  const words = splitCommandLine(line.split(' '), COMMANDS);
  return createLineParser(COMMANDS, SILENT, env).parse(words).command.opts();
};

const ALL = {
  CRED_WATCH_JOB_DURATION: '5h',
  CRED_WATCH_MARGIN: '1m',
  CRED_WATCH_ROLE: 'loader',
  CRED_WATCH_SOURCE: 'imds',
};

const JUDGING = ['status', 'report', 'poll --listen 127.0.0.1:0 --interval 5m'];
const STARTING = ['check', 'exec -- true', 'env -f json'];

describe('variables', () => {
  test.each(JUDGING)('variables give values to the flags of %s', (line) => {
    expect(parse(line, ALL)).toMatchObject({
      jobDuration: [18_000],
      margin: 60,
      role: 'loader',
      source: 'imds',
    });
  });

  test.each(STARTING)('variables give values to the flags of %s', (line) => {
    expect(parse(line, ALL)).toMatchObject({
      jobDuration: 18_000,
      margin: 60,
      role: 'loader',
      source: 'imds',
    });
  });

  test.each(['init', 'poll'])('variables select the source of %s', (line) => {
    expect(parse(line, ALL)).toMatchObject({ role: 'loader', source: 'imds' });
  });

  test.each([
    'serve',
    'simulate',
    'conform http://127.0.0.1:1',
    'import file',
    'export',
    'prune --older-than 1d',
    'push --to ./folder',
    'sources',
  ])('variables do not change %s', (line) => {
    expect(parse(line, ALL)).toEqual(parse(line, {}));
  });
});

test.each([...JUDGING, ...STARTING])('flags have priority over variables in %s', (line) => {
  const [command, ...rest] = line.split(' ');
  const given = `${command} -j 1h --margin 0 --role other --source process ${rest.join(' ')}`.trim();
  expect(parse(given, ALL)).toEqual(parse(given, {}));
});

test.each([...JUDGING, ...STARTING])('empty variables count as unset in %s', (line) => {
  const empty = Object.fromEntries(Object.keys(ALL).map((name) => [name, '']));
  expect(parse(line, empty)).toEqual(parse(line, {}));
});

describe('a variable never contradicts a flag', () => {
  const sets = (line: string, flag: string, env: Record<string, string>) =>
    expect(parse(line, env)[flag]).not.toEqual(parse(line, {})[flag]);
  const ignores = (line: string, flag: string, env: Record<string, string>) =>
    expect(parse(line, env)[flag]).toEqual(parse(line, {})[flag]);

  test.each<[line: string, isUsed: boolean]>([
    ['report --job nightly', false],
    ['status --job nightly', false],
    ['poll --listen 127.0.0.1:0 --interval 5m --job nightly', false],
    ['poll', false],
    ['poll --interval 5m', true],
    ['poll --on-change ./changed', true],
    ['poll --push prometheus=http://127.0.0.1:1', true],
    ['check --job nightly', false],
    ['check --pid 4711', true],
    ['env -f json --job nightly', false],
    ['env -f process --judge once-per-job --job nightly', true],
    ['exec --job nightly -- true', true],
    ['exec --watch -- true', true],
    ['exec --refresh -- true', false],
    ['report --presign 7d', true],
    ['report --fleet', true],
  ])('the duration of the variable in `%s`: %s', (line, isUsed) => {
    (isUsed ? sets : ignores)(line, 'jobDuration', { CRED_WATCH_JOB_DURATION: '5h' });
  });

  test.each<[line: string, isUsed: boolean]>([
    ['check --job nightly', true],
    ['exec --job nightly -- true', true],
    ['env -f json --job nightly', true],
    ['check', false],
    ['exec -- true', false],
    ['report', false],
    ['report --job nightly', false],
  ])('the duration `auto` in `%s`: %s', (line, isUsed) => {
    (isUsed ? sets : ignores)(line, 'jobDuration', { CRED_WATCH_JOB_DURATION: 'auto' });
  });

  test.each<[line: string, source: string, isUsed: boolean]>([
    ['poll --profile loader', 'imds', false],
    ['poll --profile loader', 'container', false],
    ['poll --profile loader', 'role', true],
    ['check --process ./keys', 'imds', false],
    ['check --process ./keys', 'process', true],
    ['check --expires 45m', 'imds', false],
    ['check --expires 45m', 'environment', true],
    ['check --role loader', 'container', false],
    ['exec --role-arn arn:aws:iam::111122223333:role/loader -- true', 'imds', false],
    ['exec --role-arn arn:aws:iam::111122223333:role/loader -- true', 'role', true],
    ['env -f json --session-name nightly', 'environment', false],
    ['poll --targets targets.json', 'imds', false],
    ['check --pid 4711', 'imds', false],
    ['check --pid 4711', 'environment', true],
    ['report', 'auto', false],
    ['status', 'auto', false],
    ['poll', 'auto', false],
  ])('with the flags of `%s`, the source %s is used: %s', (line, source, isUsed) => {
    (isUsed ? sets : ignores)(line, 'source', { CRED_WATCH_SOURCE: source });
  });

  const CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/x' };

  test.each<[line: string, isUsed: boolean, env?: Record<string, string>]>([
    ['poll --source container', false],
    ['poll', false, { CRED_WATCH_SOURCE: 'container' }],
    ['check', false, CONTAINER],
    ['check --source imds', true, CONTAINER],
    ['check --profile loader', true, CONTAINER],
    ['check', true, { ...CONTAINER, CRED_WATCH_SOURCE: 'imds' }],
    ['check --pid 4711', false],
    ['poll --targets targets.json', false],
    ['report --source container', true],
    ['status', true, CONTAINER],
  ])('the role of the variable in `%s` is used: %s', (line, isUsed, env = {}) => {
    const all = { ...env, CRED_WATCH_ROLE: 'loader' };
    expect(parse(line, all).role).toBe(isUsed ? 'loader' : undefined);
  });
});

describe('invalid variables', () => {
  test.each([
    ['report', { CRED_WATCH_JOB_DURATION: 'soon' }, "CRED_WATCH_JOB_DURATION 'soon' is not a duration"],
    ['report', { CRED_WATCH_JOB_DURATION: ' ' }, "CRED_WATCH_JOB_DURATION ' ' is not a duration"],
    ['check', { CRED_WATCH_JOB_DURATION: '-5h' }, "CRED_WATCH_JOB_DURATION '-5h' is not a duration"],
    ['check', { CRED_WATCH_JOB_DURATION: '99999999d' }, "CRED_WATCH_JOB_DURATION '99999999d' is too long"],
    ['exec -- true', { CRED_WATCH_MARGIN: '5 minutes' }, "CRED_WATCH_MARGIN '5 minutes' is not a duration"],
    ['status', { CRED_WATCH_SOURCE: 'ecs' }, "CRED_WATCH_SOURCE 'ecs' is unknown"],
    ['poll', { CRED_WATCH_SOURCE: 'imds,container' }, "CRED_WATCH_SOURCE 'imds,container' is unknown"],
    ['poll', { CRED_WATCH_ROLE: '../../user-data' }, "CRED_WATCH_ROLE '../../user-data' is not a role"],
    ['report', { CRED_WATCH_ROLE: 'a\nb' }, "CRED_WATCH_ROLE 'a\nb' is not a valid name"],
    ['report', { CRED_WATCH_MARGIN: '__proto__' }, "CRED_WATCH_MARGIN '__proto__' is not a duration"],
    ['env -f json', { CRED_WATCH_SOURCE: 'constructor' }, "CRED_WATCH_SOURCE 'constructor' is unknown"],
  ])('%s with %j fails with the name of the variable', (line, env, message) => {
    const error = catchError(() => parse(line, env));
    expect(error.message).toBe(message);
    expect(error.hint).not.toBe('');
  });

  test('a very long variable is cut in the message', () => {
    const { message } = catchError(() => parse('status', { CRED_WATCH_MARGIN: 'x'.repeat(100_000) }));
    expect(message).toBe(`CRED_WATCH_MARGIN '${'x'.repeat(200)}...' is not a duration`);
  });

  test('an invalid variable does not matter if the flag is given', () => {
    const wrong = Object.fromEntries(Object.keys(ALL).map((name) => [name, '\u001b[2J']));
    expect(() => parse('check -j 1h --margin 0 --role loader --source imds', wrong)).not.toThrow();
  });

  test('an invalid duration does not stop a poller that judges no job', () => {
    expect(() => parse('poll', { CRED_WATCH_JOB_DURATION: 'soon', CRED_WATCH_MARGIN: 'soon' })).not.toThrow();
  });
});

test('help names the variable of each flag', () => {
  const program = declareProgram();
  for (const { name, readsFlagVariables } of COMMANDS) {
    const command = program.commands.find((each) => each.name() === name)!;
    for (const option of command.options) {
      const variable = Object.entries(FLAG_VARIABLES).find(([flag]) => flag === option.long)?.[1];
      const expected = readsFlagVariables ? variable : undefined;
      expect(findVariable(option), `${name} ${option.long}`).toBe(expected);
      const description = command.createHelp().optionDescription(option);
      expect(description.includes('CRED_WATCH_') && description.includes('env: ')).toBe(
        expected !== undefined,
      );
    }
  }
});
