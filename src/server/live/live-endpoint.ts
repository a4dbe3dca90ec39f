import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { type AccessDenial, type AccessRequirements, checkAccess } from './access-check.ts';
import { formatLiveDocument, type LiveCredentials } from './live-document.ts';

export interface LiveEndpointOptions {
  /** Null where there are none to hand out at this moment. Never called again while it runs. */
  getCredentials: () => Promise<LiveCredentials | null>;
  /** What `supply` threw, which no client is told. */
  onProblem?: (error: unknown) => void;
  limits?: Partial<LiveLimits>;
}

export interface LiveLimits {
  /** For a request to arrive whole, in milliseconds. */
  requestMs: number;
  maxConnections: number;
}

export interface LiveEndpoint {
  /** All that a client needs, and all that opens the endpoint: for one child process and nobody else. */
  environment: {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: string;
    AWS_CONTAINER_AUTHORIZATION_TOKEN: string;
  };
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** A client sends a few hundred bytes in one go. Hundreds of workers of one job may start at once. */
const LIMITS: LiveLimits = { requestMs: 5000, maxConnections: 512 };
const HEADER_BYTES = 8192;

/**
 * 256 bit, in characters that no URL, header or SDK objects to. A user without rights can connect to every port of
 * loopback: these two are what keeps others out.
 */
const secretText = () => randomBytes(32).toString('hex');

/**
 * A container credentials endpoint on loopback, for a child that can refresh.
 * @throws CredWatchError where no port can be had
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
  // A connection that cannot be taken, for want of memory, must not end the job whose credentials these are.
  server.on('error', onProblem);
  const admission: AccessRequirements = { host, path: `/${secretText()}`, authorization: secretText() };
  const supplied = shared(() => suppliedAnswer(getCredentials, onProblem));
  server.on('request', (request, response) => {
    const refused = checkAccess(request, admission);
    const answer = refused === null ? supplied() : Promise.resolve(refusedAnswer(refused));
    void answer.then((ready) => send(ready, response)).catch(() => response.destroy());
  });
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}${admission.path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: admission.authorization,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new CredWatchError(
          `no port of ${ADDRESS} can be listened on (${getSystemErrorCode(cause)})`,
          'leave out --refresh: the command then has the credentials of its start',
          { cause },
        ),
      );
    server.once('error', fail);
    server.listen(0, ADDRESS, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Whoever asks while an answer is on its way gets that one. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= ask().finally(() => {
      running = null;
    });
    return running;
  };
}

interface LiveResponse {
  status: number;
  body: string;
}

async function suppliedAnswer(
  supply: LiveEndpointOptions['getCredentials'],
  onProblem: (error: unknown) => void,
): Promise<LiveResponse> {
  try {
    const credentials = await supply();
    if (credentials !== null) return { status: 200, body: formatLiveDocument(credentials) };
    // SDKs try again for the status, and live on what they have; the code is the agent's for "not yet".
    return errorAnswer(503, 'CredentialsUninitialized', 'There are no valid credentials at this moment');
  } catch (error) {
    onProblem(error);
    return errorAnswer(500, 'InternalServerError', 'Internal server error');
  }
}

const refusedAnswer = ({ status, message }: AccessDenial) => errorAnswer(status, 'AccessDenied', message);

/** In the form of the ECS agent. */
const errorAnswer = (status: number, code: string, message: string): LiveResponse => ({
  status,
  body: JSON.stringify({ code, message, HTTPErrorCode: status }),
});

/** The last of its connection: a client comes once an hour, and one that only guesses has to begin anew. */
function send({ status, body }: LiveResponse, response: ServerResponse): void {
  // Whether this clock is right nobody knows: a client must not measure its own by it.
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
