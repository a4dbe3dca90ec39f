import type { FailureReason, Instant, Seconds } from '../../domain/model.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import type { DispatchedRequest } from '../dispatcher.ts';
import type { EndpointRequest } from '../endpoint-request.ts';
import { applyResponseFaults } from '../faults/response-faults.ts';
import type { Simulation } from '../simulation.ts';

/** A poller takes no answer that is longer on its way. */
const LONGEST_WAIT_MS = 2000;

/** How often a request is repeated. */
export const RETRY_NEVER = 0;
export const RETRY_ONCE = 1;
export const RETRY_ALWAYS = 2;

/** A whole answer. */
export interface SimulatedResponse {
  status: number;
  body: string;
  /** False where a fault left nothing of the body that could be read. */
  isBodyIntact: boolean;
  credentials: FalseCredentials | null;
}

/** The requests of one look, which all come at the same moment. */
export class SimulatedPollSession {
  readonly now: Instant;
  /** Of IMDS; `''` until any data was asked for. */
  apiVersion: '1' | '2' | '' = '';
  /** By the last answer. */
  clockOffset: Seconds | null = null;
  readonly #simulation: Simulation;
  readonly #respond: (inquiry: EndpointRequest) => DispatchedRequest;

  constructor(
    simulation: Simulation,
    respond: (inquiry: EndpointRequest) => DispatchedRequest,
    now: Instant,
  ) {
    this.#simulation = simulation;
    this.#respond = respond;
    this.now = now;
  }

  /** @throws Failure where no answer comes */
  send(method: string, path: string, headers: EndpointRequest['headers']): SimulatedResponse {
    const { faultPlan, variants } = this.#simulation;
    const faults = faultPlan.selectFaults(path, this.now);
    const inquiry: EndpointRequest = {
      method,
      path,
      query: new URLSearchParams(),
      headers,
      connection: { remoteAddress: '127.0.0.1', remotePort: 0 },
      now: this.now,
      dateSkew: faults.get('clock-skew')?.seconds ?? 0,
      faults,
    };
    const { handledRequest, errorResponder } = this.#respond(inquiry);
    if (handledRequest.internalError !== undefined) throw handledRequest.internalError;
    const {
      kind: manner,
      response,
      delayMs,
      fault,
    } = applyResponseFaults(handledRequest, inquiry, errorResponder, variants);
    if (manner === 'silent' || delayMs >= LONGEST_WAIT_MS)
      throw new SimulatedPollError('timeout', RETRY_ALWAYS, null);
    if (manner !== 'complete') throw new SimulatedPollError('unreachable', RETRY_ALWAYS, null);
    this.clockOffset = 0 - inquiry.dateSkew;
    // Named together with what is wrong beside it.
    const isWhole = !fault?.split(' + ').some((kind) => kind === 'malformed' || kind === 'empty');
    return {
      status: response.status,
      body: String(response.body),
      isBodyIntact: isWhole,
      credentials: handledRequest.credentials,
    };
  }
}

/** Why a look ends without credentials. */
export class SimulatedPollError extends Error {
  readonly reason: FailureReason;
  readonly maxRetries: number;
  /** Of the answer; null where none came. */
  readonly status: number | null;

  constructor(reason: FailureReason, retries: number, status: number | null) {
    super(reason);
    this.reason = reason;
    this.maxRetries = retries;
    this.status = status;
  }
}

/** Asks again as long as it is worth while. */
export function retry<T>(
  attempt: () => T,
  retriesOf = ({ maxRetries }: SimulatedPollError) => maxRetries,
): T {
  for (let retries = 0; ; retries += 1) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof SimulatedPollError) || retries >= retriesOf(error)) throw error;
    }
  }
}
