import { expect, test } from 'vitest';
import { createOutputError } from '../../../src/sources/credential-process/output-error.ts';
import { parseJsonObject } from '../../../src/sources/document/json-object.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import { fail, options } from '../../support/sources/polling.ts';

const pollCommand = (command: string) =>
  fail(createLocalSource('process', options({ PATH: process.env.PATH }, { command })));

test.each(['HUP', 'INT', 'QUIT', 'ABRT', 'KILL', 'SEGV', 'PIPE', 'TERM'])(
  'a process that SIG%s ends is reported with this signal',
  async (name) => {
    expect((await pollCommand(`ulimit -c 0; kill -${name} $$`)).detail).toBe(
      `the process was killed by SIG${name}`,
    );
  },
);

test.each([
  ['exit 1', 'exit code 1'],
  ['exit 125', 'exit code 125'],
  ['exit 126', 'exit code 126, not executable'],
  ['exit 127', 'exit code 127, not found'],
  ['exit 128', 'exit code 128'],
  ['exit 255', 'exit code 255'],
])('the command %s has the detail %s', async (command, detail) => {
  expect(await pollCommand(command)).toMatchObject({
    reason: 'process-failed',
    detail: `exit: ${detail}`,
  });
});

test.each([
  ['a', 'a'],
  ['a.b+c,d@e-f_g', 'a.b+c,d@e-f_g'],
  ['n'.repeat(64), 'n'.repeat(64)],
  ['n'.repeat(65), null],
  ['A=b C_1="d e" f', 'f'],
  ['1A=b c', null],
  ['A=b  c', 'c'],
  ['"a\\"b"/c', 'c'],
  ["'a b'/c", 'c'],
  ['a\\ b/c', 'c'],
  ['a/b/c d/e', 'c'],
  ['a<b', 'a'],
  ['a>b', 'a'],
  ['a&b', 'a'],
  ['a(b', 'a'],
  ['a)b', 'a'],
  ['a$b', 'a'],
  ['a`b', 'a'],
  ['"a b"', null],
  ['a:b', null],
  ['', null],
])('the role of the command %j is %j', async (command, role) => {
  const stop = new AbortController();
  stop.abort();
  // An aborted poll starts no process.
  const outcome = await createLocalSource('process', options({}, { command })).poll(stop.signal);
  expect(outcome.identity.role).toBe(role);
});

test.each<[output: string, form: string]>([
  ['{"Credentials":{}}', 'sts'],
  ['{"roleCredentials":{}}', 'sso'],
  ['{"credentials":{}}', 'iot'],
  ['{"credentials":{},"Credentials":{}}', 'sts'],
  ['{"Credentials":5,"credentials":{}}', 'iot'],
  ['{"Credentials":[]}', 'no-version'],
  ['{}', 'no-version'],
  ['x {} y', 'surrounded-json'],
  ['{} y', 'surrounded-json'],
  ['x {}', 'surrounded-json'],
  ['x {"a":{}} y', 'surrounded-json'],
  ['{"a":1}{"b":2}', 'no-json'],
  ['[{}]', 'no-json'],
  ['5', 'no-json'],
  ['}{', 'no-json'],
  ['AWS_ACCESS_KEY_ID=a', 'variables'],
  ['aws_secret_access_key = a', 'variables'],
  ['text\n  AWS_ACCESS_KEY_ID=a', 'variables'],
  ['export AWS_ACCESS_KEY_ID=a', 'variables'],
  ['set AWS_ACCESS_KEY_ID=a', 'variables'],
  ['set -gx AWS_ACCESS_KEY_ID a', 'variables'],
  ['setx AWS_ACCESS_KEY_ID a', 'variables'],
  ['setenv AWS_ACCESS_KEY_ID a', 'variables'],
  ['declare -x AWS_ACCESS_KEY_ID="a"', 'variables'],
  ['$Env:AWS_ACCESS_KEY_ID="a"', 'variables'],
  ['exports AWS_ACCESS_KEY_ID=a', 'no-json'],
  ['the AWS_ACCESS_KEY_ID is missing', 'no-json'],
  ['AWS_ACCESS_KEY_IDS=a', 'no-json'],
  ['AWS_ACCESS_KEY=a', 'no-json'],
  ['AWS_SESSION_TOKEN=a', 'no-json'],
  ['export\nx AWS_ACCESS_KEY_ID=a', 'no-json'],
])('the output %j has the form %s', (output, form) => {
  const error = createOutputError(output, parseJsonObject(output));
  expect(error).toMatchObject({ reason: 'malformed', misconfiguration: { code: 'WRONG_OUTPUT', form } });
});

test.each([
  ['{"Credentials":{}}', 'the process printed a response of STS'],
  ['{"roleCredentials":{}}', 'the process printed a response of SSO'],
  ['{"credentials":{}}', 'the process printed a response of IoT'],
  ['AWS_ACCESS_KEY_ID=a', 'the process printed variables or settings instead of JSON'],
  ['x {}', 'the process printed text before or after the JSON'],
  ['{}', 'Version is not 1'],
  ['x', 'the output of the process is not a JSON object'],
])('the output %j has the problem "%s"', (output, detail) => {
  expect(createOutputError(output, parseJsonObject(output)).detail).toBe(detail);
});
