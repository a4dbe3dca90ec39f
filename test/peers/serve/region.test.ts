import { expect } from 'vitest';
import { AWS_CLI } from '../../support/peers/aws-cli.ts';
import { runClient } from '../../support/peers/child-client.ts';
import { CLI } from '../../support/peers/clients.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { startServing } from '../../support/serving/serving.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { ciTest } from '../../support/thorough.ts';

describeClient(CLI, AWS_CLI, () => {
  ciTest('the AWS CLI finds the region of --region', async () => {
    const flags = ['--region', 'eu-west-1'];
    const { environments } = await startServing({ clock: createSteeredClock(), flags });
    const environment = { ...environments.imds, AWS_REGION: undefined };
    const { stdout } = await runClient([AWS_CLI.program, 'configure', 'list'], environment);
    expect(stdout).toMatch(/^ +region +eu-west-1 +imds/m);
  });
});
