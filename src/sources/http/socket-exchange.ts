import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
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
 * @param keepsConnection leaves the connection open for the next request. undici closes it after four idle seconds,
 *   or earlier if the endpoint says so
 */
export function createSocketExchange({
  keepsConnection,
}: {
  keepsConnection: boolean;
}): HttpExchange<DetailedResponse> {
  let client: EndpointClient | null = null;
  const sendOnce: HttpExchange<DetailedResponse> = async (endpoint, request, context) => {
    // Loaded at the first request, because most commands send none.
    client ??= new EndpointClient((await import('undici')).Client, endpoint.url.origin, keepsConnection);
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

/** The reason of an abort. A constant, because the default is an error with a stack trace. */
const REQUEST_OVER = 'the request is over';

/** The undici client of an endpoint, and its connection. */
class EndpointClient {
  readonly #client: Client;
  readonly #keepsConnection: boolean;
  #socket: Socket | null = null;
  /** Opens a connection for the current request. */
  #open: () => Promise<Socket> = () => Promise.reject(createBrokenConnectionError(null));

  constructor(UndiciClient: typeof Client, origin: string, keepsConnection: boolean) {
    this.#keepsConnection = keepsConnection;
    this.#client = new UndiciClient(origin, {
      connect: (_, callback) => {
        this.#open().then(
          (socket) => callback(null, socket),
          (error) => callback(error, null),
        );
      },
      // Our own time limits replace those of undici, which only limit the time without data.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
      maxResponseSize: MAX_BODY_BYTES,
    });
  }

  get isConnected(): boolean {
    return this.#socket !== null && !this.#socket.destroyed;
  }

  send(endpoint: Endpoint, request: HttpRequest, context: ExchangeContext): Promise<DetailedResponse> {
    const { limits, clock, signal } = context;
    let bytesBefore = this.#socket?.bytesRead ?? 0;
    let connecting: AbortController | null = null;
    this.#open = async () => {
      // If the connection breaks, undici asks for a second one.
      if (connecting !== null) throw createBrokenConnectionError(null);
      connecting = new AbortController();
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
        connecting?.abort(REQUEST_OVER);
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
      const sent = { ...request, headers: { 'user-agent': 'cred-watch', ...request.headers } };
      this.#client.dispatch(
        { ...sent, reset: !this.#keepsConnection },
        createResponseHandler(clock, {
          onResponse: (response) => {
            end();
            // Otherwise undici destroys it with an error, whose stack trace takes longer than the rest of the response.
            if (!this.#keepsConnection) this.#socket?.destroy();
            resolve(response);
          },
          onError: (error) => fail(explainError(error, (this.#socket?.bytesRead ?? 0) > bytesBefore)),
        }),
      );
    });
  }
}

interface ResponseReceiver {
  onResponse(response: DetailedResponse): void;
  onError(error: unknown): void;
}

/** Collects a response. undici calls the functions in this order. */
function createResponseHandler(
  clock: Clock,
  { onResponse, onError }: ResponseReceiver,
): Dispatcher.DispatchHandler {
  const sentAt = clock.now();
  let status = 0;
  let headers: Readonly<Record<string, string | string[] | undefined>> = {};
  let respondedAt = sentAt;
  const pieces: Buffer[] = [];
  return {
    onRequestStart() {},
    onResponseStart(_, statusCode, received) {
      status = statusCode;
      headers = received;
      respondedAt = clock.now();
    },
    onResponseData(_, piece) {
      pieces.push(piece);
    },
    onResponseEnd() {
      const response = toHttpResponse({
        status,
        getHeader: (name) => [headers[name]].flat()[0] ?? null,
        body: pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces),
        ...{ sentAt, respondedAt, receivedAt: clock.now() },
      });
      onResponse({ ...response, listHeaders: () => listFields(headers) });
    },
    onResponseError: (_, error) => onError(error),
  };
}

const listFields = (headers: Readonly<Record<string, string | string[] | undefined>>): HeaderField[] =>
  Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): HeaderField => [name, value]),
  );

/** @param hasStarted whether a part of the response arrived */
function explainError(error: unknown, hasStarted: boolean): unknown {
  if (error instanceof PollError) return error;
  return findLocalError(error) ?? toPollError(error, hasStarted) ?? error;
}

/** Codes of the system, of TLS, and of undici for a connection that was closed. */
const NETWORK_ERROR_CODE =
  /^(E[A-Z]+|ERR_(SSL|TLS|OSSL)_\w+|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_(SOCKET|INFO))$/;

/**
 * Null for an error that the network cannot cause, which is a defect of this program.
 * @param hasStarted whether a part of the response arrived
 */
function toPollError(error: unknown, hasStarted: boolean): PollError | null {
  const code = getSystemErrorCode(error);
  const malformed = (detail: string) => new PollError('malformed', detail, { retry: 'always' });
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return createResponseTooLargeError();
  }
  if (error instanceof Error && error.name === 'HTTPParserError') {
    const reason = /\(([\w ,:'-]+)/.exec(error.message)?.[1];
    return malformed(`the response is not HTTP${reason === undefined ? '' : `: ${reason}`}`);
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return createTruncatedError(null);
  if (code === null || !NETWORK_ERROR_CODE.test(code)) return null;
  const systemCode = code.startsWith('UND_ERR_') ? null : code;
  return hasStarted ? createTruncatedError(systemCode) : createBrokenConnectionError(systemCode);
}
