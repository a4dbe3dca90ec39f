import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { closeServer } from '../wire/listening-servers.ts';
import { type AccessRequirements, checkAccess } from './access-check.ts';
import { formatLiveDocument, type LiveCredentials } from './live-document.ts';

export interface LiveEndpointOptions {
  /** Returns null if there are no valid credentials at present. Concurrent requests share one call. */
  getCredentials: () => Promise<LiveCredentials | null>;
  /** Gets the errors of `getCredentials`. Clients get no details of them. */
  onProblem?: (error: unknown) => void;
  limits?: Partial<LiveLimits>;
}

export interface LiveLimits {
  /** How long a client may take to send its request. */
  requestMs: number;
  maxConnections: number;
}

export interface LiveEndpoint {
  /** The variables with the address and the secrets of the endpoint. Pass them to the child process only. */
  environment: {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: string;
    AWS_CONTAINER_AUTHORIZATION_TOKEN: string;
  };
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** A request has a few hundred bytes. Hundreds of workers of one job may start at once. */
const LIMITS: LiveLimits = { requestMs: 5000, maxConnections: 512 };
const HEADER_BYTES = 8192;

/**
 * 256 random bits in characters that are valid in URLs and headers. Every local user can connect to a
 * loopback port, so only the secret path and the token protect the credentials.
 */
const createSecretText = () => randomBytes(32).toString('hex');

/**
 * Starts a container credentials endpoint on loopback, for a child process that refreshes its credentials.
 * @throws CredWatchError if no port is available
 */
export async function startLiveEndpoint(options: LiveEndpointOptions): Promise<LiveEndpoint> {
  const { getCredentials, onProblem = () => {}, limits } = options;
  const { requestMs, maxConnections } = { ...LIMITS, ...limits };
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(1000, requestMs),
  });
  server.maxConnections = maxConnections;
  const host = `${ADDRESS}:${await listen(server)}`;
  // A failed connection, for example without free memory, must not end the job that uses these credentials.
  server.on('error', onProblem);
  const required: AccessRequirements = {
    host,
    path: `/${createSecretText()}`,
    authorization: createSecretText(),
  };
  const getCredentialsResponse = shareConcurrentCalls(() => createResponse(getCredentials, onProblem));
  server.on('request', (request, response) => {
    const denial = checkAccess(request, required);
    const result =
      denial === null
        ? getCredentialsResponse()
        : Promise.resolve(buildErrorResponse(denial.status, 'AccessDenied', denial.message));
    void result.then((liveResponse) => send(liveResponse, response)).catch(() => response.destroy());
  });
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}${required.path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: required.authorization,
    },
    close: () => closeServer(server),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new CredWatchError(
          `cannot listen on ${ADDRESS} (${getSystemErrorCode(cause)})`,
          'omit --refresh; the command then keeps the credentials it starts with',
          { cause },
        ),
      );
    server.once('error', fail);
    server.listen(0, ADDRESS, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
}

/** Calls made while one is running get the result of the running call. */
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

async function createResponse(
  getCredentials: LiveEndpointOptions['getCredentials'],
  onProblem: (error: unknown) => void,
): Promise<LiveResponse> {
  try {
    const credentials = await getCredentials();
    if (credentials !== null) return { status: 200, body: formatLiveDocument(credentials) };
    // SDKs retry after a 503 and keep their present credentials. The ECS agent uses this code before it is
    // ready.
    return buildErrorResponse(503, 'CredentialsUninitialized', 'No valid credentials are available');
  } catch (error) {
    onProblem(error);
    return buildErrorResponse(500, 'InternalServerError', 'Internal server error');
  }
}

/** An error document in the form of the ECS agent. */
const buildErrorResponse = (status: number, code: string, message: string): LiveResponse => ({
  status,
  body: JSON.stringify({ code, message, HTTPErrorCode: status }),
});

/** Closes each connection: clients return about once an hour, and a guesser must reconnect. */
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
