import type { Seconds } from '../../domain/model.ts';
import type { EndpointRequest, EndpointResponse } from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { buildEmptyError, buildHtmlError, buildTokenPathError, buildTokenResponse } from './imds-wire.ts';

const TOKEN_PATH = '/latest/api/token';
const LONGEST_TTL: Seconds = 21_600;

/** Any version's; only that of `latest` hands tokens out. */
export const isTokenPath = (path: string) => /^\/[^/]+\/api\/token\/?$/.test(path);

/** A token for whoever asks with a PUT and a time to live; no other way is an invitation to proxies and browsers. */
export function handleTokenRequest(
  inquiry: EndpointRequest,
  { variants, metadataTokens }: Simulation,
): EndpointResponse {
  const { method, path, headers, now } = inquiry;
  if (path === `${TOKEN_PATH}/`) return buildTokenPathError(inquiry);
  if (path !== TOKEN_PATH) return buildEmptyError(inquiry, 403);
  const foreign = rejectProxyOrBrowser(inquiry, variants);
  if (foreign !== null) return foreign;
  if (method !== 'PUT') return buildEmptyError(inquiry, 405, 'OPTIONS, PUT');
  const asked = headers['x-aws-ec2-metadata-token-ttl-seconds'];
  const ttl = typeof asked === 'string' && /^\d{1,5}$/.test(asked) ? Number(asked) : 0;
  if (ttl < 1 || ttl > LONGEST_TTL) return buildHtmlError(inquiry, 400, null, variants);
  return buildTokenResponse(inquiry, metadataTokens.issue(ttl, now), ttl, variants);
}

/** Null where nothing tells that the request came through a proxy or from a page in a browser. */
export function rejectProxyOrBrowser(
  inquiry: EndpointRequest,
  variants: Simulation['variants'],
): EndpointResponse | null {
  const { 'x-forwarded-for': forwarded, origin, referer, host } = inquiry.headers;
  if (forwarded !== undefined && variants.forwarded === '400')
    return buildHtmlError(inquiry, 400, null, variants);
  const isForeign = forwarded !== undefined || origin !== undefined || !isOwn(referer, host);
  return isForeign ? buildEmptyError(inquiry, 403) : null;
}

/** Go names where it comes from when it follows a redirect of ours. */
const isOwn = (referer: string | undefined, host: string | undefined) =>
  referer === undefined || (host !== undefined && referer.startsWith(`http://${host}/`));
