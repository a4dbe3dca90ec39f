import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Header } from '../endpoint-request.ts';
import { type ConnectionLimits, findPendingResponse, type OpenConnections } from './connections.ts';
import { writeRawResponseAndClose } from './response-writer.ts';

/** An error in one of these functions closes the connection of the request, and nothing else. */
export interface RequestHandlers {
  /** Gets one request of a connection at a time, also with the headers Expect and Upgrade. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** Responds to CONNECT, for which Node passes the bare socket. */
  handleTunnel?(request: IncomingMessage, socket: Duplex): void;
  /** Responds to bytes that are not an HTTP request: once per connection, after all pending responses. */
  handleMalformed?(status: 400 | 431, socket: Duplex): void;
}

export interface HttpServerOptions {
  handlers: RequestHandlers;
  connections: OpenConnections;
  limits: ConnectionLimits;
  /** Gets the errors of the handlers. */
  onError(error: unknown): void;
}

const IS_REJECTED = Symbol('is rejected');
const WAITING = Symbol('waiting requests');

/** No client of an endpoint sends a request before the response to the last one. Parsing thousands of them blocks others. */
const MAX_WAITING_REQUESTS = 20;

/** Creates a server that no request can end. Every server of this program is created here. */
export function createHttpServer({ handlers, connections, limits, onError }: HttpServerOptions): Server {
  const { requestMs } = limits;
  const { handleRequest, handleTunnel = rejectTunnel, handleMalformed = rejectMalformed } = handlers;
  const server = createServer({
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: Math.min(5000, requestMs),
    // The default is 30 seconds, during which the timeouts have no effect.
    connectionsCheckingInterval: Math.min(1000, requestMs),
    // Handlers check the header and respond like their endpoint.
    requireHostHeader: false,
  });
  const close = (socket: Duplex, error: unknown) => {
    socket.destroy();
    try {
      onError(error);
    } catch {
      // The process continues even if the error cannot be reported.
    }
  };
  const closeOnError = (socket: Duplex, action: () => void) => {
    try {
      action();
    } catch (error) {
      close(socket, error);
    }
  };
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    try {
      handleRequest(request, response)?.catch((error) => close(request.socket, error));
    } catch (error) {
      close(request.socket, error);
    }
  };
  const queue = (request: IncomingMessage, response: ServerResponse) => {
    const socket: Socket & { [WAITING]?: number } = request.socket;
    socket[WAITING] = (socket[WAITING] ?? 0) + 1;
    if (socket[WAITING] > MAX_WAITING_REQUESTS) socket.destroy();
    response.once('socket', () => {
      socket[WAITING] = (socket[WAITING] ?? 1) - 1;
      serve(request, response);
    });
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', ignoreError);
    connections.startResponse(request.socket, response);
    // A pipelined request has no socket until the previous response has ended. It never gets a socket if that
    // response closes the connection.
    if (response.socket === null) queue(request, response);
    else serve(request, response);
  };
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', onRequest);
  // Without these listeners Node responds `100 Continue`, which no real endpoint does.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('connect', (request, socket) => {
    socket.on('error', ignoreError);
    closeOnError(socket, () => handleTunnel(request, socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket & { [IS_REJECTED]?: boolean }) => {
    if (error.code?.startsWith('HPE_') !== true) {
      socket.destroy();
      return;
    }
    if (socket[IS_REJECTED] === true) return;
    socket[IS_REJECTED] = true;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    // The socket is not writable if the previous response has closed the connection.
    const reject = () => {
      if (socket.writable) closeOnError(socket, () => handleMalformed(status, socket));
    };
    const pending = findPendingResponse(socket);
    if (pending === null) reject();
    else pending.once('finish', reject);
  });
  return server;
}

const rejectTunnel = (_: IncomingMessage, socket: Duplex) =>
  closeWithStatus(405, socket, ['Allow', 'GET, HEAD']);

const rejectMalformed = (status: 400 | 431, socket: Duplex) => closeWithStatus(status, socket);

/** Sends a response without a body. */
function closeWithStatus(status: number, socket: Duplex, ...headers: Header[]): void {
  const reasonPhrase = STATUS_CODES[status] ?? '';
  headers.push(['Connection', 'close']);
  writeRawResponseAndClose({ httpVersion: '1.1', status, reasonPhrase, headers, body: '' }, socket);
}

/** The connection has closed, so there is no client to respond to. */
const ignoreError = () => {};
