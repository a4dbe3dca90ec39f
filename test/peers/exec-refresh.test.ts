import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { startSimulation } from '../support/cli/running-simulation.ts';
import { SIMULATED_NOTE } from '../support/cli/simulated-note.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { ciTest } from '../support/thorough.ts';

const FOLLOWER = fileURLToPath(new URL('../support/peers/sdk-follower.mjs', import.meta.url));

ciTest('a child of exec --refresh gets new credentials across two rotations', async () => {
  const { environment } = await startSimulation([
    '--lifetime',
    '12s',
    '--rotate-every',
    '2s',
    '--jitter',
    '0',
  ]);
  const env = {
    ...environment,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    // The child must not use these.
    AWS_ACCESS_KEY_ID: 'AKIASTALE',
    AWS_SECRET_ACCESS_KEY: 'stale',
    AWS_REGION: 'eu-west-1',
  };
  const run = await runProgram(
    ['exec', '--refresh', '--source', 'imds', '--margin', '1s', '--', process.execPath, FOLLOWER],
    {
      env,
    },
  );
  expect(run).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
  const { seen, variables } = JSON.parse(run.stdout);
  expect(variables).toEqual(
    expect.arrayContaining([
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_REGION',
    ]),
  );
  expect(variables).not.toContain('AWS_ACCESS_KEY_ID');
  expect(new Set(seen).size).toBe(3);
  // Every poll whose credentials were served is recorded.
  const exported = await runProgram(['export'], { env });
  const recorded = exported.stdout.split('\n').filter((line) => line.includes('"sample"'));
  expect(new Set(recorded.map((line) => JSON.parse(line).access_key_id))).toEqual(new Set(seen));
});
