import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { CheckId } from '../../../src/domain/conformance/check-list.ts';
import type { ConformanceRun } from '../../../src/domain/conformance/check-result.ts';
import { findTimeoutEffects } from '../../../src/domain/conformance/client-timeouts.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { CHECK_LIMITS } from '../../../src/sources/conformance/limits.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceEcs } from '../../support/conformance/reference-containers.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { ciTest } from '../../support/thorough.ts';

describe('the SDKs that give up', () => {
  test.each([
    ['imds', 450, []],
    ['imds', 700, [['no-credentials', 'go']]],
    ['imds', 1100, [['no-credentials', 'botocore java-2 ruby javascript go cpp rust']]],
    ['container', 900, []],
    [
      'container',
      1400,
      [
        ['no-credentials', 'java-2'],
        ['delays', 'javascript'],
      ],
    ],
    [
      'container',
      2100,
      [
        ['no-credentials', 'botocore java-2'],
        ['delays', 'javascript'],
      ],
    ],
  ] as const)('of an endpoint of %s after %i ms', (kind, milliseconds, expected) => {
    const effects = findTimeoutEffects(milliseconds, kind).map(({ effect, clients }) => [
      effect,
      clients === 'all' ? clients : clients.join(' '),
    ]);
    expect(effects).toEqual(expected);
  });
});

/** Responds to requests one after the other. */
function serialize(handle: Handler, milliseconds: number): Handler {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const response = last.then(() => systemClock.sleep(milliseconds)).then(() => handle(request));
    last = response;
    return response;
  };
}

const listEffects = ({ results }: ConformanceRun, id: CheckId) =>
  results.flatMap((result) =>
    result.id === id && result.outcome === 'failed' ? result.failures.flatMap(({ effects }) => effects) : [],
  );

describe('a server that responds to one request after the other', () => {
  // A busy machine can delay the responses beyond the next limit.
  test('gets a warning, because clients can time out under load', { timeout: 15_000, retry: 2 }, async () => {
    const { handle, path } = createReferenceEcs({ clock: systemClock });
    // The last of twenty responses takes 1.4 s, between the limits of Java 2 (1 s) and botocore (2 s).
    const { origin } = await startLoopbackServer(serialize(handle, 70));
    const run = await checkEndpoint({ url: `${origin}${path}`, shape: 'ecs' });
    expect(listChecks(run)).toEqual(['response-time-under-load']);
    expect(listEffects(run, 'response-time-under-load')).toEqual([
      { effect: 'times-out-under-load', clients: ['java-2'] },
      { effect: 'delays', clients: ['javascript'] },
    ]);
    expect(judgeConformance(run, false)).toBe('conforms');
  });

  ciTest('and too late for most of them gets no error either', { timeout: 15_000, retry: 2 }, async () => {
    const handle = serialize(createReferenceImds({ clock: systemClock }), 60);
    const { origin } = await startLoopbackServer(handle);
    const limits = { ...CHECK_LIMITS, requestMs: 700 };
    const run = await checkEndpoint({ url: origin, shape: 'imds', limits });
    expect(listChecks(run)).toEqual(['response-time-under-load']);
    expect(listEffects(run, 'response-time-under-load')).toEqual([
      { effect: 'times-out-under-load', clients: ['go'] },
    ]);
  });

  ciTest(
    'fails if it responds to none of twenty requests at the same time',
    { timeout: 15_000 },
    async () => {
      const reference = createReferenceImds({ clock: systemClock });
      let running = 0;
      let isStuck = false;
      const handle: Handler = async (request) => {
        running += 1;
        await systemClock.sleep(10);
        if (running > 10) isStuck = true;
        if (isStuck) await systemClock.sleep(2000);
        running -= 1;
        return reference(request);
      };
      const { origin } = await startLoopbackServer(handle);
      const limits = { ...CHECK_LIMITS, requestMs: 600 };
      const run = await checkEndpoint({ url: origin, shape: 'imds', limits });
      expect(listChecks(run)).toContain('response-time');
      expect(judgeConformance(run, false)).toBe('does-not-conform');
    },
  );
});

ciTest(
  'an endpoint of ECS that responds after 1.4 s fails only for the SDKs that give up',
  {
    timeout: 20_000,
  },
  async () => {
    const { handle, path } = createReferenceEcs({ clock: systemClock });
    const { origin } = await startLoopbackServer(async (request) => {
      await systemClock.sleep(1400);
      return handle(request);
    });
    const run = await checkEndpoint({ url: `${origin}${path}`, shape: 'ecs' });
    expect(listEffects(run, 'response-time')).toEqual([
      { effect: 'no-credentials', clients: ['java-2'] },
      { effect: 'delays', clients: ['javascript'] },
    ]);
  },
);
