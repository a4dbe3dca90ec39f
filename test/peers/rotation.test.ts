import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SHAPES } from '../../src/server/endpoint-request.ts';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import { CLI, describeEachClient, GO, JAVASCRIPT, waitsForCi } from '../support/peers/clients.ts';
import { handedOut } from '../support/peers/conversation.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { type HeldByJavaScript, startJavaScript } from '../support/peers/javascript-sdk.ts';
import { startObjectStore } from '../support/peers/object-store.ts';
import { listByRclone, RCLONE } from '../support/peers/rclone.ts';
import { skippingClock } from '../support/peers/skipping-clock.ts';
import { startSimulated } from '../support/server/simulated-endpoint.ts';

const HOUR = 3600;

describe.concurrent('a rotation is seen', () => {
  describeEachClient((client, obtain) => {
    const testEach = test.skipIf(waitsForCi(client)).for(['imds', 'ecs'] as const);
    testEach('by a client that is started again, %s', async (shape, context) => {
      const clock = skippingClock();
      const endpoint = await startSimulated({ shapes: [shape], clock }, context.onTestFinished);
      const before = await obtain(endpoint.environments[shape]);
      clock.skip(HOUR);
      const after = await obtain(endpoint.environments[shape]);
      const issued = [before, after].map(
        (outcome) => handedOut(outcome, endpoint.exchanges)?.handledRequest.credentials?.issuedAt,
      );
      expect(issued[1]! - issued[0]!).toBe(HOUR * 1000);
    });
  });

  describe(JAVASCRIPT, () => {
    test.for(SHAPES)('by one process, once five minutes are left, %s', async (shape, { onTestFinished }) => {
      const clock = skippingClock();
      const options = { shapes: [shape], clock, authorizationLifetime: 24 * HOUR };
      const endpoint = await startSimulated(options, onTestFinished);
      const sdk = startJavaScript(endpoint.environments[shape], onTestFinished);
      const first = await sdk.ask();
      expect(handedOut({ held: first }, endpoint.exchanges)).toBeDefined();
      clock.skip(5 * HOUR);
      expect((await sdk.ask(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
      expect(
        endpoint.exchanges.filter(({ handledRequest }) => handledRequest.credentials !== null),
      ).toHaveLength(1);
      clock.skip(56 * 60);
      // Given once more, while the new ones are fetched behind its back.
      expect((await sdk.ask(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
      const second = await nextOf(first, () => sdk.ask(clock.skipped()));
      const issued = handedOut({ held: second }, endpoint.exchanges)?.handledRequest.credentials;
      expect(issued!.expiration - first!.expiration!).toBe(5 * HOUR * 1000);
    });

    test("with the pod's token read anew from its file", async ({ onTestFinished }) => {
      const clock = skippingClock();
      const options = { shapes: ['eks'], clock, authorizationLifetime: HOUR } as const;
      const agent = await startSimulated(options, onTestFinished);
      const environment = agent.environments.eks;
      const sdk = startJavaScript(environment, onTestFinished);
      const first = await sdk.ask();
      clock.skip(6 * HOUR - 60);
      const token = agent.simulation.serviceAccountTokens.issue(HOUR, clock.now());
      writeFileSync(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!, token);
      const second = await nextOf(first, () => sdk.ask(clock.skipped()));
      expect(handedOut({ held: second }, agent.exchanges)).toBeDefined();
      expect(agent.exchanges.map(({ status }) => status)).toEqual([200, 200]);
    });
  });

  describeClient(GO, RCLONE, () => {
    test.for(['imds', 'ecs', 'cloudshell'] as const)(
      'by one process between two pages of a listing, %s',
      async (shape, { onTestFinished }) => {
        const clock = skippingClock();
        // Always within the five minutes before expiry in which the SDK looks for new ones.
        const pace = { lifetime: 240, rotateEvery: 60, jitter: 0 };
        const endpoint = await startSimulated(
          { shapes: [shape], clock, rotationTiming: pace },
          onTestFinished,
        );
        let pages = 0;
        const store = await startObjectStore(() => {
          clock.skip(60);
          pages++;
          return pages < 3;
        });
        onTestFinished(store.close);
        const { code } = await listByRclone(store, 'bucket', endpoint.environments[shape]);
        expect(code).toBe(0);
        const issued = endpoint.exchanges.flatMap(({ handledRequest: { credentials } }) => credentials ?? []);
        expect(new Set(issued.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
        expect(store.signatures).toHaveLength(3);
        store.signatures.forEach((signature, page) => {
          expect(signature.accessKeyId).toBe(issued[page]!.accessKeyId);
          expect(signature.sessionToken === issued[page]!.sessionToken).toBe(true);
          expect(signature.isBy(issued[page]!.secretAccessKey)).toBe(true);
        });
      },
    );
  });
});

describe.concurrent('the expiration', () => {
  describe(JAVASCRIPT, () => {
    test('of expired credentials of IMDS is put off, and the true one kept beside it', async ({
      onTestFinished,
    }) => {
      const imds = await startSimulated({ faults: ['expired'] }, onTestFinished);
      const sdk = startJavaScript(imds.environments.imds, onTestFinished);
      const held = await sdk.ask();
      const issued = handedOut({ held }, imds.exchanges)!.handledRequest.credentials!;
      expect(issued.expiration).toBeLessThan(Date.now());
      expect(held).toMatchObject({ originalExpiration: issued.expiration });
      expect(held!.expiration).toBeGreaterThan(Date.now());
      expect(sdk.said()).toContain('Attempting credential expiration extension');
    });

    test('of credentials with ten minutes left is told as it is', async ({ onTestFinished }) => {
      const pace = { lifetime: 600, rotateEvery: 300, jitter: 0 };
      const imds = await startSimulated({ rotationTiming: pace }, onTestFinished);
      const held = await startJavaScript(imds.environments.imds, onTestFinished).ask();
      const issued = handedOut({ held }, imds.exchanges)!.handledRequest.credentials!;
      expect(held).toMatchObject({ expiration: issued.expiration, originalExpiration: null });
    });

    test('of expired credentials of a container is told as it is', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['ecs'], faults: ['expired'] }, onTestFinished);
      const held = await startJavaScript(agent.environments.ecs, onTestFinished).ask();
      const issued = handedOut({ held }, agent.exchanges)!.handledRequest.credentials!;
      expect(issued.expiration).toBeLessThan(Date.now());
      expect(held).toMatchObject({ expiration: issued.expiration, originalExpiration: null });
    });

    // Each refresh of the default chain makes a provider anew, which remembers nothing that it could give once more.
    test('ends what it has when IMDS has failed since, and comes back with it', async ({
      onTestFinished,
    }) => {
      const clock = skippingClock();
      const imds = await startSimulated({ clock, faults: ['503,from=1h,until=7h'] }, onTestFinished);
      const sdk = startJavaScript(imds.environments.imds, onTestFinished);
      const first = await sdk.ask();
      clock.skip(6 * HOUR - 60);
      expect((await sdk.ask(clock.skipped()))?.accessKeyId).toBe(first?.accessKeyId);
      clock.skip(120);
      expect(await sdk.ask(clock.skipped())).toBeNull();
      clock.skip(HOUR);
      expect(handedOut({ held: await sdk.ask(clock.skipped()) }, imds.exchanges)).toBeDefined();
    });
  });

  describeClient(CLI, AWS_CLI, () => {
    const testMore = test.skipIf(waitsForCi('cli'));

    testMore('of expired credentials of IMDS is put off', async ({ onTestFinished }) => {
      const imds = await startSimulated({ faults: ['expired'] }, onTestFinished);
      const { held, said } = await obtainByAwsCli(imds.environments.imds);
      expect(handedOut({ held }, imds.exchanges)!.handledRequest.credentials!.expiration).toBeLessThan(
        Date.now(),
      );
      expect(held!.expiration).toBeGreaterThan(Date.now());
      expect(said).toBe('');
    });

    testMore('of credentials with ten minutes left is put off, too', async ({ onTestFinished }) => {
      const pace = { lifetime: 600, rotateEvery: 300, jitter: 0 };
      const imds = await startSimulated({ rotationTiming: pace }, onTestFinished);
      const { held } = await obtainByAwsCli(imds.environments.imds);
      const issued = handedOut({ held }, imds.exchanges)!.handledRequest.credentials!;
      // By its own count: now, and 15 minutes with 2 to 10 on top.
      expect(held!.expiration! - issued.expiration).toBeGreaterThan(6 * 60 * 1000);
    });

    testMore('of expired credentials of a container is reason to refuse them', async ({ onTestFinished }) => {
      const agent = await startSimulated({ shapes: ['ecs'], faults: ['expired'] }, onTestFinished);
      expect(await obtainByAwsCli(agent.environments.ecs)).toMatchObject({
        code: 255,
        held: null,
        said: expect.stringContaining('the refreshed credentials are still expired'),
      });
    });
  });
});

describe.concurrent('a token that is refused', () => {
  test(`costs ${JAVASCRIPT} one failure, and the next look begins with another`, async ({
    onTestFinished,
  }) => {
    const faults = ['401,path=*/security-credentials/,times=1'];
    const imds = await startSimulated({ imds: 'v2', faults }, onTestFinished);
    const sdk = startJavaScript(imds.environments.imds, onTestFinished);
    expect(await sdk.ask()).toBeNull();
    expect(handedOut({ held: await sdk.ask() }, imds.exchanges)).toBeDefined();
    expect(imds.exchanges.filter(({ handledRequest }) => handledRequest.kind === 'token')).toHaveLength(2);
  });
});

/** Asks until something else is given, which a background fetch decides. */
async function nextOf(
  first: HeldByJavaScript | null,
  ask: () => Promise<HeldByJavaScript | null>,
): Promise<HeldByJavaScript | null> {
  for (;;) {
    const held = await ask();
    if (held?.accessKeyId !== first?.accessKeyId) return held;
  }
}
