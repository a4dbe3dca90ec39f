import { buildShapeError } from '../dispatcher.ts';
import type { EndpointRequest, EndpointResponse, HandledRequest, Header } from '../endpoint-request.ts';
import type { ServedCredentials } from '../served-credentials.ts';
import type { Simulation } from '../simulation.ts';
import type { FaultKind } from './fault-definitions.ts';
import { NO_FAULTS, type RequestFaults } from './fault-plan.ts';

/** How a response reaches the client. */
export interface Delivery {
  /** `silent` keeps the connection open without a response; `reset` resets it. */
  kind: 'complete' | 'truncated' | 'reset' | 'silent';
  response: EndpointResponse;
  delayMs: number;
  /** The credentials that reach the client; null if none do. */
  credentials: ServedCredentials | null;
  /** The kinds of faults that the client notices (`status + header`); null if there are none. */
  fault: string | null;
}

/** Applies response faults. Credential faults are applied earlier, in `CredentialIssuer.issue()`. */
export function applyResponseFaults(
  handled: HandledRequest,
  request: EndpointRequest,
  simulation: Simulation,
): Delivery {
  const { faults } = request;
  const { shape, response, credentials } = handled;
  if (faults === NO_FAULTS) return { kind: 'complete', response, delayMs: 0, credentials, fault: null };
  const stall = faults.get('stall');
  const delayMs = stall?.milliseconds ?? 0;
  const combined = COMBINED_KINDS.filter((kind) => (kind === 'stall' ? delayMs > 0 : faults.has(kind)));
  const deliver = (kinds: readonly FaultKind[], changes: Partial<Delivery>): Delivery => ({
    kind: 'complete',
    response,
    delayMs,
    credentials: null,
    fault: [...new Set([...kinds, ...combined])].join(' + ') || null,
    ...changes,
  });
  const replace = (kinds: readonly FaultKind[], replacement: EndpointResponse) =>
    deliver(kinds, { response: applyHeaderFaults(replacement, faults) });

  if (stall !== null && stall.milliseconds === null) return deliver(['stall'], { kind: 'silent' });
  if (faults.has('reset')) return deliver(['reset'], { kind: 'reset' });
  const hopLimit = faults.get('hop-limit');
  if (hopLimit !== null && handled.kind === 'token') {
    return deliver(['hop-limit'], { kind: hopLimit.resets ? 'reset' : 'silent' });
  }
  if (faults.has('throttle')) {
    const throttle = shape === 'imds' || shape === 'cloudshell' ? simulation.variants.throttle : '429';
    if (throttle === 'drop') return deliver(['throttle'], { kind: 'silent' });
    return replace(['throttle'], buildShapeError(shape, request, Number(throttle), simulation));
  }
  const body = faults.get('body');
  const status = faults.get('status');
  if (status !== null) {
    const error = buildShapeError(shape, request, status.status, simulation);
    return body === null
      ? replace(['status'], error)
      : replace(['status', 'body'], replaceBody(error, body.text));
  }
  const redirect = faults.get('redirect');
  if (redirect !== null) return replace(['redirect'], buildRedirect(response, redirect.location));
  if (body !== null) return replace(['body'], buildSuccess(response, body.text));
  if (faults.has('empty')) return replace(['empty'], buildSuccess(response, ''));
  if (faults.has('malformed')) {
    return replace(['malformed'], replaceBody(response, takeFirstHalf(response.body)));
  }
  // A response without a body cannot be truncated.
  if (faults.has('truncate') && response.body.length > 0) {
    return deliver(['truncate'], { kind: 'truncated' });
  }
  return { ...replace(findAppliedKinds(handled, faults), response), credentials };
}

/** Faults that combine with every other fault. */
const COMBINED_KINDS = ['stall', 'header', 'clock-skew'] as const;

/** Faults that the issuer or a shape has applied to this response. */
function findAppliedKinds({ kind, response }: HandledRequest, faults: RequestFaults): FaultKind[] {
  const kinds: FaultKind[] = ['no-role'];
  if (kind === 'credentials') kinds.push('error', 'field', 'expired', 'renew', 'alternate', 'frozen');
  if (response.status === 401) kinds.push('token-lifetime');
  return kinds.filter((each) => faults.has(each));
}

export const takeFirstHalf = (body: string | Buffer) => body.slice(0, Math.floor(body.length / 2));

function replaceBody(response: EndpointResponse, body: string | Buffer): EndpointResponse {
  const length = String(Buffer.byteLength(body));
  return { ...response, body, headers: setHeader(response.headers, 'Content-Length', length) };
}

const buildSuccess = (response: EndpointResponse, body: string): EndpointResponse => ({
  ...replaceBody(response, body),
  status: 200,
  reasonPhrase: 'OK',
});

function buildRedirect(response: EndpointResponse, location: string): EndpointResponse {
  const { headers, ...rest } = replaceBody(response, '');
  return { ...rest, status: 302, reasonPhrase: 'Found', headers: [['Location', location], ...headers] };
}

function applyHeaderFaults(response: EndpointResponse, faults: RequestFaults): EndpointResponse {
  let { headers } = response;
  for (const { name, value } of faults.getAll('header')) {
    headers =
      value === null
        ? headers.filter(([other]) => !isSameHeader(other, name))
        : setHeader(headers, name, value);
  }
  return { ...response, headers };
}

/** Replaces the header at its position, or appends it. */
function setHeader(headers: readonly Header[], name: string, value: string): Header[] {
  const isPresent = headers.some(([other]) => isSameHeader(other, name));
  if (!isPresent) return [...headers, [name, value]];
  return headers.map((header): Header => (isSameHeader(header[0], name) ? [header[0], value] : header));
}

const isSameHeader = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
