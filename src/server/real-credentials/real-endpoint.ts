import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CredWatchError } from '../../errors.ts';
import { isSameSecret } from '../containers/compare-secrets.ts';
import type { ConnectionLimits } from '../wire/connections.ts';
import { listenOnAll } from '../wire/listening-servers.ts';
import { parseHeaders } from '../wire/request-headers.ts';
import { formatRealDocument, type RealCredentials } from './real-document.ts';

export interface RealEndpointOptions {
  /** Returns null if no credentials are valid at present. Concurrent requests share one call. */
  getCredentials: () => Promise<RealCredentials | null>;
  /** Gets the errors of `getCredentials` and of the server. Clients get no details of them. */
  onError: (error: unknown) => void;
  limits?: Partial<ConnectionLimits>;
}

export interface RealEndpoint {
  /** The variables with the address and the secrets of the endpoint. Pass them to the child process only. */
  environment: {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: string;
    AWS_CONTAINER_AUTHORIZATION_TOKEN: string;
  };
  close(): Promise<void>;
}

/**
 * 256 random bits in characters that are valid in URLs and headers. Every local user can connect to a
 * loopback port, so only the secret path and the token protect the credentials.
 */
const createSecretText = () => randomBytes(32).toString('hex');

/**
 * Starts a container credentials endpoint on loopback, for a child process that refreshes its credentials.
 * @throws CredWatchError if no port is available
 */
export async function startRealEndpoint(options: RealEndpointOptions): Promise<RealEndpoint> {
  const required: AccessRequirements = {
    host: null,
    path: `/${createSecretText()}`,
    authorization: createSecretText(),
  };
  const getCredentialsResponse = shareConcurrentCalls(() => createResponse(options));
  const { origins, close } = await listenOnAll({
    listen: [{ host: '127.0.0.1', port: 0 }],
    onError: options.onError,
    limits: options.limits,
    createHandlers: () => ({
      async handleRequest(request, response) {
        send(checkAccess(request, required) ?? (await getCredentialsResponse()), response);
      },
    }),
  }).catch(({ message, cause }) => {
    throw new CredWatchError(message, 'remove --refresh; the command then keeps its initial credentials', {
      cause,
    });
  });
  const [origin = ''] = origins;
  required.host = new URL(origin).host;
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}${required.path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: required.authorization,
    },
    close,
  };
}

/** What a request must contain to get credentials. */
interface AccessRequirements {
  /** The expected Host header: address and port; null before the server listens. */
  host: string | null;
  path: string;
  authorization: string;
}

/**
 * Headers that browsers and proxies send, but no SDK. `Sec-Fetch-Mode` is allowed, because Node's `fetch`
 * sends it. Browsers also send `Sec-Fetch-Site`, which is rejected.
 */
const BROWSER_OR_PROXY_HEADER =
  /^(?:origin|referer|sec-fetch-(?!mode$).*|x-forwarded-.*|forwarded|via|access-control-request-.*)$/;

/** One message for both secrets, so that neither can be guessed alone. */
const WRONG_SECRET = 'Wrong path or wrong authorization token';

/** Returns null if the request may get credentials. Checks that need no secret come first. */
function checkAccess(request: IncomingMessage, required: AccessRequirements): LiveResponse | null {
  const { method, url = '' } = request;
  const headers = parseHeaders(request.rawHeaders);
  if (headers.host !== required.host) return deny('Host is not the address of this endpoint');
  if (Object.keys(headers).some((name) => BROWSER_OR_PROXY_HEADER.test(name))) {
    return deny('Requests from browsers and proxies are rejected');
  }
  if (method !== 'GET' && method !== 'HEAD') return deny('Only GET and HEAD are allowed', 405);
  // Both comparisons always run, so that the duration does not reveal which one failed.
  const isPathCorrect = isSameSecret(url, required.path);
  const isAuthorized = isSameSecret(headers.authorization ?? '', required.authorization);
  return isPathCorrect && isAuthorized ? null : deny(WRONG_SECRET);
}

const deny = (message: string, status = 403) => buildErrorResponse(status, 'AccessDenied', message);

/** Wraps a function: calls during a running call get the result of that call. */
function shareConcurrentCalls<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= call().finally(() => {
      running = null;
    });
    return running;
  };
}

interface LiveResponse {
  status: number;
  body: string;
}

async function createResponse({ getCredentials, onError }: RealEndpointOptions): Promise<LiveResponse> {
  try {
    const credentials = await getCredentials();
    if (credentials !== null) return { status: 200, body: formatRealDocument(credentials) };
    // SDKs retry after a 503 and keep their present credentials. The ECS agent uses this code before it is
    // ready.
    return buildErrorResponse(503, 'CredentialsUninitialized', 'No valid credentials are available');
  } catch (error) {
    onError(error);
    return buildErrorResponse(500, 'InternalServerError', 'Internal server error');
  }
}

/** An error document in the form of the ECS agent. */
const buildErrorResponse = (status: number, code: string, message: string): LiveResponse => ({
  status,
  body: JSON.stringify({ code, message, HTTPErrorCode: status }),
});

/** Closes each connection: clients return about once an hour, and guessing clients must reconnect. */
function send({ status, body }: LiveResponse, response: ServerResponse): void {
  // No Date header: clients would correct their clock by it, and the clock of this host may be wrong.
  response.sendDate = false;
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    })
    .end(body);
}
