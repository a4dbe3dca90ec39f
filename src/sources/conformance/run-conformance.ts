import type { Clock } from '../../clock.ts';
import { type CheckId, CONFORMANCE_CHECKS } from '../../domain/conformance/check-list.ts';
import type { CheckResult, ConformanceNote, ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../domain/conformance/conformance-check.ts';

import type { SourceOptions } from '../source.ts';
import { CheckAttempt, type CheckFunction } from './check-attempt.ts';
import { UnreachableEndpoint } from './check-errors.ts';
import { createContainerChecks } from './containers/container-checks.ts';
import { createImdsChecks } from './imds/imds-checks.ts';
import { CHECK_LIMITS } from './limits.ts';
import { Prober } from './prober.ts';
import { summarizeExchange } from './summarize.ts';
import type { AuthorizationToken } from './target.ts';

export interface ConformanceOptions extends Pick<SourceOptions, 'env' | 'nameServers' | 'readFile'> {
  /** IMDS: the base URL. Containers: the URL of the credentials. */
  url: URL;
  shape: ConformanceShape;
  clock: Clock;
  /** The role to request, instead of the listed one. */
  role: string | null;
  /** The value of the Authorization header. */
  token: AuthorizationToken | null;
  /** Aborted to end the run early. */
  signal?: AbortSignal;
  /** Called after each check, for progress. */
  onResult?: (result: CheckResult) => void;
}

/** The checks of one shape, which share the responses of the endpoint. */
export interface ShapeChecks {
  /** Checks without an entry are made only with --watch. */
  functions: Partial<Record<CheckId, CheckFunction>>;
  listNotes(): ConformanceNote[];
}

type CreateChecks = (prober: Prober, options: ConformanceOptions) => ShapeChecks;

const SHAPES: Record<ConformanceShape, CreateChecks> = {
  imds: createImdsChecks,
  ecs: createContainerChecks,
  eks: createContainerChecks,
  cloudshell: createContainerChecks,
};

/**
 * Makes every check of the shape, one after the other. Sends at most `MAX_REQUESTS` requests. Ends within
 * `CHECK_LIMITS.pollMs`; later checks are unknown.
 * @throws CredWatchError if this process cannot send requests
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRun> {
  const { url, shape, clock, signal, onResult } = options;
  const stop = AbortSignal.any([AbortSignal.timeout(CHECK_LIMITS.pollMs), ...(signal ? [signal] : [])]);
  const prober = new Prober({ ...options, signal: stop });
  const startedAt = clock.now();
  const checks = SHAPES[shape](prober, options);
  const results: CheckResult[] = [];
  let unreachable: ConformanceRun['unreachable'] = null;
  try {
    for (const check of CONFORMANCE_CHECKS) {
      if (!check.shapes.includes(shape)) continue;
      const result = await makeCheck(check.id, checks.functions[check.id], new CheckAttempt(check, prober));
      results.push(result);
      onResult?.(result);
    }
  } catch (error) {
    if (!(error instanceof UnreachableEndpoint)) throw error;
    unreachable = { reason: error.reason, detail: error.detail };
  }
  return {
    endpoint: url.origin,
    shape,
    startedAt,
    durationMs: clock.now() - startedAt,
    exchanges: prober.exchanges.map((exchange) => summarizeExchange(exchange, prober.secrets)),
    results,
    notes: checks.listNotes(),
    unreachable,
  };
}

async function makeCheck(
  id: CheckId,
  make: CheckFunction | undefined,
  attempt: CheckAttempt,
): Promise<CheckResult> {
  if (make === undefined) return { id, outcome: 'skipped', reason: { code: 'NEEDS_WATCH' }, exchanges: [] };
  const outcome = await attempt.run(make);
  return { id, ...outcome, exchanges: attempt.exchangeNumbers };
}
