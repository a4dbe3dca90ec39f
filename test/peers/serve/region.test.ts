import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { AWS_CLI } from '../../support/peers/aws-cli.ts';
import { runClient } from '../../support/peers/child-client.ts';
import { CLI } from '../../support/peers/clients.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { startServing } from '../../support/serving/serving.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { ciTest } from '../../support/thorough.ts';

describeClient(CLI, AWS_CLI, () => {
  ciTest('the AWS CLI finds the region if the availability zone is added with --tree', async () => {
    const tree = temporaryFolder();
    mkdirSync(join(tree, 'meta-data/placement'), { recursive: true });
    writeFileSync(join(tree, 'meta-data/placement/availability-zone'), 'eu-west-1b');
    const { environments } = await startServing({ clock: createSteeredClock(), flags: ['--tree', tree] });
    const environment = { ...environments.imds, AWS_REGION: undefined };
    const { stdout } = await runClient([AWS_CLI.program, 'configure', 'list'], environment);
    expect(stdout).toMatch(/^ +region +eu-west-1 +imds/m);
  });
});
