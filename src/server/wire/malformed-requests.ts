import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { buildMalformedRequestError } from '../dispatcher.ts';
import type { Simulation } from '../simulation.ts';
import { writeRawResponseAndClose } from './response-writer.ts';

const LATEST_RESPONSE = Symbol('latest response');
const IS_REJECTED = Symbol('is rejected');

/** State is stored on the socket: a WeakMap of sockets took a third of the time of a request. */
type TrackedSocket = Duplex & { [LATEST_RESPONSE]?: ServerResponse; [IS_REJECTED]?: boolean };

/** Responds to bytes that are not an HTTP request: once per connection, and after all pending responses. */
export class MalformedRequestHandler {
  readonly #simulation: Simulation;
  readonly #clock: Clock;

  constructor(simulation: Simulation, clock: Clock) {
    this.#simulation = simulation;
    this.#clock = clock;
  }

  trackResponse(response: ServerResponse, socket: TrackedSocket): void {
    socket[LATEST_RESPONSE] = response;
  }

  reject(error: NodeJS.ErrnoException, socket: TrackedSocket): void {
    if (error.code?.startsWith('HPE_') !== true) {
      socket.destroy();
      return;
    }
    if (socket[IS_REJECTED] === true) return;
    socket[IS_REJECTED] = true;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    const errorResponse = buildMalformedRequestError(this.#simulation, this.#clock.now(), status);
    const previous = socket[LATEST_RESPONSE];
    // The socket is not writable if the previous response has closed the connection.
    const send = () => {
      if (socket.writable) writeRawResponseAndClose(errorResponse, socket);
    };
    // Node detaches the socket from a response that has been sent completely.
    const isPending = previous !== undefined && !(previous.writableEnded && previous.socket === null);
    if (isPending) previous.once('finish', send);
    else send();
  }
}
