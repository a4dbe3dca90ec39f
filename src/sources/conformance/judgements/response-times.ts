import { findTimeoutEffects, getShortestTimeout } from '../../../domain/conformance/client-timeouts.ts';
import type { EndpointKind } from '../../../domain/sdk-refresh/refresh-windows.ts';
import { isThrottled } from '../../http/status.ts';
import type { CheckAttempt } from '../check-attempt.ts';
import { SkippedCheck, UnknownCheck } from '../check-errors.ts';
import type { Exchange } from '../exchanges/prober.ts';

/**
 * Fails if the slowest of the responses comes after an SDK has stopped waiting.
 * @param concurrentCount how many requests were sent at the same time
 */
export function judgeDuration(
  attempt: CheckAttempt,
  exchanges: readonly Exchange[],
  concurrentCount: number,
  kind: EndpointKind,
): void {
  const isLoaded = concurrentCount > 1;
  const timed = exchanges.filter(
    (exchange) => exchange.response !== null || (isLoaded && exchange.isTimedOut),
  );
  const [slowest] = timed.sort((one, other) => other.waitedMs - one.waitedMs);
  if (slowest === undefined) return;
  attempt.use(slowest);
  const limitMilliseconds = getShortestTimeout(kind);
  if (slowest.waitedMs <= limitMilliseconds) return;
  const milliseconds = Math.round(slowest.durationMs);
  attempt.fail(
    { code: 'RESPONSE_SLOW', milliseconds, limitMilliseconds, concurrentCount },
    slowest,
    findTimeoutEffects(milliseconds, kind, { isLoaded }),
  );
}

/** @throws SkippedCheck if single requests are slow: many at the same time cannot show anything better */
export function requireFastResponses(exchanges: readonly Exchange[], kind: EndpointKind): void {
  if (exchanges.every(({ waitedMs }) => waitedMs <= getShortestTimeout(kind))) return;
  throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'response-time' });
}

/** Under load, IMDS and the agents of AWS also throttle with 503. Of a single request, 503 is an error of the server. */
const isThrottledByLoad = (status: number) => isThrottled(status) || status === 503;

/**
 * A load of this size must not end a server, nor make it refuse requests. A server may respond late to some of them,
 * which another check reports.
 * @throws UnknownCheck if the endpoint throttles, which AWS does too
 */
export function judgeLoad(attempt: CheckAttempt, exchanges: readonly Exchange[], status: number): void {
  const isResponsive = exchanges.some(({ response }) => response !== null);
  const failed = exchanges.filter(
    (exchange) => exchange.response?.status !== status && !(isResponsive && exchange.isTimedOut),
  );
  const isThrottling = ({ response }: Exchange) => response !== null && isThrottledByLoad(response.status);
  const shown = failed.find((exchange) => !isThrottling(exchange)) ?? failed[0];
  if (shown === undefined) return;
  attempt.use(shown);
  if (shown.failure !== null) attempt.fail({ code: 'NO_RESPONSE', reason: shown.failure.reason }, shown);
  else if (isThrottling(shown)) throw new UnknownCheck({ code: 'THROTTLED' });
  else attempt.expectStatus(shown, [status]);
}
