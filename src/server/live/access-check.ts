import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '../containers/compare-secrets.ts';

/** What a request must contain to get credentials. */
export interface AccessRequirements {
  /** The expected Host header: address and port. */
  host: string;
  path: string;
  authorization: string;
}

interface AccessDenial {
  status: 403 | 405;
  message: string;
}

/**
 * Headers that browsers and proxies send, but no SDK. `Sec-Fetch-Mode` is allowed, because Node's `fetch`
 * sends it. Browsers also send `Sec-Fetch-Site`, which is rejected.
 */
const BROWSER_OR_PROXY_HEADER =
  /^(?:origin|referer|sec-fetch-(?!mode$).*|x-forwarded-.*|forwarded|via|access-control-request-.*)$/;

const WRONG_HOST: AccessDenial = { status: 403, message: 'Host is not the address of this endpoint' };
const BROWSER_OR_PROXY: AccessDenial = {
  status: 403,
  message: 'Requests from browsers and proxies are rejected',
};
const WRONG_METHOD: AccessDenial = { status: 405, message: 'Only GET and HEAD are allowed' };
/** One denial for both secrets, so that neither can be guessed alone. */
const WRONG_SECRET: AccessDenial = { status: 403, message: 'Wrong path or wrong authorization token' };

/** Returns null if the request may get credentials. Checks that need no secret come first. */
export function checkAccess(request: IncomingMessage, required: AccessRequirements): AccessDenial | null {
  const { method, url = '', headersDistinct: headers } = request;
  if (headers.host?.join() !== required.host) return WRONG_HOST;
  if (Object.keys(headers).some((name) => BROWSER_OR_PROXY_HEADER.test(name))) return BROWSER_OR_PROXY;
  if (method !== 'GET' && method !== 'HEAD') return WRONG_METHOD;
  // Both comparisons always run, so that the duration does not reveal which one failed.
  const isPathCorrect = isSameSecret(url, required.path);
  const isAuthorized = isSameSecret(headers.authorization?.join() ?? '', required.authorization);
  return isPathCorrect && isAuthorized ? null : WRONG_SECRET;
}
