import { describe, expect, test } from 'vitest';
import { describeEachClient, JAVASCRIPT, waitsForCi } from '../support/peers/clients.ts';
import { conversation } from '../support/peers/conversation.ts';
import { type Fact, testFacts } from '../support/peers/facts.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { withTokenInVariable } from '../support/peers/pod-token.ts';
import { skippingClock } from '../support/peers/skipping-clock.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';

/** The SDK for JavaScript asks four times, and once more by its older way; all others thrice. */
const never = (answer: string) => ({
  javascript: `credentials ${answer} ×5: none, exit 1`,
  cli: `credentials ${answer} ×3: none, exit 253`,
  go: `credentials ${answer} ×3: none, exit 1`,
});
const atSecond = (answer: string) => `credentials ${answer}, credentials 200: credentials`;

const facts: Fact[] = [
  {
    when: 'the agent has just been started, and answers 503 twice',
    shape: 'ecs',
    faults: ['error=CredentialsUninitialized,times=2'],
    does: 'credentials 503 ×2, credentials 200: credentials',
  },
  {
    when: 'the agent has no credentials yet, for longer than anybody tries',
    shape: 'ecs',
    faults: ['error=CredentialsUninitialized'],
    does: never('503'),
  },
  { when: 'the agent throttles once', shape: 'ecs', faults: ['429,times=1'], does: atSecond('429') },
  {
    when: 'the agent does not know the id',
    shape: 'ecs',
    faults: ['no-role'],
    does: { ...never('400'), go: 'credentials 400: none, exit 1' },
  },
  {
    // The SDK for JavaScript says after a second that it has waited long enough, and goes on waiting.
    when: 'an answer takes three seconds',
    shape: 'ecs',
    faults: ['stall=3s,times=1'],
    isSilent: true,
    does: {
      javascript: 'credentials 200: credentials',
      cli: atSecond('client left'),
      go: atSecond('client left'),
    },
  },
  {
    when: 'the document is cut short, and its length agrees',
    shape: 'ecs',
    faults: ['malformed'],
    does: { ...never('200'), javascript: 'credentials 200 ×4: none, exit 1' },
  },
  {
    when: 'the document breaks off once',
    shape: 'ecs',
    faults: ['truncate,times=1'],
    does: atSecond('truncated'),
  },
  {
    when: 'the connection breaks once',
    shape: 'ecs',
    faults: ['reset,times=1'],
    does: {
      javascript: atSecond('reset'),
      cli: atSecond('reset'),
      go: 'credentials reset: none, exit 1',
    },
  },
  {
    when: 'the agent sends them elsewhere',
    shape: 'ecs',
    faults: ['redirect,path=/v2/*'],
    does: {
      ...never('302'),
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
    // The CLI says that they are still expired after a refresh; the others sign with them.
    when: 'the agent was left behind, and serves what has expired',
    shape: 'ecs',
    faults: ['expired'],
    does: {
      javascript: 'credentials 200: credentials',
      cli: 'credentials 200 ×2: none, exit 255',
      go: 'credentials 200: credentials',
    },
  },
  {
    when: 'CloudShell does not accept the token',
    shape: 'cloudshell',
    environment: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-another-shell' },
    does: { ...never('401'), go: 'credentials 401: none, exit 1' },
  },
  {
    when: 'the pod has no association',
    shape: 'eks',
    faults: ['no-role'],
    environment: withTokenInVariable,
    does: never('404'),
  },
];

describe.concurrent('of containers', () => {
  testFacts(facts);

  describeEachClient((client, obtain) => {
    test.skipIf(waitsForCi(client))("when the pod's token has expired", async ({ onTestFinished }) => {
      const clock = skippingClock();
      const options = { shapes: ['eks'], clock, authorizationLifetime: 600 } as const;
      const agent = await startSimulated(options, onTestFinished);
      clock.skip(601);
      const outcome = await obtain(withTokenInVariable(agent.environments.eks));
      expect(conversation(outcome, agent.exchanges)).toBe(never('400')[client]);
    });
  });

  describe(JAVASCRIPT, () => {
    test('hides that there is no association behind a try without the token', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['eks'], faults: ['no-role'] }, onTestFinished);
      const outcome = await obtainByJavaScript(agent.environments.eks);
      expect(conversation(outcome, agent.exchanges)).toBe(
        'credentials 404 ×4, credentials 400: none, exit 1',
      );
      const tokens = agent.exchanges.map(({ request }) => request.headers.authorization !== undefined);
      expect(tokens).toEqual([true, true, true, true, false]);
    });
  });
});
