import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { metadataService } from '../support/cli/metadata-script.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { startContainerEngine } from '../support/credential-formats/container-engine.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { startEndpoint } from '../support/sources/scripted-endpoint.ts';

describeReader('the docker client behind exec', { program: 'docker', package: 'docker.io' }, (docker) => {
  test('the docker client behind exec passes the judged credentials to the container', async () => {
    const { environment, getRequestedVariables } = await startContainerEngine();
    const { url } = await startEndpoint(metadataService());
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const run = await runProgram(
      ['exec', '-j', '4h', '--', docker, 'run', ...names.flatMap((name) => ['-e', name]), 'image'],
      {
        env: {
          ...environment,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
          CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
          AWS_SESSION_TOKEN: 'stale',
        },
      },
    );
    expect(getRequestedVariables()?.sort()).toEqual([
      'AWS_ACCESS_KEY_ID=ASIATESTTESTTEST0001',
      'AWS_SECRET_ACCESS_KEY=not-a-secret',
      'AWS_SESSION_TOKEN=not-a-token',
    ]);
    // The exit code of docker if the engine refuses the container.
    expect(run.code).toBe(125);
  });
});
