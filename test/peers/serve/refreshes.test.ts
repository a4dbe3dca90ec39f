import { describe, expect, test } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { AWS_CLI, redirectAwsCli } from '../../support/peers/aws-cli.ts';
import { type Environment, runClient } from '../../support/peers/child-client.ts';
import { CLI, JAVASCRIPT } from '../../support/peers/clients.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { withTokenInVariable } from '../../support/peers/pod-token.ts';
import { RUBY } from '../../support/peers/ruby.ts';
import { BOTOCORE, FAKETIME } from '../../support/serving/debian-clients.ts';
import { followClient, listKeys, listProblems } from '../../support/serving/follow.ts';
import { startServing } from '../../support/serving/serving.ts';
import { type SigningClientName, startSigningClient } from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

const testInCi = test.skipIf(!isThorough);

const HOUR = 3600;
const MINUTE = 60;

/** Runs a client for two and a half lifetimes of its credentials. */
async function followSdk(
  name: SigningClientName,
  shape: Shape,
  change: (environment: Environment) => Environment = (environment) => environment,
) {
  const clock = createSteeredClock();
  const serving = await startServing({ clock, shapes: [shape] });
  const environment = serving.environments[shape];
  if (environment === undefined) throw new Error(`no variables for ${shape}`);
  const client = startSigningClient(name, change(environment), clock);
  const errors = await followClient(client, serving, { duration: 2.5 * HOUR, step: 5 * MINUTE });
  expect(errors.filter((error) => error !== null)).toEqual([]);
  const { uses } = serving.service;
  expect(listProblems(uses)).toEqual([]);
  expect(uses).toHaveLength(31);
  return { clock, serving, keys: listKeys(uses) };
}

describe(JAVASCRIPT, () => {
  test.for(sampleCases(['imds', 'ecs', 'eks', 'cloudshell'] as const, 4))(
    'a process with the AWS SDK for JavaScript uses no key after its expiration across refreshes of serve, %s',
    async (shape) => {
      const { serving, keys } = await followSdk('javascript', shape);
      // The SDK requests new credentials when less than five minutes are left.
      expect(keys.length).toBeGreaterThanOrEqual(3);
      // `serve` refreshed at half of the lifetime.
      expect(serving.sts.issued.length).toBeGreaterThanOrEqual(4);
      expect(serving.outage.requests()).toBe(serving.sts.issued.length);
    },
  );
});

describeClient('libfaketime', FAKETIME, () => {
  describeClient('botocore', BOTOCORE, () => {
    ciTest.for(sampleCases(['imds', 'ecs', 'eks', 'cloudshell'] as const, 4))(
      'a process with botocore uses no key after its expiration across refreshes of serve, %s',
      async (shape) => {
        // Version 1.29 does not know AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
        const change = shape === 'eks' ? withTokenInVariable : undefined;
        const { keys } = await followSdk('botocore', shape, change);
        // botocore requests new credentials when less than 15 minutes are left. The credentials that it gets have more
        // than 25 minutes left, so it never extends an expiration.
        expect(keys.length).toBeGreaterThanOrEqual(4);
      },
    );
  });

  describeClient('Ruby', RUBY, () => {
    ciTest(
      'a process with the AWS SDK for Ruby uses no key after its expiration across refreshes of serve',
      async () => {
        const { keys } = await followSdk('ruby', 'imds');
        // The SDK requests new credentials when less than five minutes are left.
        expect(keys.length).toBeGreaterThanOrEqual(3);
      },
    );
  });

  describeClient(CLI, AWS_CLI, () => {
    testInCi.for(['imds', 'ecs', 'eks', 'cloudshell'] as const)(
      'the AWS CLI uses a valid key at each start, across refreshes of serve, %s',
      async (shape) => {
        const clock = createSteeredClock();
        const serving = await startServing({ clock, shapes: [shape] });
        const given = serving.environments[shape] ?? {};
        const environment = {
          ...(shape === 'eks' ? withTokenInVariable(given) : given),
          ...redirectAwsCli(temporaryFolder(), 'STS', serving.service.url),
          ...clock.faketime,
          AWS_METADATA_SERVICE_TIMEOUT: '10',
        };
        for (let start = 0; start < 3; start++) {
          if (start > 0) clock.skip(50 * MINUTE);
          const { code, stderr } = await runClient(
            [AWS_CLI.program, 'sts', 'get-caller-identity'],
            environment,
          );
          expect([code, stderr]).toEqual([0, '']);
        }
        expect(listProblems(serving.service.uses)).toEqual([]);
        expect(listKeys(serving.service.uses)).toHaveLength(3);
      },
    );
  });
});
