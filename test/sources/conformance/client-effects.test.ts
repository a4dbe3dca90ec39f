import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { summarizeClients } from '../../../src/domain/conformance/client-summary.ts';
import { CONFORMANCE_SDKS, type Effect } from '../../../src/domain/conformance/clients.ts';
import { checkEndpoint, createJumpingClock } from '../../support/conformance/check-endpoint.ts';
import { plain, removeHeader, TTL_HEADER } from '../../support/conformance/defects/defect.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceEcs } from '../../support/conformance/reference-containers.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';

async function findAffected(
  shape: 'imds' | 'ecs',
  change: (handle: Handler) => Handler,
  { allowsV1 = false } = {},
): Promise<(effect: Effect) => string[]> {
  const clock = createJumpingClock();
  const ecs = createReferenceEcs({ clock });
  const handle = change(shape === 'ecs' ? ecs.handle : createReferenceImds({ clock, allowsV1 }));
  const { origin } = await startLoopbackServer(handle, { clock });
  const run = await checkEndpoint({ url: shape === 'ecs' ? `${origin}${ecs.path}` : origin, shape, clock });
  const summaries = summarizeClients(run);
  return (effect) =>
    summaries
      .filter(({ effects }) => effects.some((each) => each.effect === effect))
      .map(({ client }) => client);
}

const withoutTokens =
  (status: number) =>
  (handle: Handler): Handler =>
  (request) =>
    request.method === 'PUT' ? plain(status) : handle(request);

describe('without a token, an IMDS endpoint breaks', () => {
  test.each([503, 400])('every SDK if it does not allow IMDSv1 (status %i)', async (status) => {
    const affected = await findAffected('imds', withoutTokens(status));
    expect(affected('no-credentials')).toEqual(CONFORMANCE_SDKS);
  });

  test('only Rust if it allows IMDSv1', async () => {
    const affected = await findAffected('imds', withoutTokens(503), { allowsV1: true });
    expect(affected('no-credentials')).toEqual(['rust']);
    expect(affected('uses-imds-v1')).toContain('botocore');
  });
});

test.each([
  { allowsV1: false, failing: ['go', 'rust'], downgraded: [] },
  { allowsV1: true, failing: ['rust'], downgraded: ['go'] },
])(
  'without the TTL header, Go needs IMDSv1 (allowed: $allowsV1)',
  async ({ allowsV1, failing, downgraded }) => {
    const change =
      (handle: Handler): Handler =>
      async (request) => {
        const response = await handle(request);
        return request.method === 'PUT' && response !== null ? removeHeader(response, TTL_HEADER) : response;
      };
    const affected = await findAffected('imds', change, { allowsV1 });
    expect(affected('no-credentials')).toEqual(failing);
    expect(affected('uses-imds-v1')).toEqual(downgraded);
  },
);

describe('a container endpoint breaks', () => {
  test.each([
    {
      title: 'every SDK by a redirect',
      response: plain(302, '', { Location: '/' }),
      clients: CONFORMANCE_SDKS,
    },
    { title: 'C++ by more than 64 KiB', response: plain(200, 'x'.repeat(66_000)), clients: ['cpp'] },
    {
      title: 'Rust by a text that is not UTF-8',
      response: { ...plain(200), body: Buffer.from([0x7b, 0xff, 0x7d]) },
      clients: ['rust'],
    },
  ])('$title', async ({ response, clients }) => {
    const affected = await findAffected('ecs', () => () => response);
    expect(affected('no-credentials')).toEqual(clients);
  });

  test('Java 2 by responses after a second', async () => {
    let count = 0;
    const affected = await findAffected('ecs', (handle) => async (request) => {
      count += 1;
      // Between the limits of Java 2 (one second) and botocore (two seconds).
      if (count === 1) await systemClock.sleep(1400);
      return handle(request);
    });
    expect(affected('no-credentials')).toEqual(['java-2']);
    expect(affected('delays')).toEqual(['javascript']);
  });
});
