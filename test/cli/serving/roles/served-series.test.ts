import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../support/cli/run-command.ts';
import { getDocument, startServer, writeKeyScript } from '../../../support/cli/running-server.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';

test('two roles of one program have the names of --serve in IMDS and in the report', async () => {
  const env = {
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    CRED_WATCH_HOST: 'vm',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
  };
  const script = writeKeyScript(3600);
  const args = ['--serve', `etl=process:${script} etl`, '--serve', `ops=process:${script} ops`];
  const server = await startServer(args, { env });
  for (const name of ['etl', 'ops'])
    expect((await getDocument(server.environments[`${name} imds`] ?? {})).role).toBe(name);
  await server.stop();
  const { stdout } = await runCommand(['report', '-f', 'json'], { env });
  const roles = JSON.parse(stdout).series.map(({ role }: { role: string }) => role);
  expect(roles.sort()).toEqual(['etl', 'ops']);
});
