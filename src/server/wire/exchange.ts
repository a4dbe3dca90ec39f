import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import type { EndpointRequest, HandledRequest } from '../endpoint-request.ts';
import { applyResponseFaults, type Delivery, firstHalf } from '../faults/response-faults.ts';
import type { Simulation } from '../simulation.ts';
import type { RequestReceiver } from './request-receiver.ts';
import { writeRawResponseAndClose, writeResponse } from './response-writer.ts';

/** A request and its outcome, for the log and the traffic summary. */
export interface Exchange {
  /** IP address of the client. */
  address: string;
  request: EndpointRequest;
  handledRequest: HandledRequest;
  /** Null if the client got no complete response. */
  status: number | null;
  /** Why the client got no complete response; null if it got one. */
  incompleteReason: 'reset' | 'truncated' | 'no response' | 'client left' | null;
  /** The credentials that the client got. */
  credentials: FalseCredentials | null;
  fault: string | null;
}

/** What the requests to one listen address have in common. */
export interface ListenerContext {
  /** The address of all clients, which saves a system call; null if they can differ. */
  clientAddress: string | null;
  receive: RequestReceiver;
  simulation: Simulation;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

/** An unexpected error closes one connection and does not end the process. */
export function destroySocketOnError(socket: Duplex, action: () => void): void {
  try {
    action();
  } catch {
    socket.destroy();
  }
}

/** Responds to CONNECT, for which Node passes the bare socket. */
export function rejectTunnel(message: IncomingMessage, socket: Duplex, context: ListenerContext): void {
  const { receive, clock, onExchange } = context;
  socket.on('error', () => {});
  const { request, handledRequest } = receive(message, clock.now());
  writeRawResponseAndClose(handledRequest.response, socket);
  onExchange({
    address: getClientAddress(request, context),
    request,
    handledRequest,
    status: handledRequest.response.status,
    incompleteReason: null,
    credentials: null,
    fault: null,
  });
}

/** Responds to a request, after the delay of a `stall` fault. */
export function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  context: ListenerContext,
): void {
  const { receive, simulation, clock, onExchange } = context;
  discardBody(message);
  const { request, handledRequest, errorResponder } = receive(message, clock.now());
  const delivery = applyResponseFaults(handledRequest, request, errorResponder, simulation.variants);
  const finish = () => {
    const incompleteReason = response.destroyed ? 'client left' : deliver(delivery, message, response);
    const isComplete = incompleteReason === null;
    onExchange({
      address: getClientAddress(request, context),
      request,
      handledRequest,
      status: isComplete ? delivery.response.status : null,
      incompleteReason,
      credentials: isComplete ? delivery.credentials : null,
      fault: delivery.fault,
    });
  };
  if (delivery.delayMs === 0) finish();
  else
    void clock
      .sleep(delivery.delayMs, createCloseSignal(response))
      .then(() => destroySocketOnError(message.socket, finish));
}

const getClientAddress = ({ connection }: EndpointRequest, { clientAddress }: ListenerContext) =>
  clientAddress ?? connection.remoteAddress ?? '';

/** Discards the body: with unread data the system would reset the connection. */
function discardBody(message: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (length === undefined && encoding === undefined) return;
  message.on('error', () => {});
  message.resume();
}

/** Aborted when the client closes the connection. */
function createCloseSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Sends the response as the faults demand. Returns why it is incomplete, or null. */
function deliver(
  { kind, response }: Delivery,
  message: IncomingMessage,
  serverResponse: ServerResponse,
): Exchange['incompleteReason'] {
  const isHead = message.method === 'HEAD';
  switch (kind) {
    case 'silent':
      return 'no response';
    case 'reset':
      message.socket.resetAndDestroy();
      return 'reset';
    case 'truncated':
      writeRawResponseAndClose({ ...response, body: isHead ? '' : firstHalf(response.body) }, message.socket);
      return 'truncated';
    case 'complete':
      writeResponse(response, serverResponse, isHead);
      return null;
  }
}
