import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import type { EndpointRequest, HandledRequest } from '../endpoint-request.ts';
import { applyResponseFaults, type Delivery, firstHalf } from '../faults/response-faults.ts';
import type { Simulation } from '../simulation.ts';
import type { RequestReceiver } from './request-receiver.ts';
import { writeRawResponseAndClose, writeResponse } from './response-writer.ts';

/** What is told of a request once it was answered, or was not. */
export interface Exchange {
  /** Of the client. */
  address: string;
  request: EndpointRequest;
  handledRequest: HandledRequest;
  /** Null where no whole answer arrived. */
  status: number | null;
  /** What came in its place. */
  incompleteReason: 'reset' | 'truncated' | 'no answer' | 'client left' | null;
  /** The credentials that arrived. */
  credentials: FalseCredentials | null;
  fault: string | null;
}

/** What every request that comes in by one address needs. */
export interface ListenerContext {
  /** Of every client where there can be no other, which spares a system call for each; null where they differ. */
  clientAddress: string | null;
  receive: RequestReceiver;
  simulation: Simulation;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

/** An error that nobody foresaw costs one connection, and not the process. */
export function destroySocketOnError(socket: Duplex, action: () => void): void {
  try {
    action();
  } catch {
    socket.destroy();
  }
}

/** Node hands over the connection of a CONNECT, to be used as a tunnel; without a taker it would close it in silence. */
export function rejectTunnel(request: IncomingMessage, socket: Duplex, listening: ListenerContext): void {
  const { receive, clock, onExchange } = listening;
  socket.on('error', () => {});
  const { request: inquiry, handledRequest } = receive(request, clock.now());
  writeRawResponseAndClose(handledRequest.response, socket);
  onExchange({
    address: addressOf(inquiry, listening),
    request: inquiry,
    handledRequest,
    status: handledRequest.response.status,
    incompleteReason: null,
    credentials: null,
    fault: null,
  });
}

/** Answers one request, now or after the pause that a fault makes. */
export function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  listening: ListenerContext,
): void {
  const { receive, simulation, clock, onExchange } = listening;
  drain(request);
  const { request: inquiry, handledRequest, errorResponder } = receive(request, clock.now());
  const delivery = applyResponseFaults(handledRequest, inquiry, errorResponder, simulation.variants);
  const finish = () => {
    const instead = response.destroyed ? 'client left' : send(delivery, request, response);
    const status = instead === null ? delivery.response.status : null;
    const credentials = instead === null ? delivery.credentials : null;
    onExchange({
      address: addressOf(inquiry, listening),
      request: inquiry,
      handledRequest,
      status,
      incompleteReason: instead,
      credentials,
      fault: delivery.fault,
    });
  };
  if (delivery.delayMs === 0) finish();
  else
    void clock
      .sleep(delivery.delayMs, goneSignal(response))
      .then(() => destroySocketOnError(request.socket, finish));
}

const addressOf = ({ connection }: EndpointRequest, { clientAddress }: ListenerContext) =>
  clientAddress ?? connection.remoteAddress ?? '';

/** Bodies are of no interest; left unread they would make the system reset the connection under the answer. */
function drain(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length === undefined && encoding === undefined) return;
  request.on('error', () => {});
  request.resume();
}

/** Aborted when the client has had enough of waiting. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** What comes in place of a whole answer; null where that is sent. */
function send(
  { kind, response: answer }: Delivery,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange['incompleteReason'] {
  const isHead = request.method === 'HEAD';
  switch (kind) {
    case 'silent':
      return 'no answer';
    case 'reset':
      request.socket.resetAndDestroy();
      return 'reset';
    case 'truncated':
      writeRawResponseAndClose({ ...answer, body: isHead ? '' : firstHalf(answer.body) }, request.socket);
      return 'truncated';
    case 'complete':
      writeResponse(answer, response, isHead);
      return null;
  }
}
