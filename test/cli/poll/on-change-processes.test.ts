import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { NOWHERE } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

async function startHost() {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const own = { ...env, CRED_WATCH_HOST: 'a', CRED_WATCH_DB: join(folder, 'samples.db') };
  const file = join(folder, 'changes');
  return { up: own, down: { ...own, AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE }, file };
}

const readLines = (file: string) =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];

test('of processes that poll at once, one runs the command for each change', async () => {
  const { up, down, file } = await startHost();
  // Without the claim, all processes compare while the command runs.
  const args = ['poll', '--on-change', `echo "$CRED_WATCH_NEW_RESULT" >> ${file}; sleep 1`];
  expect((await runProgram(args, { env: up })).code).toBe(0);
  const rounds = ['unreachable', 'recorded', 'unreachable', 'recorded'].slice(0, isThorough ? 4 : 2);
  for (const result of rounds) {
    const env = result === 'recorded' ? up : down;
    const runs = await Promise.all([1, 2, 3].map(() => runProgram(args, { env })));
    expect(runs.map(({ stderr }) => stderr).join('')).not.toContain('--on-change');
  }
  expect(readLines(file)).toEqual(rounds);
}, 60_000);

ciTest(
  'while a killed poll has the claim, other polls wait for its end',
  async () => {
    const { up, down, file } = await startHost();
    const args = ['poll', '--on-change', `echo run >> ${file}; sleep 2`];
    await runProgram(args, { env: up });
    const killed = startProgram(args, { env: down });
    await vi.waitFor(() => expect(readLines(file)).toHaveLength(1), 10_000);
    killed.child.kill('SIGKILL');
    await killed.done;
    await runProgram(args, { env: down });
    expect(readLines(file)).toHaveLength(1);
    const database = new Database(up.CRED_WATCH_DB);
    // The run of the command ends after one minute.
    const claim = database.prepare('SELECT expires_at - claimed_at AS length FROM change_claims').get();
    expect(claim).toEqual({ length: 120_000 });
    database.prepare('UPDATE change_claims SET expires_at = claimed_at + 1').run();
    database.close();
    await runProgram(args, { env: down });
    await runProgram(args, { env: down });
    expect(readLines(file)).toHaveLength(2);
  },
  30_000,
);
