import { expect } from 'vitest';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { runClient } from '../../support/peers/child-client.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { CLOUD_INIT } from '../../support/serving/debian-clients.ts';
import { startServing } from '../../support/serving/serving.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { ciTest } from '../../support/thorough.ts';

const PROGRAM = repositoryPath('test/support/serving/clients/cloud-init.py');

describeClient('cloud-init', CLOUD_INIT, () => {
  ciTest('cloud-init reads the metadata of serve as on EC2, without the credentials', async () => {
    const { origin, sts, stderr } = await startServing({ clock: createSteeredClock() });
    const run = await runClient(['/usr/bin/python3', PROGRAM, origin], {});
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const { metadata, ...rest } = JSON.parse(run.stdout);
    expect(rest).toEqual({
      found: true,
      instanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
      availabilityZone: 'eu-west-1a',
      region: 'eu-west-1',
      userData: null,
    });
    expect(metadata['instance-id']).toBe(rest.instanceId);
    expect(metadata.iam.info).toMatchObject({ Code: 'Success' });
    // The log has a line per request.
    expect(stderr()).not.toContain(sts.issued[0]?.secretAccessKey);
    expect(run.stdout).not.toContain(sts.issued[0]?.accessKeyId);
  });
});
