import type { RefusalCode } from '../../../domain/conformance/refusal.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { findOutage } from '../judgements/refusals.ts';
import type { ConformanceOptions } from '../shape-checks.ts';
import { readAgentError } from './agent-errors.ts';

/** How endpoints refuse a missing or wrong token. */
export const REFUSED_TOKEN = [400, 401, 403];

/**
 * Why the endpoint returned no credentials, if nothing shows that it behaves wrongly. Null for any other response,
 * and for an error of the agents of AWS that says more.
 */
export function findContainerRefusal(
  exchange: Exchange,
  { shape, token }: Pick<ConformanceOptions, 'shape' | 'token'>,
): RefusalCode | null {
  const status = exchange.response?.status ?? 0;
  const isTokenMissing = REFUSED_TOKEN.includes(status) && token === null;
  // The agent of EKS always needs a token.
  if (isTokenMissing && shape === 'eks') return 'TOKEN_MISSING';
  if (readAgentError(exchange, shape) !== null) return null;
  if (isTokenMissing) return 'TOKEN_MISSING';
  if (REFUSED_TOKEN.includes(status)) return 'TOKEN_REFUSED';
  return status === 404 ? 'PATH_NOT_FOUND' : findOutage(exchange);
}
