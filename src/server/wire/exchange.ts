import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { type Delivery, deliver, firstHalf } from '../faults/faulty-answer.ts';
import type { Inquiry, Reply } from '../inquiry.ts';
import type { Simulation } from '../simulation.ts';
import { writeAnswer, writeLast } from './answer-writer.ts';
import type { Reception } from './reception.ts';

/** What is told of a request once it was answered, or was not. */
export interface Exchange {
  /** Of the client. */
  address: string;
  inquiry: Inquiry;
  reply: Reply;
  /** Null where no whole answer arrived. */
  status: number | null;
  /** What came in its place. */
  instead: 'reset' | 'truncated' | 'no answer' | 'client left' | null;
  /** The credentials that arrived. */
  credentials: FalseCredentials | null;
  fault: string | null;
}

/** What every request that comes in by one address needs. */
export interface Listening {
  /** Of every client where there can be no other, which spares a system call for each; null where they differ. */
  clientAddress: string | null;
  receive: Reception;
  simulation: Simulation;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

/** An error that nobody foresaw costs one connection, and not the process. */
export function guarded(socket: Duplex, action: () => void): void {
  try {
    action();
  } catch {
    socket.destroy();
  }
}

/** Node hands over the connection of a CONNECT, to be used as a tunnel; without a taker it would close it in silence. */
export function refuseTunnel(request: IncomingMessage, socket: Duplex, listening: Listening): void {
  const { receive, clock, onExchange } = listening;
  socket.on('error', () => {});
  const { inquiry, reply } = receive(request, clock.now());
  writeLast(reply.answer, socket);
  onExchange({
    address: addressOf(inquiry, listening),
    inquiry,
    reply,
    status: reply.answer.status,
    instead: null,
    credentials: null,
    fault: null,
  });
}

/** Answers one request, now or after the pause that a fault makes. */
export function answer(request: IncomingMessage, response: ServerResponse, listening: Listening): void {
  const { receive, simulation, clock, onExchange } = listening;
  drain(request);
  const { inquiry, reply, refusal } = receive(request, clock.now());
  const delivery = deliver(reply, inquiry, refusal, simulation.variants);
  const finish = () => {
    const instead = response.destroyed ? 'client left' : send(delivery, request, response);
    const status = instead === null ? delivery.answer.status : null;
    const credentials = instead === null ? delivery.credentials : null;
    onExchange({
      address: addressOf(inquiry, listening),
      inquiry,
      reply,
      status,
      instead,
      credentials,
      fault: delivery.fault,
    });
  };
  if (delivery.delayMs === 0) finish();
  else void clock.sleep(delivery.delayMs, goneSignal(response)).then(() => guarded(request.socket, finish));
}

const addressOf = ({ connection }: Inquiry, { clientAddress }: Listening) =>
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
  { manner, answer }: Delivery,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange['instead'] {
  const isHead = request.method === 'HEAD';
  switch (manner) {
    case 'silence':
      return 'no answer';
    case 'reset':
      request.socket.resetAndDestroy();
      return 'reset';
    case 'truncated':
      writeLast({ ...answer, body: isHead ? '' : firstHalf(answer.body) }, request.socket);
      return 'truncated';
    case 'whole':
      writeAnswer(answer, response, isHead);
      return null;
  }
}
