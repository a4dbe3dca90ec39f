import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { Prober } from '../../../src/sources/conformance/exchanges/prober.ts';
import { exchangeRaw } from '../../../src/sources/conformance/exchanges/raw-exchange.ts';
import { CHECK_LIMITS } from '../../../src/sources/conformance/limits.ts';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import { isDocument } from '../../support/conformance/defects/defect.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { collectGarbage } from '../../support/garbage-collection.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const delay =
  (handle: Handler, milliseconds: number): Handler =>
  async (request) => {
    await systemClock.sleep(milliseconds);
    return handle(request);
  };

describe('the time limit', () => {
  test('the time limit of a run ends the checks, also after a garbage collection', async () => {
    const handle = delay(createReferenceImds({ clock: systemClock }), 50);
    const { origin } = await startLoopbackServer((request) => {
      collectGarbage();
      return handle(request);
    });
    const limits = { ...CHECK_LIMITS, pollMs: 600 };
    const run = await checkEndpoint({ url: origin, shape: 'imds', limits });
    expect(listChecks(run)).toEqual([]);
    expect(run.results).toContainEqual(
      expect.objectContaining({ outcome: 'unknown', reason: { code: 'TIME_LIMIT' } }),
    );
  });

  ciTest(
    'the time limit of a request ends a raw request, also after a garbage collection',
    {
      timeout: 10_000,
    },
    async () => {
      const endpoint = await startEndpoint({ 'GET /': [{}, 'silence'] });
      const prober = new Prober({
        url: new URL(endpoint.url),
        clock: systemClock,
        signal: new AbortController().signal,
        limits: { ...CHECK_LIMITS, requestMs: 300 },
      });
      await prober.send({ method: 'GET', path: '/' });
      const sent = prober.send({ method: 'GET', path: '/' }, exchangeRaw);
      await systemClock.sleep(100);
      collectGarbage();
      expect(await sent).toMatchObject({ failure: { reason: 'timeout' } });
    },
  );

  test('the time limit of a run does not hide that every response is slow', { timeout: 20_000 }, async () => {
    const handle = delay(createReferenceImds({ clock: systemClock }), 1200);
    const { origin } = await startLoopbackServer(handle);
    const run = await checkEndpoint({
      url: origin,
      shape: 'imds',
      limits: { ...CHECK_LIMITS, pollMs: 5000 },
    });
    expect(listChecks(run)).toEqual(['response-time']);
  });
});

describe('an endpoint that throttles twenty requests at the same time', () => {
  test.each(sampleCases([429, 503], 2))(
    'an endpoint that throttles concurrent requests with %i is not judged by them',
    async (status) => {
      const clock = createJumpingClock();
      const handle = createReferenceImds({ clock });
      let reads = 0;
      const throttle: Handler = (request) => {
        if (isDocument(request.path)) reads += 1;
        // Earlier checks read the credentials only a few times.
        return reads > 12 ? { status, headers: {}, body: '' } : handle(request);
      };
      const { origin } = await startLoopbackServer(throttle, { clock });
      const run = await checkEndpoint({ url: origin, shape: 'imds', clock });
      expect(listChecks(run)).toEqual([]);
      expect(listChecks(run, 'unknown')).toEqual(['response-time']);
      expect(judgeConformance(run, false)).toBe('unknown');
    },
  );
});
