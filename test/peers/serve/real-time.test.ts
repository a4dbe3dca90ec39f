import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runClient } from '../../support/peers/child-client.ts';
import { GO } from '../../support/peers/clients.ts';
import { buildGoClient, GO_SDK_2 } from '../../support/peers/go-sdk.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { withTokenInVariable } from '../../support/peers/pod-token.ts';
import { listByRclone, RCLONE } from '../../support/peers/rclone.ts';
import { RESTIC } from '../../support/serving/debian-clients.ts';
import { listKeys, listProblems } from '../../support/serving/follow.ts';
import { type ServingOptions, startServing } from '../../support/serving/serving.ts';
import { startSigningProgram } from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { isThorough } from '../../support/thorough.ts';

/**
 * Programs in Go get the time from the kernel, so these tests take real time. The lifetime is shorter than the windows
 * of the SDKs: they request new credentials at every use. With an hour, they would do so in the last five minutes of a
 * key (aws-sdk-go 1.44.133, aws/defaults/defaults.go, and container credentials of aws-sdk-go-v2 config 1.17.10,
 * config/resolve_credentials.go) or at its expiration (IMDS in the same version of aws-sdk-go-v2). The key that they
 * get then has at least 30 minutes left, or 25 minutes after an outage of STS of five minutes.
 */
const LIFETIME = 4;
const DURATION_MS = 12_000;
const INTERVAL_MS = 250;

const start = (shape: Shape, onTestFinished: NonNullable<ServingOptions['finished']>, more = {}) =>
  startServing({
    clock: createSteeredClock(onTestFinished),
    shapes: [shape],
    lifetime: LIFETIME,
    finished: onTestFinished,
    ...more,
  });

const testInCi = test.skipIf(!isThorough);

/** A listing goes on until it has used this number of keys, which takes longer on a busy machine. */
const LISTING_KEYS = 4;
const MAX_LISTING_MS = 4 * DURATION_MS;

const SHAPES = ['imds', 'ecs', 'eks', 'cloudshell'] as const;

// Most of the time is waiting.
describe.concurrent('in real time', () => {
  describeClient('version 2 of the AWS SDK for Go', GO_SDK_2, () => {
    let program = '';
    beforeAll(() => {
      if (!isThorough) return undefined;
      const source = repositoryPath('test/support/serving/clients/go-client.go');
      program = buildGoClient(
        temporaryFolder((clean) => cleanUp.push(clean)),
        source,
      );
      return () => cleanUp.forEach((clean) => void clean());
    });
    const cleanUp: (() => void)[] = [];

    testInCi.for(SHAPES)(
      'a process with version 2 of the AWS SDK for Go uses no key after its expiration across refreshes of serve, %s',
      async (shape, { onTestFinished }) => {
        const { service, environments } = await start(shape, onTestFinished);
        const given = environments[shape] ?? {};
        // Version 1.17 does not know AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
        const environment = shape === 'eks' ? withTokenInVariable(given) : given;
        const client = startSigningProgram([program], environment, onTestFinished);
        for (let passed = 0; passed < DURATION_MS; passed += INTERVAL_MS) {
          expect(await client.sendRequest()).toBeNull();
          await pause(INTERVAL_MS);
        }
        expect(listProblems(service.uses)).toEqual([]);
        expect(listKeys(service.uses).length).toBeGreaterThanOrEqual(3);
      },
    );

    testInCi.for([
      ['imds', 'uses the last key of IMDS after its expiration'],
      ['ecs', 'uses no key of a container after its expiration'],
    ] as const)(
      'during an outage of STS, version 2 of the AWS SDK for Go, %s: %s',
      async ([shape], { onTestFinished }) => {
        const { service, outage, environments } = await start(shape, onTestFinished);
        const client = startSigningProgram([program], environments[shape] ?? {}, onTestFinished);
        expect(await client.sendRequest()).toBeNull();
        outage.setState('down');
        await pause((LIFETIME + 1) * 1000);
        const error = await client.sendRequest();
        expect(error).toContain(shape === 'imds' ? 'ExpiredToken' : 'CredentialsUninitialized');
        expect(listProblems(service.uses)).toEqual(shape === 'imds' ? ['expired'] : []);
      },
    );
  });

  describeClient(GO, RCLONE, () => {
    testInCi.for(SHAPES)(
      'a listing of rclone uses no key after its expiration across refreshes of serve, %s',
      async (shape, { onTestFinished }) => {
        const end = Date.now() + MAX_LISTING_MS;
        let countKeys = () => 0;
        const hasMorePages = async () => {
          await pause(INTERVAL_MS);
          return countKeys() < LISTING_KEYS && Date.now() < end;
        };
        const { service, environments } = await start(shape, onTestFinished, { hasMorePages });
        countKeys = () => listKeys(service.uses).length;
        const given = environments[shape] ?? {};
        const environment = shape === 'eks' ? withTokenInVariable(given) : given;
        const run = await listByRclone(service, 'bucket', environment);
        expect(run).toMatchObject({ code: 0, stderr: '' });
        expect(listProblems(service.uses)).toEqual([]);
        expect(countKeys()).toBeGreaterThanOrEqual(LISTING_KEYS);
      },
    );
  });

  describeClient('restic', RESTIC, () => {
    testInCi.for(['ecs', 'cloudshell'] as const)(
      'restic uses a valid key of serve at each start, across refreshes, %s',
      async (shape, { onTestFinished }) => {
        const { service, environments } = await start(shape, onTestFinished);
        const command = [RESTIC.program, '--repo', `s3:${service.url}/bucket`, 'snapshots', '--no-cache'];
        for (let run = 0; run < 3; run++) {
          if (run > 0) await pause(LIFETIME * 1000);
          const { stderr } = await runClient(command, {
            AWS_DEFAULT_REGION: 'eu-west-1',
            RESTIC_PASSWORD: 'password',
            ...environments[shape],
          });
          // The test has no repository.
          expect(stderr).toContain('The specified key does not exist');
        }
        expect(listProblems(service.uses)).toEqual([]);
        expect(listKeys(service.uses)).toHaveLength(3);
      },
    );
  });
});
