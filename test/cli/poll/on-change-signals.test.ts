import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { NOWHERE } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { isRunning } from '../../support/send-signal.ts';

test('a signal to a single poll ends a command that hangs', async () => {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const file = join(folder, 'pid');
  const own = { ...env, CRED_WATCH_HOST: 'a', CRED_WATCH_DB: join(folder, 'samples.db') };
  expect((await runProgram(['poll'], { env: own })).code).toBe(0);
  const command = `trap '' TERM; echo $$ >> ${file}; exec sleep 50`;
  const poller = startProgram(['poll', '--on-change', command], {
    env: { ...own, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE },
  });
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 10_000);
  const pid = Number(readFileSync(file, 'utf8'));
  expect(isRunning(pid)).toBe(true);
  poller.child.kill('SIGTERM');
  expect(await poller.done).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('note: the command of --on-change was ended, because the poller stops\n'),
  });
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000);
}, 30_000);
