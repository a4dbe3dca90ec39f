import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { type Delivery, takeFirstHalf } from '../faults/response-faults.ts';
import type { Simulation } from '../simulation.ts';
import type { AllowedHosts } from './host-check.ts';
import { parseHeaders, type RequestHeaders } from './request-headers.ts';
import { type ReceivedRequest, receiveRequest } from './request-receiver.ts';
import { writeRawResponseAndClose, writeResponse } from './response-writer.ts';

/** A request and its outcome, for the log and the traffic summary. */
export interface Exchange
  extends Pick<ReceivedRequest, 'request' | 'handled'>,
    Pick<Delivery, 'credentials' | 'fault'> {
  /** IP address of the client. */
  address: string;
  /** Null if the client got no complete response. */
  status: number | null;
  /** Why the client got no complete response; null if it got one. */
  incompleteReason: 'reset' | 'truncated' | 'no response' | 'client left' | null;
}

/** What the requests to one listen address have in common. */
export interface ListenerContext {
  simulation: Simulation;
  /** The address of all clients, which saves a system call; null if they can differ. */
  clientAddress: string | null;
  allowedHosts: AllowedHosts;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

function receive(
  { method, url, rawHeaders, httpVersion, socket }: IncomingMessage,
  { simulation, allowedHosts, clock }: ListenerContext,
): ReceivedRequest {
  const request = { method, url, headers: parseHeaders(rawHeaders), httpVersion, socket };
  return receiveRequest(request, clock.now(), simulation, allowedHosts);
}

/** Responds to CONNECT. Response faults do not apply. */
export function handleTunnel(message: IncomingMessage, socket: Duplex, context: ListenerContext): void {
  const received = receive(message, context);
  const { response } = received.handled;
  writeRawResponseAndClose(response, socket);
  const delivery = { ...received.delivery, response, credentials: null, fault: null };
  report({ ...received, delivery }, null, context);
}

/** Responds to a request, after the delay of a `stall` fault. */
export function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  context: ListenerContext,
): void | Promise<void> {
  const received = receive(message, context);
  const { request, delivery } = received;
  discardBody(message, request.headers);
  const finish = () => {
    const incompleteReason = response.destroyed ? 'client left' : deliver(delivery, message, response);
    report(received, incompleteReason, context);
  };
  if (delivery.delayMs === 0) return finish();
  return context.clock.sleep(delivery.delayMs, createCloseSignal(response)).then(finish);
}

function report(
  { request, handled, delivery }: ReceivedRequest,
  incompleteReason: Exchange['incompleteReason'],
  { clientAddress, onExchange }: ListenerContext,
): void {
  const isComplete = incompleteReason === null;
  onExchange({
    address: clientAddress ?? request.connection.remoteAddress ?? '',
    request,
    handled,
    status: isComplete ? delivery.response.status : null,
    incompleteReason,
    credentials: isComplete ? delivery.credentials : null,
    fault: delivery.fault,
  });
}

/** Discards the body: with unread data the system would reset the connection. */
export function discardBody(message: IncomingMessage, headers: RequestHeaders): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
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
      writeRawResponseAndClose(
        { ...response, body: isHead ? '' : takeFirstHalf(response.body) },
        message.socket,
      );
      return 'truncated';
    case 'complete':
      writeResponse(response, serverResponse, isHead);
      return null;
  }
}
