import { type Clock, systemClock } from '../../../src/clock.ts';
import type { CheckId } from '../../../src/domain/conformance/check-list.ts';
import type { ConformanceRun } from '../../../src/domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../../src/domain/conformance/conformance-check.ts';
import { Secret } from '../../../src/secret.ts';
import { type ConformanceOptions, runConformance } from '../../../src/sources/conformance/run-conformance.ts';
import type { AuthorizationToken } from '../../../src/sources/conformance/target.ts';

/** The system clock, but sleeping ends at once and moves the clock ahead. */
export function createJumpingClock(): Clock {
  let jumped = 0;
  return {
    now: () => systemClock.now() + jumped,
    sleep: async (milliseconds, signal) => {
      if (signal?.aborted !== true) jumped += milliseconds;
    },
  };
}

export interface CheckedEndpoint extends Partial<Omit<ConformanceOptions, 'token' | 'url' | 'shape'>> {
  url: string;
  shape: ConformanceShape;
  token?: string | null;
  tokenFile?: string;
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
    token: token === null ? null : toToken(token, tokenFile),
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
