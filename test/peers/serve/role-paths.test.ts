import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { AWS_CLI, obtainByAwsCli } from '../../support/peers/aws-cli.ts';
import { CLI, GO, JAVASCRIPT } from '../../support/peers/clients.ts';
import { buildGoClient, GO_SDK_2 } from '../../support/peers/go-sdk.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { obtainByRclone, RCLONE } from '../../support/peers/rclone.ts';
import { RUBY } from '../../support/peers/ruby.ts';
import { BOTOCORE, FAKETIME } from '../../support/serving/debian-clients.ts';
import { listKeys } from '../../support/serving/follow.ts';
import { startServing } from '../../support/serving/serving.ts';
import {
  type SigningClientName,
  startSigningClient,
  startSigningProgram,
} from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { isThorough } from '../../support/thorough.ts';

const testInCi = test.skipIf(!isThorough);

/** Serves two roles. The endpoint in the variables has the path of the role `ops`. */
async function startTwoRoles() {
  const clock = createSteeredClock();
  const serving = await startServing({ clock, hasTwoRoles: true });
  const environment = serving.environments.imds ?? {};
  expect(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT).toMatch(/\/ops\/$/);
  const getOpsKey = () => serving.sts.issued.find(({ roleArn }) => roleArn.endsWith('/ops'))?.accessKeyId;
  return { clock, serving, environment, getOpsKey };
}

/** The key ids that a client uses in its requests. */
async function useBySdk(name: SigningClientName) {
  const { clock, serving, environment, getOpsKey } = await startTwoRoles();
  await startSigningClient(name, environment, clock).sendRequest();
  return { keys: listKeys(serving.service.uses), opsKey: getOpsKey() };
}

const IGNORES_PATH = 'ignores the path of the endpoint, and gets no credentials of another role';
const KEEPS_PATH = 'keeps the path of the endpoint, and gets the credentials of the role';

describe(JAVASCRIPT, () => {
  testInCi(`the AWS SDK for JavaScript ${IGNORES_PATH}`, async () => {
    expect((await useBySdk('javascript')).keys).toEqual([]);
  });
});

describeClient('libfaketime', FAKETIME, () => {
  describeClient('botocore', BOTOCORE, () => {
    testInCi(`botocore ${KEEPS_PATH}`, async () => {
      const { keys, opsKey } = await useBySdk('botocore');
      expect(keys).toEqual([opsKey]);
    });
  });

  describeClient('Ruby', RUBY, () => {
    testInCi(`the AWS SDK for Ruby ${IGNORES_PATH}`, async () => {
      expect((await useBySdk('ruby')).keys).toEqual([]);
    });
  });
});

describeClient(CLI, AWS_CLI, () => {
  testInCi(`the AWS CLI ${KEEPS_PATH}`, async () => {
    const { environment, getOpsKey } = await startTwoRoles();
    const { held } = await obtainByAwsCli(environment);
    expect(held?.accessKeyId).toBe(getOpsKey());
  });
});

describeClient(GO, RCLONE, () => {
  testInCi(`version 1 of the AWS SDK for Go ${IGNORES_PATH}`, async () => {
    const { environment } = await startTwoRoles();
    expect((await obtainByRclone(environment)).held).toBeNull();
  });
});

describeClient('version 2 of the AWS SDK for Go', GO_SDK_2, () => {
  testInCi(`version 2 of the AWS SDK for Go ${IGNORES_PATH}`, async () => {
    const { serving, environment } = await startTwoRoles();
    const source = repositoryPath('test/support/serving/clients/go-client.go');
    const program = buildGoClient(join(temporaryFolder()), source);
    expect(await startSigningProgram([program], environment, onTestFinished).sendRequest()).toContain('404');
    expect(serving.service.uses).toEqual([]);
  });
});
