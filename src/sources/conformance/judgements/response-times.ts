import { LATE_RESPONSE_MS } from '../../../domain/conformance/client-limits.ts';
import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import type { CheckAttempt } from '../check-attempt.ts';
import { UnknownCheck } from '../check-errors.ts';
import type { Exchange } from '../exchanges/prober.ts';

/**
 * Fails if the slowest response comes later than SDKs wait.
 * @param concurrentCount how many of these requests were sent at the same time
 */
export function judgeDuration(
  attempt: CheckAttempt,
  exchanges: readonly Exchange[],
  concurrentCount: number,
  chooseEffects?: (milliseconds: number) => readonly ClientEffect[],
): void {
  const answered = exchanges.filter(({ response }) => response !== null);
  const [slowest] = answered.sort((one, other) => other.waitedMs - one.waitedMs);
  if (slowest === undefined) return;
  attempt.use(slowest);
  if (slowest.waitedMs <= LATE_RESPONSE_MS) return;
  const milliseconds = Math.round(slowest.durationMs);
  attempt.fail(
    { code: 'RESPONSE_SLOW', milliseconds, concurrentCount },
    slowest,
    chooseEffects?.(milliseconds),
  );
}

/** IMDS and the agents of AWS throttle with these statuses. Other programs of the host count too. */
const THROTTLED_STATUSES = [429, 503];

/**
 * Concurrent reads must neither end a server nor make it refuse requests.
 * @throws UnknownCheck if the endpoint throttles, which AWS does too
 */
export function judgeLoad(attempt: CheckAttempt, exchanges: readonly Exchange[], status: number): void {
  const failed = exchanges.filter(({ response }) => response?.status !== status);
  const isThrottled = ({ response }: Exchange) =>
    response !== null && THROTTLED_STATUSES.includes(response.status);
  const shown = failed.find((exchange) => !isThrottled(exchange)) ?? failed[0];
  if (shown === undefined) return;
  attempt.use(shown);
  if (shown.failure !== null) attempt.fail({ code: 'NO_RESPONSE', reason: shown.failure.reason }, shown);
  else if (isThrottled(shown)) throw new UnknownCheck({ code: 'THROTTLED' });
  else attempt.expectStatus(shown, [status]);
}
