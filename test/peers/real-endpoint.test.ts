import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { RealCredentials } from '../../src/server/real-credentials/real-document.ts';
import { startRealEndpoint } from '../../src/server/real-credentials/real-endpoint.ts';
import { createLocalSource } from '../../src/sources/open.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { CredentialRefresher } from '../../src/watch/refresh/credential-refresher.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeEachClient, JAVASCRIPT, runsOnlyInCi } from '../support/peers/clients.ts';
import { getServedCredentials } from '../support/peers/conversation.ts';
import { startJavaScript } from '../support/peers/javascript-sdk.ts';
import { createSkippingClock } from '../support/peers/skipping-clock.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { options } from '../support/sources/polling.ts';

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
  const getCredentials = async () => {
    await refresher.noteRequest();
    const poll = refresher.getCurrent();
    return poll && { ...poll.secrets, expiration: poll.credentials.expiration, accountId: null };
  };
  const environment = await startReal(getCredentials, onFinished);
  onFinished(async () => {
    await refresher.close();
    store.close();
  });
  return { clock, agent, environment, store };
}

async function startReal(getCredentials: () => Promise<RealCredentials | null>, onFinished: OnFinished) {
  const endpoint = await startRealEndpoint({ getCredentials, onError: () => {} });
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

    test('a client with only the environment of our endpoint retries if there are no credentials yet', async ({
      onTestFinished,
    }) => {
      let calls = 0;
      const getCredentials = async () => (++calls > 2 ? CREDENTIALS : null);
      const { held } = await obtain(await startReal(getCredentials, onTestFinished));
      expect(held?.accessKeyId).toBe(CREDENTIALS.accessKeyId.reveal());
      expect(held?.matches({ secretAccessKey: 'secret', sessionToken: 'token' })).toBe(true);
      expect(calls).toBe(3);
    });

    testMore(
      'a client with only the environment of our endpoint accepts keys without a session token',
      async ({ onTestFinished }) => {
        const getCredentials = async () => ({ ...CREDENTIALS, token: null });
        const { code, held } = await obtain(await startReal(getCredentials, onTestFinished));
        expect([code, held?.accessKeyId]).toEqual([0, CREDENTIALS.accessKeyId.reveal()]);
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

const CREDENTIALS: RealCredentials = {
  accessKeyId: new Secret('ASIACANARY0000000001'),
  secretAccessKey: new Secret('secret'),
  token: new Secret('token'),
  expiration: Date.now() + HOUR * 1000,
  accountId: '111122223333',
};
