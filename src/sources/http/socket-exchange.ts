import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';
import { getSystemErrorCode } from '../../errors.ts';
import { findLocalError } from '../local-errors.ts';
import { PollError } from '../poll-error.ts';
import { createConnectError, openConnection } from './connection.ts';
import {
  createBrokenConnectionError,
  createResponseTimeoutError,
  createResponseTooLargeError,
  createTruncatedError,
  type DetailedResponse,
  type Endpoint,
  type ExchangeContext,
  type HeaderField,
  type HttpExchange,
  type HttpRequest,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  toHttpResponse,
} from './exchange.ts';
import { setTimeoutAfterIo } from './timeout-after-io.ts';

/** One request on its own connection. Uses no proxy and leaves nothing behind that keeps the process alive. */
export const exchangeOverSocket: HttpExchange<DetailedResponse> = (endpoint, request, context) =>
  createSocketExchange({ keepsConnection: false })(endpoint, request, context);

/**
 * Creates an exchange for the requests to one endpoint. The requests must follow each other.
 * @param keepsConnection leaves the connection open for the next request, but not longer than `MAX_IDLE_MS`, or than
 *   the endpoint says
 */
export function createSocketExchange({
  keepsConnection,
}: {
  keepsConnection: boolean;
}): HttpExchange<DetailedResponse> {
  let client: EndpointClient | null = null;
  const sendOnce: HttpExchange<DetailedResponse> = async (endpoint, request, context) => {
    // Loaded at the first request, because most commands send none.
    client ??= new EndpointClient(await import('node:http'), keepsConnection);
    try {
      return await client.send(endpoint, request, context);
    } catch (error) {
      // Its connection can be in any state.
      client = null;
      throw error;
    }
  };
  return async (endpoint, request, context) => {
    const isReused = client?.isConnected ?? false;
    try {
      return await sendOnce(endpoint, request, context);
    } catch (error) {
      // The endpoint closed the idle connection while the request was on its way.
      const isClosed =
        error instanceof PollError && error.reason === 'unreachable' && error.isResponseMissing;
      if (!isReused || !isClosed || context.signal.aborted) throw error;
      return sendOnce(endpoint, request, context);
    }
  };
}

const MAX_IDLE_MS = 4000;

/** The reason of an abort. A constant, because the default is an error with a stack trace. */
const REQUEST_OVER = 'the request is over';

type Http = typeof import('node:http');

/** The client of an endpoint, and its connection. */
class EndpointClient {
  readonly #http: Http;
  readonly #keepsConnection: boolean;
  readonly #agent: Agent;
  #socket: Socket | null = null;
  /** Opens a connection for the current request. */
  #open: () => Promise<Socket> = () => Promise.reject(createBrokenConnectionError(null));

  constructor(http: Http, keepsConnection: boolean) {
    this.#http = http;
    this.#keepsConnection = keepsConnection;
    const agent = new http.Agent({ keepAlive: keepsConnection, timeout: MAX_IDLE_MS });
    // Node would look up the host, and connect to any of its addresses.
    this.#agent = Object.assign(agent, {
      createConnection: (_: unknown, callback: (error: unknown, socket?: Socket) => void) => {
        this.#open().then((socket) => callback(null, socket), callback);
      },
    });
  }

  get isConnected(): boolean {
    return this.#socket !== null && !this.#socket.destroyed;
  }

  send(endpoint: Endpoint, request: HttpRequest, context: ExchangeContext): Promise<DetailedResponse> {
    const { limits, clock, signal } = context;
    let bytesBefore = this.#socket?.bytesRead ?? 0;
    const connecting = new AbortController();
    this.#open = async () => {
      this.#socket = null;
      const addresses = await endpoint.resolveAddresses(connecting.signal);
      const socket = await openConnection(endpoint.url, addresses, limits.connectMs, connecting.signal);
      bytesBefore = socket.bytesRead;
      this.#socket = socket;
      return socket;
    };
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel();
        signal.removeEventListener('abort', endPoll);
      };
      const fail = (error: unknown) => {
        end();
        connecting.abort(REQUEST_OVER);
        this.#socket?.destroy();
        reject(error);
      };
      const expire = (isPollOver: boolean) =>
        fail(
          this.isConnected
            ? createResponseTimeoutError(limits, isPollOver)
            : createConnectError('no connection in time', true),
        );
      const endPoll = () => expire(true);
      const timer = setTimeoutAfterIo(() => expire(false), limits.requestMs);
      signal.addEventListener('abort', endPoll, { once: true });
      if (signal.aborted) return endPoll();
      receiveResponse(this.#createRequest(endpoint, request), clock).then(
        (response) => {
          end();
          if (!this.#keepsConnection) this.#socket?.destroy();
          resolve(response);
        },
        (error) => fail(explainError(error, (this.#socket?.bytesRead ?? 0) > bytesBefore)),
      );
    });
  }

  #createRequest({ url }: Endpoint, { method, path, headers }: HttpRequest): ClientRequest {
    return this.#http.request({
      agent: this.#agent,
      ...{ method, path, headers: { host: url.host, 'user-agent': 'cred-watch', ...headers } },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  }
}

/** Sends the request and collects the response. */
function receiveResponse(request: ClientRequest, clock: Clock): Promise<DetailedResponse> {
  const sentAt = clock.now();
  return new Promise((resolve, reject) => {
    // Also errors of the parser in the body.
    request.on('error', reject);
    // Without a listener, Node closes the connection and reports no error.
    request.on('upgrade', () => reject(createTruncatedError(null)));
    request.on('response', (message) => {
      readResponse(message, clock, sentAt).then(resolve, reject);
    });
    request.end();
  });
}

async function readResponse(
  message: IncomingMessage,
  clock: Clock,
  sentAt: Instant,
): Promise<DetailedResponse> {
  const { statusCode = 0, headersDistinct: headers } = message;
  const respondedAt = clock.now();
  const body = await readBody(message);
  const response = toHttpResponse({
    ...{ status: statusCode, getHeader: (name) => headers[name]?.[0] ?? null, body },
    ...{ sentAt, respondedAt, receivedAt: clock.now() },
  });
  return { ...response, listHeaders: () => listFields(headers) };
}

const readBody = (message: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    message.on('error', reject);
    message.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > MAX_BODY_BYTES) reject(createResponseTooLargeError());
    });
    message.on('end', () => resolve(Buffer.concat(pieces)));
  });

const listFields = (headers: NodeJS.Dict<string[]>): HeaderField[] =>
  Object.entries(headers).flatMap(([name, values = []]) => values.map((value): HeaderField => [name, value]));

/** @param hasStarted whether a part of the response arrived */
function explainError(error: unknown, hasStarted: boolean): unknown {
  if (error instanceof PollError) return error;
  return findLocalError(error) ?? toPollError(error, hasStarted) ?? error;
}

/** Codes of the system and of TLS. */
const NETWORK_ERROR_CODE = /^(E[A-Z]+|ERR_(SSL|TLS|OSSL)_\w+|ERR_STREAM_PREMATURE_CLOSE)$/;

/**
 * Null for an error that the network cannot cause, which is a defect of this program.
 * @param hasStarted whether a part of the response arrived
 */
function toPollError(error: unknown, hasStarted: boolean): PollError | null {
  const code = getSystemErrorCode(error);
  if (code === 'HPE_HEADER_OVERFLOW') return createResponseTooLargeError();
  if (error instanceof Error && code?.startsWith('HPE_')) {
    const detail = error.message.replace('Parse Error', 'the response is not HTTP');
    return new PollError('malformed', detail, { retry: 'always' });
  }
  if (code === null || !NETWORK_ERROR_CODE.test(code)) return null;
  // Node uses ECONNRESET also for a connection that the endpoint closed, without a system call.
  const systemCode = error instanceof Error && 'syscall' in error ? code : null;
  return hasStarted ? createTruncatedError(systemCode) : createBrokenConnectionError(systemCode);
}
