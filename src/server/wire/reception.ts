import type { IncomingMessage } from 'node:http';
import type { Instant } from '../../domain/model.ts';
import { agentAnswer, agentError, agentRejection } from '../containers/agent-wire.ts';
import { eksForeignHost } from '../containers/eks.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { emptyAnswer, pageAnswer } from '../imds/imds-wire.ts';
import type { Answer, Inquiry, Refusal, Reply, Shape } from '../inquiry.ts';
import { responder } from '../responder.ts';
import type { Simulation } from '../simulation.ts';
import { type HostRule, hostRule } from './host-rule.ts';

export interface Received {
  inquiry: Inquiry;
  reply: Reply;
  /** How the endpoint that was meant refuses. */
  refusal: Refusal;
}

export type Reception = (request: IncomingMessage, now: Instant) => Received;

/** Finds out which endpoint a request is for, and its answer there. */
export function reception(simulation: Simulation, hosts: ReadonlySet<string>): Reception {
  const respond = responder(simulation);
  const isHostAllowed = hostRule(hosts);
  return (request, now) => {
    const { path, query } = targetOf(request.url ?? '/');
    const faults = simulation.plan.strike(path, now);
    const inquiry: Inquiry = {
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers,
      connection: request.socket,
      now,
      dateSkew: faults.get('clock-skew')?.seconds ?? 0,
      faults,
    };
    const { reply, refusal } = respond(inquiry);
    const turnedAway = turnAway(request, inquiry, reply.shape, simulation, isHostAllowed);
    if (turnedAway === null) return { inquiry, reply, refusal };
    const untouched = { ...inquiry, faults: NO_FAULTS };
    return { inquiry: untouched, reply: { ...reply, credentials: null, answer: turnedAway }, refusal };
  };
}

/** An absolute target, as proxies are sent it, is taken by its path. */
function targetOf(url: string): { path: string; query: URLSearchParams } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target || '/', query: NO_QUERY }
    : { path: target.slice(0, mark) || '/', query: new URLSearchParams(target.slice(mark + 1)) };
}

const NO_QUERY = new URLSearchParams();

/** What no endpoint answers, whatever the path. Null where there is nothing to object to. */
function turnAway(
  { headers, httpVersion, socket }: IncomingMessage,
  inquiry: Inquiry,
  shape: Shape | null,
  simulation: Simulation,
  isHostAllowed: HostRule,
): Answer | null {
  const isAgent = shape === 'ecs' || shape === 'eks';
  if (headers.expect !== undefined && !isAgent) return pageAnswer(inquiry, 417, null, simulation.variants);
  // Go takes `100-continue` for granted, and says so only when somebody reads the body.
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    return agentAnswer(inquiry, { status: 417, body: '', closes: true });
  }
  if (headers.host === undefined) {
    if (httpVersion === '1.0') return null;
    return isAgent
      ? agentRejection(400, 'missing required Host header')
      : pageAnswer(inquiry, 400, null, simulation.variants);
  }
  if (isHostAllowed(headers.host, socket)) return null;
  if (shape === 'eks') return eksForeignHost(inquiry);
  return isAgent ? agentError(inquiry, 403, 'Forbidden') : emptyAnswer(inquiry, 403);
}
