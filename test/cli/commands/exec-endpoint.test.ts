import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { writeKeyScript } from '../../support/cli/running-server.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';

const countServers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('exec --refresh leaves no endpoint open if an error prevents the start of the command', async () => {
  const home = temporaryFolder();
  const credentials = join(home, 'credentials');
  writeFileSync(credentials, '[default]\naws_access_key_id = AKIASTALE\naws_secret_access_key = stale\n');
  const output = createOutput(() => {});
  const io = createTestIo({ HOME: home, AWS_SHARED_CREDENTIALS_FILE: credentials }, '', {
    stdout: output,
    stderr: {
      ...output,
      async write(text) {
        if (text.includes('the default profile has')) throw new Error('the disk is full');
      },
    },
  });
  const before = countServers();
  const args = ['--refresh', '--process', writeKeyScript(3600), '--db', join(home, 'samples.db')];
  const code = await main(['exec', ...args, '--', 'true'], io);
  expect([code, countServers()]).toEqual([125, before]);
});
