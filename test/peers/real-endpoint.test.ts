import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRefreshedRole } from '../../src/cli/serving/refreshed-role.ts';
import { systemClock } from '../../src/clock.ts';
import { startChildEndpoint } from '../../src/server/serving/child-endpoint.ts';
import type { ServedRole } from '../../src/server/serving/served-role.ts';
import { createLocalSource } from '../../src/sources/open.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { CredentialRefresher } from '../../src/watch/refresh/credential-refresher.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeEachClient, JAVASCRIPT, runsOnlyInCi } from '../support/peers/clients.ts';
import { getServedCredentials } from '../support/peers/conversation.ts';
import { startJavaScript } from '../support/peers/javascript-sdk.ts';
import { createSkippingClock } from '../support/peers/skipping-clock.ts';
import { revealCredentials } from '../support/server/revealed-credentials.ts';
import { createRole, createServed } from '../support/server/served-endpoint.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { options } from '../support/sources/polling.ts';
import { ciTest } from '../support/thorough.ts';

const HOUR = 3600;

type OnFinished = (clean: () => Promise<void> | void) => void;

/** Starts an ECS agent that rotates, a poller, and an endpoint for one client with the polled credentials. */
async function startRelay(onFinished: OnFinished) {
  const clock = createSkippingClock();
  const agent = await startSimulated({ shapes: ['ecs'], clock }, onFinished);
  const store = SampleStore.open(join(temporaryFolder(onFinished), 'samples.db'));
  const source = createLocalSource('container', options(agent.environments.ecs, { clock }));
  const context = { source, store, host: null, machine: 'here' };
  const refresher = new CredentialRefresher(context, { clock, random: () => 0.5, idle: false });
  await refresher.start();
  const names = { name: 'relay', roleName: 'relay', roleArn: null };
  const environment = await startChild(createRefreshedRole(refresher, clock, names), onFinished, clock);
  onFinished(async () => {
    await refresher.close();
    store.close();
  });
  return { clock, agent, environment, store };
}

async function startChild(role: ServedRole, onFinished: OnFinished, clock = systemClock) {
  const endpoint = await startChildEndpoint({ role, clock, onError: () => {} });
  onFinished(endpoint.close);
  return endpoint.environment;
}

describe.concurrent('a client with only the environment of our endpoint', () => {
  describeEachClient((client, obtain) => {
    const testMore = test.skipIf(runsOnlyInCi(client));

    testMore(
      'a client with only the environment of our endpoint gets the current credentials of the source at each start, across two rotations',
      async ({ onTestFinished }) => {
        const { clock, agent, environment, store } = await startRelay(onTestFinished);
        const issued: number[] = [];
        for (let start = 0; start < 3; start++) {
          // Longer than the lifetime, so that the refresh is due at the first request.
          if (start > 0) clock.skip(6 * HOUR);
          const outcome = await obtain(environment);
          issued.push(getServedCredentials(outcome, agent.exchanges).issuedAt);
        }
        expect(issued.map((at) => at - (issued[0] ?? 0))).toEqual([0, 6 * HOUR * 1000, 12 * HOUR * 1000]);
        expect(store.histories()[0]!.generations).toHaveLength(3);
      },
    );

    ciTest(
      'a client with only the environment of our endpoint retries if there are no credentials yet',
      async ({ onTestFinished }) => {
        let calls = 0;
        const role = createRole('loader', { getCredentials: () => (calls > 1 ? served : null) });
        role.noteRequest = () => {
          calls += 1;
          return null;
        };
        const served = createServed();
        // The first two requests find no credentials.
        const { held } = await obtain(await startChild(role, onTestFinished));
        const { accessKeyId, ...secrets } = revealCredentials(served);
        expect(held?.accessKeyId).toBe(accessKeyId);
        expect(held?.matches(secrets)).toBe(true);
        expect(calls).toBe(3);
      },
    );
  });

  describe(JAVASCRIPT, () => {
    test('a client with only the environment of our endpoint refreshes in one process across two rotations', async ({
      onTestFinished,
    }) => {
      const { clock, agent, environment } = await startRelay(onTestFinished);
      const sdk = startJavaScript(environment, onTestFinished);
      let held = await sdk.getCredentials();
      const first = getServedCredentials({ held }, agent.exchanges);
      let { expiration } = first;
      expect(held?.expiration).toBe(first.expiration);
      for (let rotation = 1; rotation <= 2; rotation++) {
        // The SDK refreshes when five minutes are left.
        clock.skip((expiration - clock.now()) / 1000 - 240);
        const before = held?.accessKeyId;
        while (held?.accessKeyId === before) held = await sdk.getCredentials(clock.skipped());
        const next = getServedCredentials({ held }, agent.exchanges);
        expect(next.issuedAt - first.issuedAt).toBe(rotation * 5 * HOUR * 1000);
        expect(held?.expiration).toBe(next.expiration);
        expiration = next.expiration;
      }
    });
  });
});
