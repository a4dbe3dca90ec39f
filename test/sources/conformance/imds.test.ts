import { describe, expect, test } from 'vitest';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import { IMDS_DEFECTS } from '../../support/conformance/defects/imds-defects.ts';
import { KNOWN_DEFECTS } from '../../support/conformance/defects/known-servers.ts';
import { startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceEcs } from '../../support/conformance/reference-containers.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { sampleCases } from '../../support/thorough.ts';

describe('an IMDS endpoint without defects conforms', () => {
  test.each(
    sampleCases(
      [
        { title: 'with a role', options: {} },
        { title: 'without a role', options: { role: null } },
        { title: 'with IMDSv1', options: { allowsV1: true } },
      ],
      3,
    ),
  )('a reference endpoint $title conforms', async ({ options }) => {
    const clock = createJumpingClock();
    const { origin, requests } = await startLoopbackServer(createReferenceImds({ clock, ...options }), {
      clock,
    });
    const run = await checkEndpoint({ url: origin, shape: 'imds', clock });
    expect(listChecks(run)).toEqual([]);
    expect(listChecks(run, 'unknown')).toEqual([]);
    expect(requests.length).toBeLessThanOrEqual(60);
  });
});

describe('each defect of an IMDS endpoint is named by its checks', () => {
  test.each(sampleCases(IMDS_DEFECTS, 20))(
    'conform names the defect of IMDS: $name',
    async ({ checks, apply }) => {
      const clock = createJumpingClock();
      const handle = apply(createReferenceImds({ clock }), { clock, crash: () => {} });
      const { origin } = await startLoopbackServer(handle, { clock });
      const run = await checkEndpoint({ url: origin, shape: 'imds', clock });
      expect(listChecks(run)).toEqual([...checks].sort());
    },
  );
});

describe('each defect of a published server is named by its checks', () => {
  test.each(sampleCases(KNOWN_DEFECTS, 12))(
    'conform names the defect of $server: $name',
    async ({ shape, checks, apply }) => {
      const clock = createJumpingClock();
      const ecs = createReferenceEcs({ clock });
      let crash = () => {};
      const handle = apply(shape === 'ecs' ? ecs.handle : createReferenceImds({ clock }), {
        clock,
        crash: () => crash(),
      });
      const { origin, stop } = await startLoopbackServer(handle, { clock });
      crash = stop;
      const url = shape === 'ecs' ? `${origin}${ecs.path}` : origin;
      const run = await checkEndpoint({ url, shape, clock });
      expect(listChecks(run)).toEqual([...checks].sort());
    },
  );
});
