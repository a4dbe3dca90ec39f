import type { FailureReason, Instant, Seconds } from '../../domain/model.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { deliver } from '../faults/faulty-answer.ts';
import type { Inquiry } from '../inquiry.ts';
import type { Response } from '../responder.ts';
import type { Simulation } from '../simulation.ts';

/** A poller takes no answer that is longer on its way. */
const LONGEST_WAIT_MS = 2000;

/** How often a request is repeated. */
export const NEVER = 0;
export const ONCE = 1;
export const ALWAYS = 2;

/** A whole answer. */
export interface Heard {
  status: number;
  body: string;
  /** False where a fault left nothing of the body that could be read. */
  isWhole: boolean;
  credentials: FalseCredentials | null;
}

/** The requests of one look, which all come at the same moment. */
export class PretendedLook {
  readonly now: Instant;
  /** Of IMDS; `''` until any data was asked for. */
  apiVersion: '1' | '2' | '' = '';
  /** By the last answer. */
  clockOffset: Seconds | null = null;
  readonly #simulation: Simulation;
  readonly #respond: (inquiry: Inquiry) => Response;

  constructor(simulation: Simulation, respond: (inquiry: Inquiry) => Response, now: Instant) {
    this.#simulation = simulation;
    this.#respond = respond;
    this.now = now;
  }

  /** @throws Failure where no answer comes */
  send(method: string, path: string, headers: Inquiry['headers']): Heard {
    const { plan, variants } = this.#simulation;
    const faults = plan.strike(path, this.now);
    const inquiry: Inquiry = {
      method,
      path,
      query: new URLSearchParams(),
      headers,
      connection: { remoteAddress: '127.0.0.1', remotePort: 0 },
      now: this.now,
      dateSkew: faults.get('clock-skew')?.seconds ?? 0,
      faults,
    };
    const { reply, refusal } = this.#respond(inquiry);
    if (reply.failure !== undefined) throw reply.failure;
    const { manner, answer, delayMs, fault } = deliver(reply, inquiry, refusal, variants);
    if (manner === 'silence' || delayMs >= LONGEST_WAIT_MS) throw new Failure('timeout', ALWAYS, null);
    if (manner !== 'whole') throw new Failure('unreachable', ALWAYS, null);
    this.clockOffset = 0 - inquiry.dateSkew;
    // Named together with what is wrong beside it.
    const isWhole = !fault?.split(' + ').some((kind) => kind === 'malformed' || kind === 'empty');
    return { status: answer.status, body: String(answer.body), isWhole, credentials: reply.credentials };
  }
}

/** Why a look ends without credentials. */
export class Failure extends Error {
  readonly reason: FailureReason;
  readonly retries: number;
  /** Of the answer; null where none came. */
  readonly status: number | null;

  constructor(reason: FailureReason, retries: number, status: number | null) {
    super(reason);
    this.reason = reason;
    this.retries = retries;
    this.status = status;
  }
}

/** Asks again as long as it is worth while. */
export function insist<T>(attempt: () => T, retriesOf = ({ retries }: Failure) => retries): T {
  for (let retries = 0; ; retries += 1) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Failure) || retries >= retriesOf(error)) throw error;
    }
  }
}
