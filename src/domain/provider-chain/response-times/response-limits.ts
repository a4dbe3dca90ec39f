import type { EndpointKind } from '../../sdk-refresh/refresh-windows.ts';
import type { EndpointRules } from '../rules/client-rules.ts';
import type { ResponseTimes } from './response-times.ts';

/** The response is slower than `limitMs`. Null: versions of the client have different limits. */
export interface SlowResponse {
  responseMs: number;
  limitMs: number | null;
}

/**
 * The response for which a client does not wait. Null if it waits for all responses.
 * @param doesImdsV1Work null if not tried
 */
export function findSlowResponse(
  endpoint: EndpointKind,
  { slowestMs, tokenMs, configuredMs }: ResponseTimes,
  { timeoutMs, readsTimeout = 'never', lacksImdsV1 = false }: EndpointRules,
  doesImdsV1Work: boolean | null,
): SlowResponse | null {
  const usual = timeoutMs[endpoint] ?? Number.POSITIVE_INFINITY;
  const needsToken = endpoint === 'imds' && (doesImdsV1Work === false || lacksImdsV1);
  const responseMs = Math.max(slowestMs, needsToken ? (tokenMs ?? 0) : 0);
  if (configuredMs !== null && readsTimeout === 'newer-versions') {
    const isSlowForSome = responseMs > Math.min(usual, configuredMs);
    const isSlowForAll = responseMs > Math.max(usual, configuredMs);
    return isSlowForSome
      ? { responseMs, limitMs: isSlowForAll ? Math.max(usual, configuredMs) : null }
      : null;
  }
  const limitMs = configuredMs !== null && readsTimeout === 'always' ? configuredMs : usual;
  return responseMs > limitMs ? { responseMs, limitMs } : null;
}
