import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { CHECK_LIMITS } from '../../../src/sources/conformance/limits.ts';
import { Prober } from '../../../src/sources/conformance/prober.ts';
import { exchangeRaw } from '../../../src/sources/conformance/raw-exchange.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { collectGarbage } from '../../support/garbage-collection.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const delay =
  (handle: Handler, milliseconds: number): Handler =>
  async (request) => {
    await systemClock.sleep(milliseconds);
    return handle(request);
  };

describe('the time limit', () => {
  test('ends the checks, also after a garbage collection', async () => {
    const handle = delay(createReferenceImds({ clock: systemClock }), 50);
    const { origin } = await startLoopbackServer((request) => {
      collectGarbage();
      return handle(request);
    });
    const limits = { ...CHECK_LIMITS, pollMs: 600 };
    const run = await checkEndpoint({ url: origin, shape: 'imds', limits });
    expect(run.durationMs).toBeLessThan(1500);
    expect(listChecks(run)).toEqual([]);
    expect(run.results).toContainEqual(
      expect.objectContaining({ outcome: 'unknown', reason: { code: 'TIME_LIMIT' } }),
    );
  });

  test('of one request ends a raw request, also after a garbage collection', { timeout: 4000 }, async () => {
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
  });
});
