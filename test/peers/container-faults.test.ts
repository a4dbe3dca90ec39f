import { describe, expect, test } from 'vitest';
import { type Behaviour, testBehaviours } from '../support/peers/behaviours.ts';
import { describeEachClient, JAVASCRIPT, runsOnlyInCi } from '../support/peers/clients.ts';
import { describeConversation } from '../support/peers/conversation.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { withTokenInVariable } from '../support/peers/pod-token.ts';
import { createSkippingClock } from '../support/peers/skipping-clock.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';

/** The SDK for JavaScript sends four requests, and a fifth with its older provider. The others send three. */
const failsAfterRetries = (response: string) => ({
  javascript: `credentials ${response} ×5: none, exit 1`,
  cli: `credentials ${response} ×3: none, exit 253`,
  go: `credentials ${response} ×3: none, exit 1`,
});
const succeedsAtSecondRequest = (response: string) => `credentials ${response}, credentials 200: credentials`;

const behaviours: Behaviour[] = [
  {
    when: 'the agent has just started and returns 503 twice',
    shape: 'ecs',
    faults: ['error=CredentialsUninitialized,times=2'],
    does: 'credentials 503 ×2, credentials 200: credentials',
  },
  {
    when: 'the agent returns 503 for longer than any client retries',
    shape: 'ecs',
    faults: ['error=CredentialsUninitialized'],
    does: failsAfterRetries('503'),
  },
  {
    when: 'the agent throttles once',
    shape: 'ecs',
    faults: ['429,times=1'],
    does: succeedsAtSecondRequest('429'),
  },
  {
    when: 'the agent does not know the credentials id',
    shape: 'ecs',
    faults: ['no-role'],
    does: { ...failsAfterRetries('400'), go: 'credentials 400: none, exit 1' },
  },
  {
    // The SDK for JavaScript reports a timeout after one second, but keeps waiting.
    when: 'a response takes three seconds',
    shape: 'ecs',
    faults: ['stall=3s,times=1'],
    isEndpointSilent: true,
    does: {
      javascript: 'credentials 200: credentials',
      cli: succeedsAtSecondRequest('client left'),
      go: succeedsAtSecondRequest('client left'),
    },
  },
  {
    when: 'the document is cut off and Content-Length matches',
    shape: 'ecs',
    faults: ['malformed'],
    does: { ...failsAfterRetries('200'), javascript: 'credentials 200 ×4: none, exit 1' },
  },
  {
    when: 'the document is truncated once',
    shape: 'ecs',
    faults: ['truncate,times=1'],
    does: succeedsAtSecondRequest('truncated'),
  },
  {
    when: 'the connection is reset once',
    shape: 'ecs',
    faults: ['reset,times=1'],
    does: {
      javascript: succeedsAtSecondRequest('reset'),
      cli: succeedsAtSecondRequest('reset'),
      go: 'credentials reset: none, exit 1',
    },
  },
  {
    when: 'the agent redirects',
    shape: 'ecs',
    faults: ['redirect,path=/v2/*'],
    does: {
      ...failsAfterRetries('302'),
      go: `${Array(3).fill('credentials 302, /elsewhere 404').join(', ')}: none, exit 1`,
    },
  },
  {
    when: 'the document has no Expiration',
    shape: 'ecs',
    faults: ['field=Expiration'],
    does: {
      javascript: 'credentials 200 ×5: none, exit 1',
      cli: 'credentials 200: none, exit 253',
      go: 'credentials 200: credentials',
    },
  },
  {
    // The CLI fails because the refreshed credentials are expired; the others sign with them.
    when: 'the agent serves expired credentials',
    shape: 'ecs',
    faults: ['expired'],
    does: {
      javascript: 'credentials 200: credentials',
      cli: 'credentials 200 ×2: none, exit 255',
      go: 'credentials 200: credentials',
    },
  },
  {
    when: 'CloudShell rejects the token',
    shape: 'cloudshell',
    environment: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-another-shell' },
    does: { ...failsAfterRetries('401'), go: 'credentials 401: none, exit 1' },
  },
  {
    when: 'the pod has no association',
    shape: 'eks',
    faults: ['no-role'],
    environment: withTokenInVariable,
    does: failsAfterRetries('404'),
  },
];

describe.concurrent('container endpoints', () => {
  testBehaviours(behaviours);

  describeEachClient((client, obtain) => {
    test.skipIf(runsOnlyInCi(client))(
      'a client behaves as documented when the token of the pod has expired',
      async ({ onTestFinished }) => {
        const clock = createSkippingClock();
        const options = { shapes: ['eks'], clock, authorizationLifetime: 600 } as const;
        const agent = await startSimulated(options, onTestFinished);
        clock.skip(601);
        const outcome = await obtain(withTokenInVariable(agent.environments.eks));
        expect(describeConversation(outcome, agent.exchanges)).toBe(failsAfterRetries('400')[client]);
      },
    );
  });

  describe(JAVASCRIPT, () => {
    test('a client sends a last request without a token if the pod has no association', async ({
      onTestFinished,
    }) => {
      const agent = await startSimulated({ shapes: ['eks'], faults: ['no-role'] }, onTestFinished);
      const outcome = await obtainByJavaScript(agent.environments.eks);
      expect(describeConversation(outcome, agent.exchanges)).toBe(
        'credentials 404 ×4, credentials 400: none, exit 1',
      );
      const tokens = agent.exchanges.map(({ request }) => request.headers.authorization !== undefined);
      expect(tokens).toEqual([true, true, true, true, false]);
    });
  });
});
