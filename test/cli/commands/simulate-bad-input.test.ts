import { test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

interface BadInput {
  args: string[];
  /** The texts after `error:` and `hint:`. */
  error: string;
  hint: string;
}

const DURATIONS = 'use 90s, 15m, 1h30m, 5h, 7d or PT5H';
const NO_TIME = 'use at least 1s';

const badInputs: BadInput[] = [
  ...['lifetime', 'rotate-every', 'authorization-lifetime', 'for', 'history', 'every'].flatMap((flag) => [
    { args: [`--${flag}`, '5x'], error: `--${flag} '5x' is not a duration`, hint: DURATIONS },
    { args: [`--${flag}`, '0'], error: `--${flag} '0' is too short`, hint: NO_TIME },
  ]),
  ...['overlap', 'jitter'].map((flag) => ({
    args: [`--${flag}=-1m`],
    error: `--${flag} '-1m' is not a duration`,
    hint: DURATIONS,
  })),
  {
    args: ['--rotate-every', '1m', '--overlap', '1m'],
    error: '--rotate-every and --overlap cannot be combined',
    hint: 'omit one of them',
  },
  ...['6h', '7h'].map((overlap) => ({
    args: ['--overlap', overlap],
    error: `--overlap ${overlap} is not shorter than the lifetime of 6h`,
    hint: 'use a shorter --overlap or a longer --lifetime',
  })),
  {
    args: ['--rotate-every', '1m', '--jitter', '30s'],
    error: '--jitter 30s is too long for a rotation every 1m',
    hint: 'use less than half of the time between rotations',
  },
  ...['a/b', '', 'a b', 'é', 'x'.repeat(65)].map((role) => ({
    args: ['--role', role],
    error: `--role '${role}' is not a role name`,
    hint: 'use 1 to 64 letters, digits or any of +=,.@_-',
  })),
  { args: ['--imds', 'v3'], error: "--imds 'v3' is unknown", hint: 'use one of both, v2, v1' },
  { args: ['-f', 'csv'], error: "--format 'csv' is unknown", hint: 'use one of text, json' },
  ...[
    ['ec2', 'did you mean ecs? '],
    ['IMDS', 'did you mean imds? '],
    ['imds ecs', ''],
  ].map(([shape = '', guess]) => ({
    args: ['--shape', shape],
    error: `--shape '${shape}' is unknown`,
    hint: `${guess}use one of imds, ecs, eks, cloudshell, or several with commas`,
  })),
  ...['imds,', ''].map((shape) => ({
    args: ['--shape', shape],
    error: `--shape '${shape}' has an empty name`,
    hint: 'separate the names with one comma, for example imds,ecs',
  })),
  ...[
    '127.0.0.1',
    '1338',
    ':1338',
    'example.com:80',
    '127.0.0.1:65536',
    '127.1:80',
    '::1:80',
    '[::1]',
    '',
  ].map((address) => ({
    args: ['--listen', address],
    error: `'${address}' is not an IP address with a port`,
    hint: 'use 127.0.0.1:1338 or [::1]:1338; port 0 means any free port',
  })),
  {
    args: ['--listen', '[::]:0'],
    error: 'other machines can reach ::',
    hint: 'listen on 127.0.0.1 or [::1], or add --allow-remote to accept other machines',
  },
  {
    args: ['--listen', '192.0.2.1:0', '--allow-remote'],
    error: 'http://192.0.2.1:0 is not an address of this machine',
    hint: 'add the address with `ip address add 192.0.2.1 dev lo`, or use another',
  },
  ...['sim:1338', '', 'http://sim', 'a b', '[::1]'].map((host) => ({
    args: ['--allow-host', host],
    error: `--allow-host '${host}' is not a host name`,
    hint: 'use a name without a port, like sim.internal',
  })),
  {
    args: ['--fault', '503', '--fault', 'stall=soon'],
    error: "invalid fault 'stall=soon'",
    hint: 'use stall[=TIME]: delay the response (1500ms, 3s, at most 1h), or never respond',
  },
  {
    args: ['--fault', '503,shar=30%'],
    error: "the fault '503' has the unknown condition 'shar'",
    hint: 'use one of share, path, from, until, for, times',
  },
  {
    args: ['--fault', 'body=\u001b[31m,from=x'],
    error: "the fault 'body=\\u{1b}[31m' has the invalid condition from=x",
    hint: 'use from=2m, counted from the start',
  },
  {
    args: ['--variant', 'wires=http/1.0'],
    error: "unknown variant 'wires'",
    hint: 'did you mean wire? use one of wire, error-page, unauthorized, forwarded, bad-token, throttle, slash, extended-api',
  },
  {
    args: ['--variant', 'wire=http/2'],
    error: "invalid value 'http/2' for the variant wire",
    hint: 'use wire=http/1.1 or wire=http/1.0',
  },
  {
    args: ['--variant', 'wire'],
    error: "invalid value '' for the variant wire",
    hint: 'use wire=http/1.1 or wire=http/1.0',
  },
  {
    args: ['--scenario', 'hop-limits'],
    error: "unknown scenario 'hop-limits'",
    hint:
      'did you mean hop-limit? use one of agent-restarts, agent-serves-expired, agent-throttles, bad-token-request, frozen-copy, hop-limit, ' +
      'hop-limit-v2-only, imds-serves-expired, no-association, one-slow-response, refresh-at-every-request, ' +
      'short-lived-proxy, token-file-read-once, token-refused, trust-policy-broken, or a JSON file',
  },
  {
    args: ['--scenario', './none.json'],
    error: 'the scenario file ./none.json does not exist',
    hint: 'name a JSON file, or a scenario that `cred-watch simulate --help` lists',
  },
  { args: ['--tree', 'none'], error: 'none does not exist', hint: 'use --tree with a JSON file or a folder' },
  { args: ['--seed', ' '], error: "--seed ' ' is not a valid name", hint: 'use 1 to 256 characters' },
  {
    args: ['--seed', 'a\nb'],
    error: "--seed 'a\\u{a}b' is not a valid name",
    hint: 'remove control characters',
  },
  ...[
    ['--every', '1m'],
    ['--until', '2026-01-31'],
    ['--host', 'h'],
    ['-o', 'file'],
  ].map(([flag = '', value = '']) => ({
    args: [flag, value],
    error: `${flag === '-o' ? '--output' : flag} needs --history`,
    hint: 'add a duration: `cred-watch simulate --history 30d`',
  })),
  ...[
    ['--listen', '127.0.0.1:0'],
    ['--allow-remote'],
    ['--allow-host', 'h'],
    ['--for', '1m'],
    ['--tree', '.'],
  ].map((args) => ({
    args: ['--history', '1h', ...args],
    error: `${args[0]} needs a server`,
    hint: 'remove --history to serve an endpoint',
  })),
  {
    args: ['now'],
    error: "unexpected argument 'now': simulate takes no arguments",
    hint: 'see `cred-watch simulate --help`',
  },
  { args: ['--lifetme', '1m'], error: "unknown option '--lifetme'", hint: 'did you mean --lifetime?' },
];

test.concurrent.for(
  badInputs.map((row): [string, BadInput] => [row.args.map((arg) => JSON.stringify(arg)).join(' '), row]),
)('`simulate %s` is rejected', async ([, row], context) => {
  const { args, error, hint } = row;
  const cwd = temporaryFolder(context.onTestFinished);
  const run = row === badInputs[0] ? runProgram : runCommand;
  context.expect(await run(['simulate', ...args], { cwd })).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `error: ${error}\nhint: ${hint}\n`,
  });
});
