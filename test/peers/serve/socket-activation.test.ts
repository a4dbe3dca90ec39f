import { expect } from 'vitest';
import { startSts } from '../../support/aws/sts.ts';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { activate, SOCKET_ACTIVATE } from '../../support/cli/socket-activation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { startSigningClient } from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { startVerifyingService } from '../../support/serving/verifying-service.ts';
import { ciTest } from '../../support/thorough.ts';

const ROLE = 'arn:aws:iam::111122223333:role/loader';
const USER = { AWS_ACCESS_KEY_ID: 'AKIACANARY0000000001', AWS_SECRET_ACCESS_KEY: 'CANARY-secret' };

describeReader('socket activation', SOCKET_ACTIVATE, () => {
  ciTest('the first request of the AWS SDK for JavaScript starts serve, and gets credentials', async () => {
    const users = { [USER.AWS_ACCESS_KEY_ID]: USER.AWS_SECRET_ACCESS_KEY };
    const sts = await startSts({ users, roles: [{ arn: ROLE, principals: [USER.AWS_ACCESS_KEY_ID] }] });
    const service = await startVerifyingService({
      now: Date.now,
      findSession: (id) => sts.issued.find(({ accessKeyId }) => accessKeyId === id),
    });
    const command = [process.execPath, PROGRAM, 'serve', '--role-arn', ROLE];
    const { endpoints } = await activate(['imds'], command, {
      ...{ ...USER, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: sts.url },
      HOME: temporaryFolder(),
    });
    expect(sts.issued).toEqual([]);
    const environment = { ...endpoints[0], SERVICE_URL: service.url };
    const client = startSigningClient('javascript', environment, createSteeredClock());
    expect(await client.sendRequest()).toBeNull();
    const [session] = sts.issued;
    expect(service.uses).toMatchObject([{ accessKeyId: session?.accessKeyId, problem: null }]);
  });
});
