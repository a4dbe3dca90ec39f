import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

test('the advice about expired keys in variables is to replace or unset the variables', async () => {
  const env = {
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
    AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() - 60_000).toISOString(),
  };
  await runCommand(['poll', '--source', 'environment'], { env });
  const { stdout } = await runCommand(['report', '-j', '5m', '-f', 'markdown'], { env });
  expect(stdout).toContain('set new ones, or unset AWS_ACCESS_KEY_ID');
  expect(stdout).not.toContain('repair the program that serves');
});
