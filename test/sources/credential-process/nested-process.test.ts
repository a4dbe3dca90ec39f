import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLocalSource } from '../../../src/sources/open.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { fail, options } from '../../support/sources/polling.ts';

const source = (command: string, env = {}) => createLocalSource('process', options(env, { command }));

test('a process is not started by itself, also not through another process', async () => {
  const file = join(temporaryFolder(), 'started');
  const command = `printf %s "$CRED_WATCH_PROCESSES" > ${file}; false`;
  expect((await fail(source(command))).reason).toBe('process-failed');
  const inner = readFileSync(file, 'utf8');
  expect((await fail(source(`: other; ${command}`, { CRED_WATCH_PROCESSES: inner }))).reason).toBe(
    'process-failed',
  );
  const innermost = readFileSync(file, 'utf8');
  expect(innermost).toMatch(/^[\da-f]{16} [\da-f]{16}$/);
  rmSync(file);
  for (const running of [inner, innermost]) {
    expect(await fail(source(command, { CRED_WATCH_PROCESSES: running }))).toMatchObject({
      reason: 'invalid-configuration',
      detail: 'the credential_process starts itself again',
      misconfiguration: { code: 'PROCESS_STARTS_ITSELF' },
    });
  }
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['/nonexistent/cred-watch env -j 4h', true],
  ['/nonexistent/cred-watch.js env', true],
  ['/nonexistent/cred-watch env -j 4h --source=imds', false],
  ['/nonexistent/cred-watch env --profile other', false],
  ['/nonexistent/cred-watch env --source auto', true],
  ['/nonexistent/cred-watch env --source role --role-arn x', true],
  ['/nonexistent/cred-watch env --source role --role-arn x --profile base', false],
  ['/nonexistent/cred-watch env --source web-identity --role-arn x', false],
  ['/nonexistent/other env', false],
])('the failure of the process %s has the hint to select a source: %s', async (command, isExplained) => {
  const { misconfiguration } = await fail(source(command));
  expect(misconfiguration).toEqual(isExplained ? { code: 'PROCESS_STARTS_ITSELF' } : null);
});
