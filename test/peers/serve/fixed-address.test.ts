import { describe, expect, test } from 'vitest';
import { mayBeSkipped, noMountNamespace, noNetworkNamespace } from '../../support/cli/namespaces.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runClient } from '../../support/peers/child-client.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { FAKETIME, RESTIC, S3CMD, S3FS } from '../../support/serving/debian-clients.ts';
import { followClient, listKeys, listProblems } from '../../support/serving/follow.ts';
import { startMetadataNetwork } from '../../support/serving/metadata-network.ts';
import { startServing } from '../../support/serving/serving.ts';
import { startSigningProgram } from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { isThorough } from '../../support/thorough.ts';

const HOUR = 3600;
const MINUTE = 60;
const NO_REGION_SETTINGS = { AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined };

const problem = noNetworkNamespace ?? noMountNamespace;
const isSkipped = !isThorough || (problem !== null && mayBeSkipped);

// These clients know only the address 169.254.169.254.
describe.skipIf(isSkipped)(`clients with a fixed address${problem === null ? '' : ` (${problem})`}`, () => {
  describeClient('libfaketime', FAKETIME, () => {
    describeClient('s3fs', S3FS, () => {
      test('a file system of s3fs uses no key after its expiration across refreshes of serve', async () => {
        const clock = createSteeredClock();
        // s3fs 1.90 requests the role without a token. It sends `Expect: 100-continue` to get a token, which IMDS refuses.
        const serving = await startServing({ clock, flags: ['--allow-v1'] });
        const network = await startMetadataNetwork(serving.origin, [serving.service.url]);
        const client = startSigningProgram([...network, ...createMountCommand(serving.service.url)], {
          ...NO_REGION_SETTINGS,
          ...clock.faketime,
        });
        const errors = await followClient(client, serving, { duration: 2.5 * HOUR, step: 5 * MINUTE });
        expect(errors.filter((error) => error !== null)).toEqual([]);
        const { uses } = serving.service;
        expect(listProblems(uses)).toEqual([]);
        // s3fs requests new credentials when less than 20 minutes are left.
        expect(listKeys(uses).length).toBeGreaterThanOrEqual(4);
      });
    });

    describeClient('s3cmd', S3CMD, () => {
      test('s3cmd uses a valid key at each start, across refreshes of serve', async () => {
        const clock = createSteeredClock();
        const serving = await startServing({ clock });
        const network = await startMetadataNetwork(serving.origin, [serving.service.url]);
        const { host } = new URL(serving.service.url);
        const flags = [
          `--host=${host}`,
          `--host-bucket=${host}`,
          '--no-ssl',
          '--config=/dev/null',
          '--region=eu-west-1',
        ];
        for (let start = 0; start < 3; start++) {
          if (start > 0) clock.skip(50 * MINUTE);
          const run = await runClient([...network, S3CMD.program, 'ls', ...flags], {
            ...NO_REGION_SETTINGS,
            ...clock.faketime,
          });
          expect(run).toMatchObject({ code: 0, stderr: '' });
        }
        expect(listProblems(serving.service.uses)).toEqual([]);
        expect(listKeys(serving.service.uses)).toHaveLength(3);
      });
    });
  });

  describeClient('restic', RESTIC, () => {
    test('restic uses a valid key of serve', async () => {
      const serving = await startServing({ clock: createSteeredClock() });
      const network = await startMetadataNetwork(serving.origin, [serving.service.url]);
      const command = [
        RESTIC.program,
        '--repo',
        `s3:${serving.service.url}/bucket`,
        'snapshots',
        '--no-cache',
      ];
      const { stderr } = await runClient([...network, ...command], {
        ...NO_REGION_SETTINGS,
        AWS_DEFAULT_REGION: 'eu-west-1',
        RESTIC_PASSWORD: 'password',
      });
      // The test has no repository.
      expect(stderr).toContain('The specified key does not exist');
      expect(serving.service.uses.length).toBeGreaterThan(0);
      expect(listProblems(serving.service.uses)).toEqual([]);
    });
  });
});

function createMountCommand(serviceUrl: string): string[] {
  const options = ['iam_role=auto', `url=${serviceUrl}`, 'use_path_request_style', 'endpoint=eu-west-1'];
  const program = repositoryPath('test/support/serving/clients/s3fs-client.sh');
  // The mount is visible only to the program. s3fs ends with it.
  const namespaces = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const command = [...namespaces, 'sh', program, temporaryFolder()];
  return [...command, ...options.flatMap((option) => ['-o', option])];
}
