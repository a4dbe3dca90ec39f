import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import type { Handler, Request, Response } from './loopback-server.ts';
import { createReferenceIssuer, formatSecond, type ReferenceCredentials } from './reference-credentials.ts';

/** An endpoint, and what a client needs for a request. */
export interface ReferenceContainer {
  handle: Handler;
  /** With the query, if the endpoint needs one. */
  path: string;
  /** The value of the `Authorization` header. Null if the endpoint has no authorization. */
  token: string | null;
}

interface ContainerOptions {
  clock: Clock;
  getCredentials?: () => ReferenceCredentials;
}

const response = (
  status: number,
  body: string,
  type: string,
  headers: Response['headers'] = {},
): Response => ({
  status,
  headers: { 'Content-Type': type, ...headers },
  body,
});

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

const toKeys = ({ accessKeyId, secretAccessKey, token }: ReferenceCredentials) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  Token: token,
});

/**
 * The ECS agent (amazon-ecs-agent 8dfceca6, June 2026). It has no authorization: the id is the secret. Requests
 * above 40 per second, with a burst of 60, get 429.
 * @param version 1: the id is in the query
 */
export function createReferenceEcs(
  { clock, getCredentials = createReferenceIssuer(clock) }: ContainerOptions,
  version: 1 | 2 = 2,
): ReferenceContainer {
  const id = randomUUID();
  const limiter = createRateLimiter(clock, 40, 60);
  const error = (status: number, code: string, message: string) => {
    const body = { code, message: `CredentialsV${version}Request: ${message}`, HTTPErrorCode: status };
    return response(status, JSON.stringify(body), JSON_TYPE);
  };
  const handle = ({ path, query }: Request) => {
    const [, pathVersion, pathId = ''] = /^\/v([12])\/credentials(?:\/(.*))?$/.exec(path) ?? [];
    if (pathVersion === undefined) return response(404, '404 page not found\n', TEXT_TYPE);
    if (!limiter()) return response(429, 'You have reached maximum request limit.\n', TEXT_TYPE);
    const given = pathVersion === '1' ? (query.get('id') ?? '') : pathId;
    if (given === '') return error(400, 'NoIdInRequest', 'No Credential ID in the request');
    if (given !== id) return error(400, 'InvalidIdInRequest', 'Credentials not found');
    const credentials = getCredentials();
    const body = {
      RoleArn: 'arn:aws:iam::111122223333:role/reference-role',
      ...toKeys(credentials),
      Expiration: formatSecond(credentials.expiration),
    };
    return response(200, JSON.stringify(body), JSON_TYPE);
  };
  return {
    handle,
    path: version === 1 ? `/v1/credentials?id=${id}` : `/v2/credentials/${id}`,
    token: null,
  };
}

/** Allows `burst` requests at once, and then `rate` per second. */
function createRateLimiter(clock: Clock, rate: number, burst: number): () => boolean {
  let allowed = burst;
  let last = clock.now();
  return () => {
    const now = clock.now();
    allowed = Math.min(burst, allowed + ((now - last) / 1000) * rate);
    last = now;
    if (allowed < 1) return false;
    allowed -= 1;
    return true;
  };
}

export interface ReferenceEks extends ReferenceContainer {
  /** A token of the same service account, which is valid for this many seconds. */
  issueToken(seconds: number): string;
}

/**
 * The EKS Pod Identity agent (eks-pod-identity-agent d4dc0f3, March 2026). It parses the token, and EKS Auth
 * checks the signature. `Expiration` has nanoseconds, as Go writes them.
 */
export function createReferenceEks({
  clock,
  getCredentials = createReferenceIssuer(clock),
}: ContainerOptions): ReferenceEks {
  const signatures = new Set<string>();
  const issueToken = (seconds: number) => {
    const exp = Math.floor(clock.now() / 1000) + seconds;
    const claims = { aud: ['pods.eks.amazonaws.com'], exp, nbf: exp - seconds - 60 };
    const signature = randomBytes(32).toString('base64url');
    signatures.add(signature);
    return [{ alg: 'RS256', typ: 'JWT' }, claims].map(encode).concat(signature).join('.');
  };
  const fail = (status: number, message: string) => response(status, `${message}\n`, TEXT_TYPE);
  const handle = ({ path, headers }: Request) => {
    const host = (headers.host ?? '').replace(/:\d+$/, '');
    // The real agent accepts only its two link-local addresses. The tests need the loopback address.
    if (!['169.254.170.23', '[fd00:ec2::23]', '127.0.0.1', 'localhost'].includes(host)) {
      const addresses = '[169.254.170.23 fd00:ec2::23]';
      const message = `please use either ${addresses} address not ${host}`;
      return fail(403, `Access Denied. Called agent through invalid address, ${message}`);
    }
    if (path !== '/v1/credentials') return fail(404, '404 page not found');
    const token = headers.authorization ?? '';
    if (token === '') return fail(400, 'Service account token cannot be empty');
    const [, claims, signature = '', ...rest] = token.split('.');
    const exp = rest.length === 0 ? decodeExpiration(claims ?? '') : null;
    if (exp === null) return fail(400, 'Service account token cannot be parsed: token is malformed');
    if (clock.now() / 1000 >= exp) {
      return fail(400, 'Service account token failed basic claim validations: token is expired');
    }
    if (!signatures.has(signature)) {
      return fail(400, `[${randomUUID()}]: (InvalidTokenException): the token is not valid, fault: client`);
    }
    const credentials = getCredentials();
    const Expiration = formatSecond(credentials.expiration).replace('Z', '.000000001Z');
    const body = { ...toKeys(credentials), AccountId: '111122223333', Expiration };
    return response(200, JSON.stringify(body), JSON_TYPE);
  };
  return { handle, path: '/v1/credentials', token: issueToken(86_400), issueToken };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function decodeExpiration(claims: string): number | null {
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return typeof exp === 'number' ? exp : null;
  } catch {
    return null;
  }
}

const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';

/** The endpoint of CloudShell, as two blog posts of 2024 describe it. */
export function createReferenceCloudshell({
  clock,
  getCredentials = createReferenceIssuer(clock, { lifetime: 900, rotateEvery: 300 }),
}: ContainerOptions): ReferenceContainer {
  const path = '/latest/meta-data/container/security-credentials';
  const token: string = randomUUID();
  const expirations = new Map([[token, Number.POSITIVE_INFINITY]]);
  const handle = (request: Request) => {
    const { headers, method } = request;
    if (request.path === '/latest/api/token') {
      const ttl = Number(/^\d{1,5}$/.exec(headers[TTL.toLowerCase()] ?? '')?.[0]);
      if (method !== 'PUT') return response(405, '', 'text/plain', { Allow: 'OPTIONS, PUT' });
      if (!(ttl >= 1 && ttl <= 21_600)) return response(400, '', 'text/plain');
      const issued = randomBytes(40).toString('base64url');
      expirations.set(issued, clock.now() + ttl * 1000);
      return response(200, issued, 'text/plain', { [TTL]: String(ttl) });
    }
    if (request.path !== path) return response(404, '', 'text/plain');
    if (method !== 'GET' && method !== 'HEAD') return response(405, '', 'text/plain', { Allow: 'GET, HEAD' });
    const given = [headers.authorization, headers['x-aws-ec2-metadata-token']];
    if (!given.some((each) => clock.now() < (expirations.get(each ?? '') ?? 0))) {
      return response(401, '', 'text/plain');
    }
    const credentials = getCredentials();
    const Expiration = formatSecond(credentials.expiration);
    const body = JSON.stringify({ Type: '', ...toKeys(credentials), Expiration, Code: 'Success' });
    return response(200, body, 'text/plain');
  };
  return { handle, path, token };
}
