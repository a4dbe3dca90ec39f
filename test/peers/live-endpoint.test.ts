import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { LiveCredentials } from '../../src/server/live/live-document.ts';
import { startLiveEndpoint } from '../../src/server/live/live-endpoint.ts';
import { createSource } from '../../src/sources/open.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { LatestCredentials } from '../../src/watch/latest-credentials.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeEachClient, JAVASCRIPT } from '../support/peers/clients.ts';
import { handedOut } from '../support/peers/conversation.ts';
import { startJavaScript } from '../support/peers/javascript-sdk.ts';
import { skippingClock } from '../support/peers/skipping-clock.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { options } from '../support/sources/polling.ts';

const HOUR = 3600;

type Finished = (clean: () => Promise<void> | void) => void;

/** From an ECS agent that rotates, by our own looks at it, to an endpoint for one child. */
async function startChain(finished: Finished) {
  const clock = skippingClock();
  const agent = await startSimulated({ shapes: ['ecs'], clock }, finished);
  const store = SampleStore.open(join(temporaryFolder(finished), 'samples.db'));
  const source = createSource('container', options(agent.environments.ecs, { clock }));
  const context = { source, store, host: null, machine: 'here' };
  const latest = new LatestCredentials(context, { clock });
  const environment = await startLive(latest.getLatest, finished);
  finished(async () => {
    await latest.close();
    store.close();
  });
  return { clock, agent, environment, store };
}

async function startLive(supply: () => Promise<LiveCredentials | null>, finished: Finished) {
  const endpoint = await startLiveEndpoint({ getCredentials: supply });
  finished(endpoint.close);
  return endpoint.environment;
}

describe.concurrent('a client that is given nothing but the environment of our endpoint', () => {
  describeEachClient((_, obtain) => {
    test('has what the source had at each of its starts, over two rotations', async ({ onTestFinished }) => {
      const { clock, agent, environment, store } = await startChain(onTestFinished);
      const issued: (number | undefined)[] = [];
      for (let start = 0; start < 3; start++) {
        if (start > 0) clock.skip(HOUR);
        const outcome = await obtain(environment);
        issued.push(handedOut(outcome, agent.exchanges)?.handledRequest.credentials?.issuedAt);
      }
      expect(issued.map((at) => at! - issued[0]!)).toEqual([0, HOUR * 1000, 2 * HOUR * 1000]);
      // Each look is a sample of the agent, and three sets of credentials came by.
      expect(store.histories()[0]!.generations).toHaveLength(3);
    });

    test('tries again where there is nothing to hand out yet', async ({ onTestFinished }) => {
      let calls = 0;
      const supply = async () => (++calls > 2 ? CREDENTIALS : null);
      const { held } = await obtain(await startLive(supply, onTestFinished));
      expect(held?.accessKeyId).toBe(CREDENTIALS.accessKeyId);
      expect(held!.isWhole({ secretAccessKey: 'secret', sessionToken: 'token' })).toBe(true);
      expect(calls).toBe(3);
    });

    test('takes keys that have no token', async ({ onTestFinished }) => {
      const supply = async () => ({ ...CREDENTIALS, token: null });
      const { code, held } = await obtain(await startLive(supply, onTestFinished));
      expect([code, held?.accessKeyId]).toEqual([0, CREDENTIALS.accessKeyId]);
    });
  });

  describe(JAVASCRIPT, () => {
    test('refreshes in one process, over two rotations', async ({ onTestFinished }) => {
      const { clock, agent, environment } = await startChain(onTestFinished);
      const sdk = startJavaScript(environment, onTestFinished);
      let held = await sdk.ask();
      const first = handedOut({ held }, agent.exchanges)!.handledRequest.credentials!;
      expect(held!.expiration).toBe(first.expiration);
      for (let rotation = 1; rotation <= 2; rotation++) {
        // It asks again when five minutes are left.
        clock.skip((held!.expiration! - clock.now()) / 1000 - 240);
        const before = held!.accessKeyId;
        while (held?.accessKeyId === before) held = await sdk.ask(clock.skipped());
        const next = handedOut({ held }, agent.exchanges)!.handledRequest.credentials!;
        expect(next.issuedAt - first.issuedAt).toBe(rotation * 5 * HOUR * 1000);
        expect(held!.expiration).toBe(next.expiration);
      }
    });
  });
});

const CREDENTIALS: LiveCredentials = {
  accessKeyId: 'ASIACANARY0000000001',
  secretAccessKey: new Secret('secret'),
  token: new Secret('token'),
  expiration: Date.now() + HOUR * 1000,
  accountId: '111122223333',
};
