import type { Seconds } from '../../domain/model.ts';
import type { EndpointRequest, EndpointResponse } from '../endpoint-request.ts';
import type { EndpointState } from '../endpoint-state.ts';
import { buildEmptyError, buildHtmlError, buildTokenPathError, buildTokenResponse } from './imds-wire.ts';

const TOKEN_PATH = '/latest/api/token';
const MAX_TTL: Seconds = 21_600;

/** True for every API version. Only `latest` issues tokens; dated versions respond 403. */
export const isTokenPath = (path: string) => /^\/[^/]+\/api\/token\/?$/.test(path);

/** Issues a token for a PUT with a valid TTL. Requests from proxies and browsers are rejected. */
export function handleTokenRequest(
  request: EndpointRequest,
  { variants, metadataTokens }: EndpointState,
): EndpointResponse {
  const { method, path, headers, now } = request;
  if (path === `${TOKEN_PATH}/`) return buildTokenPathError(request);
  if (path !== TOKEN_PATH) return buildEmptyError(request, 403);
  const rejection = rejectProxyOrBrowser(request, variants);
  if (rejection !== null) return rejection;
  if (method !== 'PUT') return buildEmptyError(request, 405, 'OPTIONS, PUT');
  const ttlHeader = headers['x-aws-ec2-metadata-token-ttl-seconds'];
  const ttl = typeof ttlHeader === 'string' && /^\d{1,5}$/.test(ttlHeader) ? Number(ttlHeader) : 0;
  if (ttl < 1 || ttl > MAX_TTL) return buildHtmlError(request, 400, null, variants);
  return buildTokenResponse(request, metadataTokens.issue(ttl, now), ttl, variants);
}

/** Returns null if nothing indicates that the request came through a proxy or from a web page. */
export function rejectProxyOrBrowser(
  request: EndpointRequest,
  variants: EndpointState['variants'],
): EndpointResponse | null {
  const { 'x-forwarded-for': forwarded, origin, referer, host } = request.headers;
  if (forwarded !== undefined && variants.forwarded === '400')
    return buildHtmlError(request, 400, null, variants);
  const isForeign = forwarded !== undefined || origin !== undefined || !isOwnReferer(referer, host);
  return isForeign ? buildEmptyError(request, 403) : null;
}

/** Go sends a Referer when it follows a redirect of this endpoint. */
const isOwnReferer = (referer: string | undefined, host: string | undefined) =>
  referer === undefined || (host !== undefined && referer.startsWith(`http://${host}/`));
