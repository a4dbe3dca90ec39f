import { describe, expect, test } from 'vitest';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import type { Environment } from '../support/peers/child-client.ts';
import { CLI, describeEachClient, GO, JAVASCRIPT, waitsForCi } from '../support/peers/clients.ts';
import { conversation, handedOut } from '../support/peers/conversation.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { withTokenInVariable } from '../support/peers/pod-token.ts';
import { obtainByRclone, RCLONE } from '../support/peers/rclone.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';

/** What a client that is set up well asks for, and no more. */
const THREE_STEPS = 'token 200, v2 role 200, v2 credentials 200: v2 credentials';
const ONE_STEP = 'credentials 200: credentials';

describe.concurrent('a client is handed credentials', () => {
  describeEachClient((client, obtain) => {
    const testMore = test.skipIf(waitsForCi(client));

    test('by IMDS', async ({ onTestFinished }) => {
      const imds = await startSimulated({}, onTestFinished);
      const outcome = await obtain(imds.environments.imds);
      expect(conversation(outcome, imds.exchanges)).toBe(THREE_STEPS);
      const { expiration } = handedOut(outcome, imds.exchanges)!.handledRequest.credentials!;
      // rclone does not tell.
      expect(outcome.held!.expiration ?? expiration).toBe(expiration);
    });

    testMore('by an IMDS that speaks version 2 alone', async ({ onTestFinished }) => {
      const imds = await startSimulated({ imds: 'v2' }, onTestFinished);
      expect(conversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(THREE_STEPS);
    });

    testMore('by an IMDS that speaks version 1 alone', async ({ onTestFinished }) => {
      const imds = await startSimulated({ imds: 'v1' }, onTestFinished);
      expect(conversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(
        'token 405, v1 role 200, v1 credentials 200: v1 credentials',
      );
    });

    testMore('by IMDS over IPv6', async ({ onTestFinished }) => {
      const imds = await startSimulated({ listen: { host: '::1', port: 0 } }, onTestFinished);
      expect(imds.origin).toContain('[::1]');
      expect(conversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(THREE_STEPS);
    });

    test('by the ECS agent', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['ecs'] }, onTestFinished);
      expect(conversation(await obtain(agent.environments.ecs), agent.exchanges)).toBe(ONE_STEP);
    });

    testMore('by CloudShell, which calls itself localhost', async ({ onTestFinished }) => {
      const shell = await startSimulated({ shapes: ['cloudshell'] }, onTestFinished);
      const environment = atLocalhost(shell.environments.cloudshell);
      expect(conversation(await obtain(environment), shell.exchanges)).toBe(ONE_STEP);
    });
  });
});

describe.concurrent('by the EKS Pod Identity agent', () => {
  describeEachClient((_, obtain) => {
    test('with the token in the environment', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
      const outcome = await obtain(withTokenInVariable(agent.environments.eks));
      expect(conversation(outcome, agent.exchanges)).toBe(ONE_STEP);
    });
  });
  describe(JAVASCRIPT, () => {
    test('with the token in a file, as in a pod', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
      const outcome = await obtainByJavaScript(agent.environments.eks);
      expect(conversation(outcome, agent.exchanges)).toBe(ONE_STEP);
    });
  });

  // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE came in November 2023; both are older and send no token at all.
  describeClient(`${CLI}, which knows no token file`, AWS_CLI, () => {
    test.skipIf(waitsForCi('cli'))('is refused', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
      const outcome = await obtainByAwsCli(agent.environments.eks);
      expect(conversation(outcome, agent.exchanges)).toBe('credentials 400 ×3: none, exit 253');
      expect(outcome.said).toContain('Service account token cannot be empty');
    });
  });
  describeClient(`${GO}, which knows no token file`, RCLONE, () => {
    test('is refused', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
      const outcome = await obtainByRclone(agent.environments.eks);
      // Not for the status: an error of the agent's is no JSON, which counts as a broken answer.
      expect(conversation(outcome, agent.exchanges)).toBe('credentials 400 ×3: none, exit 1');
    });
  });
});

const atLocalhost = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace('//127.0.0.1:', '//localhost:')]),
  );
