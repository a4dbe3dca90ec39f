import { join } from 'node:path';
import { expect } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { ciTest } from '../support/thorough.ts';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE00000NEW',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 12 * 3_600_000).toISOString(),
};

const runWithLimit = (limit: number, args: readonly string[]) =>
  runProgram(args, {
    env: CREDENTIALS,
    prefix: ['sh', '-c', 'ulimit -n "$1" && shift && exec "$@"', 'sh', String(limit)],
  });

/** More than Node and the database need. */
const ENOUGH = 40;

ciTest('too few file descriptors for the database are named as the cause', { timeout: 120_000 }, async () => {
  const file = join(temporaryFolder(), 'samples.db');
  const source = ['--source', 'environment', '--host', 'h', '--db', file];
  let limit = ENOUGH;
  let poll = await runWithLimit(limit, ['poll', ...source]);
  expect(poll).toMatchObject({ code: 0, stderr: '' });
  // SQLite opens the last files, so it is the first to fail.
  while (poll.code === 0) {
    limit -= 1;
    poll = await runWithLimit(limit, ['poll', ...source]);
  }
  expect(poll.code).toBe(2);
  expect(poll.stderr).toBe(
    `error: no sample was recorded: could not open ${file}: too many open files\n` +
      'hint: raise the limit of open files (`ulimit -n`), or close other programs\n',
  );
});
