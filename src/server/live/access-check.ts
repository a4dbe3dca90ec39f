import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '../containers/compare-secrets.ts';

/** What a request must know to be answered. */
export interface AccessRequirements {
  /** Address and port as a Host header has them. */
  host: string;
  path: string;
  authorization: string;
}

export interface AccessDenial {
  status: 403 | 405;
  message: string;
}

/**
 * What browsers and proxies send and no SDK does. `Sec-Fetch-Mode` alone is sent by Node's `fetch`, too; a browser sends
 * `Sec-Fetch-Site` with it.
 */
const FOREIGN =
  /^(?:origin|referer|sec-fetch-(?!mode$).*|x-forwarded-.*|forwarded|via|access-control-request-.*)$/;

const FOREIGN_HOST: AccessDenial = { status: 403, message: 'Host is not the address of this endpoint' };
const FROM_ELSEWHERE: AccessDenial = { status: 403, message: 'Not for browsers and proxies' };
const ODD_METHOD: AccessDenial = { status: 405, message: 'Only GET and HEAD' };
/** One for both, and in the same time: neither can be guessed by itself. */
const UNKNOWN: AccessDenial = { status: 403, message: 'Wrong path or wrong authorization token' };

/** Null where a request may be answered. Everything that needs no secret comes first. */
export function checkAccess(request: IncomingMessage, admission: AccessRequirements): AccessDenial | null {
  const { method, url = '', headersDistinct: headers } = request;
  if (headers.host?.join() !== admission.host) return FOREIGN_HOST;
  if (Object.keys(headers).some((name) => FOREIGN.test(name))) return FROM_ELSEWHERE;
  if (method !== 'GET' && method !== 'HEAD') return ODD_METHOD;
  const isPath = isSameSecret(url, admission.path);
  const isAuthorized = isSameSecret(headers.authorization?.join() ?? '', admission.authorization);
  return isPath && isAuthorized ? null : UNKNOWN;
}
