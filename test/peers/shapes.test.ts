import { describe, expect, test } from 'vitest';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import type { Environment } from '../support/peers/child-client.ts';
import {
  CLI,
  describeEachClient,
  describeEveryClient,
  GO,
  JAVASCRIPT,
  runsOnlyInCi,
} from '../support/peers/clients.ts';
import { describeConversation, getServedCredentials } from '../support/peers/conversation.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { withTokenInVariable } from '../support/peers/pod-token.ts';
import { obtainByRclone, RCLONE } from '../support/peers/rclone.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { ciTest } from '../support/thorough.ts';

/** The requests of a client with correct settings. */
const THREE_STEPS = 'token 200, v2 role 200, v2 credentials 200: v2 credentials';
const ONE_STEP = 'credentials 200: credentials';

describe.concurrent('a client gets credentials', () => {
  describeEveryClient((client, obtain) => {
    const testMore = test.skipIf(runsOnlyInCi(client));

    test('a client gets credentials from IMDS', async ({ onTestFinished }) => {
      const imds = await startSimulated({}, onTestFinished);
      const outcome = await obtain(imds.environments.imds);
      expect(describeConversation(outcome, imds.exchanges)).toBe(THREE_STEPS);
      const { expiration } = getServedCredentials(outcome, imds.exchanges);
      // rclone does not show the expiration.
      expect(outcome.held?.expiration ?? expiration).toBe(expiration);
    });

    testMore('a client gets credentials from IMDS with version 2 only', async ({ onTestFinished }) => {
      const imds = await startSimulated({ imds: 'v2' }, onTestFinished);
      expect(describeConversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(THREE_STEPS);
    });

    ciTest('a client gets credentials from IMDS with version 1 only', async ({ onTestFinished }) => {
      const imds = await startSimulated({ imds: 'v1' }, onTestFinished);
      expect(describeConversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(
        'token 405, v1 role 200, v1 credentials 200: v1 credentials',
      );
    });

    ciTest('a client gets credentials from IMDS over IPv6', async ({ onTestFinished }) => {
      const imds = await startSimulated({ listen: { host: '::1', port: 0 } }, onTestFinished);
      expect(imds.origin).toContain('[::1]');
      expect(describeConversation(await obtain(imds.environments.imds), imds.exchanges)).toBe(THREE_STEPS);
    });

    testMore('a client gets credentials from the ECS agent', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['ecs'] }, onTestFinished);
      expect(describeConversation(await obtain(agent.environments.ecs), agent.exchanges)).toBe(ONE_STEP);
    });

    ciTest(
      'a client gets credentials from CloudShell, whose URL names localhost',
      async ({ onTestFinished }) => {
        const shell = await startSimulated({ shapes: ['cloudshell'] }, onTestFinished);
        const environment = replaceWithLocalhost(shell.environments.cloudshell);
        expect(describeConversation(await obtain(environment), shell.exchanges)).toBe(ONE_STEP);
      },
    );
  });
});

describe.concurrent('the EKS Pod Identity agent', () => {
  describeEachClient((client, obtain) => {
    test.skipIf(runsOnlyInCi(client))(
      'the EKS Pod Identity agent serves a client with the token in the environment',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
        const outcome = await obtain(withTokenInVariable(agent.environments.eks));
        expect(describeConversation(outcome, agent.exchanges)).toBe(ONE_STEP);
      },
    );
  });
  describe(JAVASCRIPT, () => {
    ciTest(
      'the EKS Pod Identity agent serves a client with the token in a file',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
        const outcome = await obtainByJavaScript(agent.environments.eks);
        expect(describeConversation(outcome, agent.exchanges)).toBe(ONE_STEP);
      },
    );
  });

  // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE exists since November 2023. The tested CLI and rclone are older
  // and send no token.
  describeClient(`${CLI} without support for token files`, AWS_CLI, () => {
    test.skipIf(runsOnlyInCi('cli'))(
      'a client without support for token files is rejected by the EKS Pod Identity agent',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
        const outcome = await obtainByAwsCli(agent.environments.eks);
        expect(describeConversation(outcome, agent.exchanges)).toBe('credentials 400 ×3: none, exit 253');
        expect(outcome.stderr).toContain('Service account token cannot be empty');
      },
    );
  });
  describeClient(`${GO} without support for token files`, RCLONE, () => {
    ciTest(
      'a client without support for token files is rejected by the EKS Pod Identity agent',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['eks'] }, onTestFinished);
        const outcome = await obtainByRclone(agent.environments.eks);
        // rclone retries because the error of the agent is not JSON, so it counts as a broken response.
        expect(describeConversation(outcome, agent.exchanges)).toBe('credentials 400 ×3: none, exit 1');
      },
    );
  });
});

const replaceWithLocalhost = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value?.replace('//127.0.0.1:', '//localhost:'),
    ]),
  );
