import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { buildMalformedRequestError } from '../dispatcher.ts';
import type { Simulation } from '../simulation.ts';
import { writeRawResponseAndClose } from './response-writer.ts';

const LATEST = Symbol('latest response');
const BROKEN = Symbol('broken');

/** Kept on the connection itself: a weak map of all connections cost a third of every request. */
type Followed = Duplex & { [LATEST]?: ServerResponse; [BROKEN]?: boolean };

/** What cannot be read as a request is answered, too: once, and after whatever its connection is still owed. */
export class MalformedRequestHandler {
  readonly #simulation: Simulation;
  readonly #clock: Clock;

  constructor(simulation: Simulation, clock: Clock) {
    this.#simulation = simulation;
    this.#clock = clock;
  }

  trackResponse(response: ServerResponse, socket: Followed): void {
    socket[LATEST] = response;
  }

  reject(error: NodeJS.ErrnoException, socket: Followed): void {
    if (error.code?.startsWith('HPE_') !== true) {
      socket.destroy();
      return;
    }
    if (socket[BROKEN] === true) return;
    socket[BROKEN] = true;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    const answer = buildMalformedRequestError(this.#simulation, this.#clock.now(), status);
    const before = socket[LATEST];
    // Nothing is added to the last answer of a connection: the socket is no longer writable then.
    const send = () => {
      if (socket.writable) writeRawResponseAndClose(answer, socket);
    };
    // Node takes the socket away from a response that is through.
    const isOwed = before !== undefined && !(before.writableEnded && before.socket === null);
    if (isOwed) before.once('finish', send);
    else send();
  }
}
