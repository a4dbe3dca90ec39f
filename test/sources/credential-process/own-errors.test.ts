import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLocalSource } from '../../../src/sources/open.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { CANARIES, fail, options } from '../../support/sources/polling.ts';

/** A program of this name that fails with this text on stderr. */
function createProgram(name: string, text: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "${text}" >&2\nexit 1\n`);
  chmodSync(path, 0o755);
  return path;
}

const run = (command: string) => fail(createLocalSource('process', options({}, { command })));

const REFUSAL = 'note: x\nerror: not safe: a 4h job that starts now, 5m 45s short\nhint: wait';

test.each([
  ['cred-watch', 'cred-watch', (path: string) => `${path} env -j 4h --source imds -f process`],
  [
    'cred-watch after env',
    'env',
    (path: string) => `/usr/bin/env -u AWS_EC2_METADATA_DISABLED ${path} env -j 4h`,
  ],
])('the error of %s is a part of the failure', async (_, program, build) => {
  const { reason, detail } = await run(build(createProgram('cred-watch', REFUSAL)));
  expect(reason).toBe('process-failed');
  expect(detail).toBe(`${program}: exit code 1: not safe: a 4h job that starts now, 5m 45s short`);
});

test.each([
  ['another program', 'other', ' env', 'other: exit code 1'],
  ['a shell that runs cred-watch', 'cred-watch', ' env || exit 1', 'exit code 1'],
])('the errors of %s are not read', async (_, name, more, detail) => {
  expect((await run(`${createProgram(name, REFUSAL)}${more}`)).detail).toBe(detail);
});

test('secrets in the error are removed', async () => {
  const path = createProgram('cred-watch', `error: SecretAccessKey=${CANARIES[0]} is wrong`);
  expect((await run(`${path} env`)).detail).not.toContain(CANARIES[0]);
});
