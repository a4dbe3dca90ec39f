import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SHAPES } from '../../src/server/endpoint-request.ts';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import { CLI, describeEachClient, GO, JAVASCRIPT, runsOnlyInCi } from '../support/peers/clients.ts';
import { findServedExchange, getServedCredentials } from '../support/peers/conversation.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { startJavaScript } from '../support/peers/javascript-sdk.ts';
import { startObjectStore } from '../support/peers/object-store.ts';
import { listByRclone, RCLONE } from '../support/peers/rclone.ts';
import type { SdkCredentials } from '../support/peers/sdk-process.ts';
import { createSkippingClock } from '../support/peers/skipping-clock.ts';
import { revealCredentials } from '../support/server/revealed-credentials.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const HOUR = 3600;

describe.concurrent('new credentials after a rotation are used', () => {
  describeEachClient((client, obtain) => {
    const testEach = test.skipIf(runsOnlyInCi(client)).for(['imds', 'ecs'] as const);
    testEach(
      'new credentials after a rotation are used by a client that starts again, %s',
      async (shape, context) => {
        const clock = createSkippingClock();
        const endpoint = await startSimulated({ shapes: [shape], clock }, context.onTestFinished);
        const before = await obtain(endpoint.environments[shape]);
        clock.skip(HOUR);
        const after = await obtain(endpoint.environments[shape]);
        const issued = [before, after].map(
          (outcome) => findServedExchange(outcome, endpoint.exchanges)?.handled.credentials?.issuedAt,
        );
        expect(issued[1]! - issued[0]!).toBe(HOUR * 1000);
      },
    );
  });

  describe(JAVASCRIPT, () => {
    test.for(sampleCases(SHAPES, 4))(
      'new credentials after a rotation are used by a running process when five minutes are left, %s',
      async (shape, { onTestFinished }) => {
        const clock = createSkippingClock();
        const options = { shapes: [shape], clock, authorizationLifetime: 24 * HOUR };
        const endpoint = await startSimulated(options, onTestFinished);
        const sdk = startJavaScript(endpoint.environments[shape], onTestFinished);
        const first = await sdk.getCredentials();
        expect(findServedExchange({ held: first }, endpoint.exchanges)).toBeDefined();
        clock.skip(5 * HOUR);
        expect((await sdk.getCredentials(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
        expect(endpoint.exchanges.filter(({ handled }) => handled.credentials !== null)).toHaveLength(1);
        clock.skip(56 * 60);
        // The SDK returns the old credentials once more and fetches new ones in the background.
        expect((await sdk.getCredentials(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
        const second = await waitForChange(first, () => sdk.getCredentials(clock.skipped()));
        const issued = getServedCredentials({ held: second }, endpoint.exchanges);
        expect(issued.expiration).toBe((first?.expiration ?? 0) + 5 * HOUR * 1000);
      },
    );

    test('new credentials after a rotation are used by a running process that reads the token file of the pod again', async ({
      onTestFinished,
    }) => {
      const clock = createSkippingClock();
      const options = { shapes: ['eks'], clock, authorizationLifetime: HOUR } as const;
      const agent = await startSimulated(options, onTestFinished);
      const environment = agent.environments.eks;
      const sdk = startJavaScript(environment, onTestFinished);
      const first = await sdk.getCredentials();
      clock.skip(6 * HOUR - 60);
      const token = agent.simulation.serviceAccountTokens.issue(HOUR, clock.now());
      writeFileSync(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!, token);
      const second = await waitForChange(first, () => sdk.getCredentials(clock.skipped()));
      expect(findServedExchange({ held: second }, agent.exchanges)).toBeDefined();
      expect(agent.exchanges.map(({ status }) => status)).toEqual([200, 200]);
    });
  });

  describeClient(GO, RCLONE, () => {
    ciTest.for(sampleCases(['imds', 'ecs', 'cloudshell'] as const, 3))(
      'new credentials after a rotation are used by a running process between two pages of a listing, %s',
      async (shape, { onTestFinished }) => {
        const clock = createSkippingClock();
        // The SDK refreshes credentials five minutes before they expire, so these are always refreshed.
        const rotationTiming = { lifetime: 240, rotateEvery: 60, jitter: 0 };
        const endpoint = await startSimulated({ shapes: [shape], clock, rotationTiming }, onTestFinished);
        let pages = 0;
        const store = await startObjectStore({
          hasMorePages: () => {
            clock.skip(60);
            pages++;
            return pages < 3;
          },
        });
        onTestFinished(store.close);
        const { code } = await listByRclone(store, 'bucket', endpoint.environments[shape]);
        expect(code).toBe(0);
        const issued = endpoint.exchanges.flatMap(({ handled: { credentials } }) =>
          credentials === null ? [] : [revealCredentials(credentials)],
        );
        expect(new Set(issued.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
        expect(store.signatures).toHaveLength(3);
        store.signatures.forEach((signature, page) => {
          expect(signature.accessKeyId).toBe(issued[page]!.accessKeyId);
          expect(signature.sessionToken === issued[page]!.sessionToken).toBe(true);
          expect(signature.isSignedBy(issued[page]!.secretAccessKey)).toBe(true);
        });
      },
    );
  });
});

describe.concurrent('the expiration that a client reports', () => {
  describe(JAVASCRIPT, () => {
    ciTest(
      'the expiration that a client reports is extended for expired credentials of IMDS, and the SDK also reports the real one',
      async ({ onTestFinished }) => {
        const imds = await startSimulated({ faults: ['expired'] }, onTestFinished);
        const sdk = startJavaScript(imds.environments.imds, onTestFinished);
        const held = await sdk.getCredentials();
        const issued = getServedCredentials({ held }, imds.exchanges);
        expect(issued.expiration).toBeLessThan(Date.now());
        expect(held).toMatchObject({ originalExpiration: issued.expiration });
        expect(held?.expiration).toBeGreaterThan(Date.now());
        expect(sdk.getStderr()).toContain('Attempting credential expiration extension');
      },
    );

    ciTest(
      'the expiration that a client reports is the real one for credentials of IMDS with ten minutes left',
      async ({ onTestFinished }) => {
        const rotationTiming = { lifetime: 600, rotateEvery: 300, jitter: 0 };
        const imds = await startSimulated({ rotationTiming }, onTestFinished);
        const held = await startJavaScript(imds.environments.imds, onTestFinished).getCredentials();
        const issued = getServedCredentials({ held }, imds.exchanges);
        expect(held).toMatchObject({ expiration: issued.expiration, originalExpiration: null });
      },
    );

    ciTest(
      'the expiration that a client reports is the real one for expired credentials of a container',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['ecs'], faults: ['expired'] }, onTestFinished);
        const held = await startJavaScript(agent.environments.ecs, onTestFinished).getCredentials();
        const issued = getServedCredentials({ held }, agent.exchanges);
        expect(issued.expiration).toBeLessThan(Date.now());
        expect(held).toMatchObject({ expiration: issued.expiration, originalExpiration: null });
      },
    );

    // Each refresh creates a new provider, which has no earlier credentials to return.
    ciTest(
      'a client stops using credentials at the expiration that it reports, even while IMDS fails',
      async ({ onTestFinished }) => {
        const clock = createSkippingClock();
        const imds = await startSimulated({ clock, faults: ['503,from=1h,until=7h'] }, onTestFinished);
        const sdk = startJavaScript(imds.environments.imds, onTestFinished);
        const first = await sdk.getCredentials();
        clock.skip(6 * HOUR - 60);
        expect((await sdk.getCredentials(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
        clock.skip(120);
        expect(await sdk.getCredentials(clock.skipped())).toBeNull();
        clock.skip(HOUR);
        expect(
          findServedExchange({ held: await sdk.getCredentials(clock.skipped()) }, imds.exchanges),
        ).toBeDefined();
      },
    );
  });

  describeClient(CLI, AWS_CLI, () => {
    const testMore = test.skipIf(runsOnlyInCi('cli'));

    testMore(
      'the expiration that a client reports is later than the real one for expired credentials of IMDS',
      async ({ onTestFinished }) => {
        const imds = await startSimulated({ faults: ['expired'] }, onTestFinished);
        const { held, stderr } = await obtainByAwsCli(imds.environments.imds);
        expect(getServedCredentials({ held }, imds.exchanges).expiration).toBeLessThan(Date.now());
        expect(held?.expiration).toBeGreaterThan(Date.now());
        expect(stderr).toBe('');
      },
    );

    testMore(
      'the expiration that a client reports is later than the real one for credentials with ten minutes left',
      async ({ onTestFinished }) => {
        const rotationTiming = { lifetime: 600, rotateEvery: 300, jitter: 0 };
        const imds = await startSimulated({ rotationTiming }, onTestFinished);
        const { held } = await obtainByAwsCli(imds.environments.imds);
        const issued = getServedCredentials({ held }, imds.exchanges);
        // botocore adds 15 minutes and a random 2 to 10 minutes to the current time.
        expect(held?.expiration).toBeGreaterThan(issued.expiration + 6 * 60 * 1000);
      },
    );

    testMore(
      'the expiration that a client reports is checked, so expired credentials of a container are rejected',
      async ({ onTestFinished }) => {
        const agent = await startSimulated({ shapes: ['ecs'], faults: ['expired'] }, onTestFinished);
        expect(await obtainByAwsCli(agent.environments.ecs)).toMatchObject({
          code: 255,
          held: null,
          stderr: expect.stringContaining('the refreshed credentials are still expired'),
        });
      },
    );
  });
});

describe.concurrent('a rejected IMDSv2 token', () => {
  ciTest(
    `a rejected IMDSv2 token makes ${JAVASCRIPT} fail once and then request another token`,
    async ({ onTestFinished }) => {
      const faults = ['401,path=*/security-credentials/,times=1'];
      const imds = await startSimulated({ imds: 'v2', faults }, onTestFinished);
      const sdk = startJavaScript(imds.environments.imds, onTestFinished);
      expect(await sdk.getCredentials()).toBeNull();
      expect(findServedExchange({ held: await sdk.getCredentials() }, imds.exchanges)).toBeDefined();
      expect(imds.exchanges.filter(({ handled }) => handled.kind === 'token')).toHaveLength(2);
    },
  );
});

/** Gets credentials until they change. The SDK fetches them in the background. */
async function waitForChange(
  first: SdkCredentials | null,
  getCredentials: () => Promise<SdkCredentials | null>,
): Promise<SdkCredentials | null> {
  for (;;) {
    const held = await getCredentials();
    if (held?.accessKeyId !== first?.accessKeyId) return held;
  }
}
