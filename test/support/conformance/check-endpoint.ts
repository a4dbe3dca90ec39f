import { type Clock, systemClock } from '../../../src/clock.ts';
import type { CheckId } from '../../../src/domain/conformance/check-list.ts';
import type { ConformanceRun } from '../../../src/domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../../src/domain/conformance/conformance-check.ts';
import { Secret } from '../../../src/secret.ts';
import { runConformance } from '../../../src/sources/conformance/run-conformance.ts';
import type { ConformanceOptions } from '../../../src/sources/conformance/shape-checks.ts';
import type { AuthorizationToken } from '../../../src/sources/conformance/target.ts';
import { waitIdle } from './wait-idle.ts';

/** Clocks of a check and of the endpoint that it checks. They always show the same time. */
export function createJumpingClock(): Clock & { ofServer: Clock } {
  let jumped = 0;
  const now = () => systemClock.now() + jumped;
  return {
    now,
    /** Ends at once, and moves both clocks ahead. */
    sleep: async (milliseconds, signal) => {
      if (signal?.aborted !== true) jumped += milliseconds;
    },
    ofServer: {
      now,
      // A stalled response must keep the prober waiting, also on a busy machine.
      async sleep(milliseconds, signal) {
        const rest = waitIdle(0.6 * milliseconds, 1.8 * milliseconds, signal);
        await systemClock.sleep(milliseconds, signal);
        await rest;
      },
    },
  };
}

export interface CheckedEndpoint extends Partial<Omit<ConformanceOptions, 'token' | 'url' | 'shape'>> {
  url: string;
  shape: ConformanceShape;
  token?: string | AuthorizationToken | null;
  tokenFile?: string | undefined;
}

/** Checks an endpoint in this process. */
export function checkEndpoint({
  url,
  token = null,
  tokenFile,
  ...options
}: CheckedEndpoint): Promise<ConformanceRun> {
  return runConformance({
    env: {},
    role: null,
    clock: systemClock,
    ...options,
    url: new URL(url),
    token: typeof token === 'string' ? toToken(token, tokenFile) : token,
  });
}

const toToken = (token: string, path?: string): AuthorizationToken => ({
  value: new Secret(token),
  origin: path === undefined ? 'flag' : 'file',
  path: path ?? null,
  hasLineEnd: false,
});

/** The ids of the checks with this outcome, in alphabetical order. */
export const listChecks = ({ results }: ConformanceRun, outcome = 'failed'): CheckId[] =>
  results
    .filter((each) => each.outcome === outcome)
    .map(({ id }) => id)
    .sort();
