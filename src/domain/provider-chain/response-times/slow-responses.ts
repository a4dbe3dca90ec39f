import { groupBy } from '../../lists.ts';
import type { EndpointKind } from '../../sdk-refresh/refresh-windows.ts';
import { CLIENTS, SDKS, type Sdk } from '../clients.ts';
import { CLIENT_RULES } from '../rules/all-rules.ts';
import { findSlowResponse } from './response-limits.ts';
import type { ResponseTimes } from './response-times.ts';

const findShortestTimeout = (endpoint: EndpointKind): number =>
  Math.min(...CLIENTS.flatMap((client) => CLIENT_RULES[client].endpoints.timeoutMs[endpoint] ?? []));

/** Whether some client uses IMDSv1, because the token is late. */
export const isTokenLate = (times: ResponseTimes | null): boolean =>
  (times?.tokenMs ?? 0) > findShortestTimeout('imds');

/** Whether some client may not wait for the response. */
export const isSlow = (endpoint: EndpointKind, times: ResponseTimes): boolean =>
  Math.max(times.slowestMs, times.tokenMs ?? 0) >
  Math.min(findShortestTimeout(endpoint), times.configuredMs ?? Number.POSITIVE_INFINITY);

/** SDKs that do not wait for the same response. */
export interface ImpatientSdks {
  sdks: Sdk[];
  responseMs: number;
  isToken: boolean;
  /** These SDKs use IMDSv1 if it works. */
  canUseV1: boolean;
}

/** The SDKs that do not wait for these responses. It is not known whether IMDSv1 works. */
export function findImpatientSdks(endpoint: EndpointKind, times: ResponseTimes): ImpatientSdks[] {
  const found = SDKS.flatMap((sdk) => {
    const withV1 = findSlowResponse(endpoint, times, CLIENT_RULES[sdk].endpoints, true);
    const slow = withV1 ?? findSlowResponse(endpoint, times, CLIENT_RULES[sdk].endpoints, false);
    // Null: only some versions of the SDK stop waiting.
    return slow === null || slow.limitMs === null ? [] : [{ sdk, ...slow, canUseV1: withV1 === null }];
  });
  const groups = groupBy(found, ({ responseMs, canUseV1 }) => `${responseMs} ${canUseV1}`);
  return [...groups.values()].map((group) => {
    const [{ responseMs, canUseV1 }] = group;
    const isToken = responseMs !== times.slowestMs;
    return { sdks: group.map(({ sdk }) => sdk), responseMs, isToken, canUseV1 };
  });
}
