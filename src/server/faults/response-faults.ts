import type { FalseCredentials } from '../credentials/false-credentials.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  Header,
} from '../endpoint-request.ts';
import type { Variants } from '../variants.ts';
import type { FaultKind } from './fault.ts';
import { NO_FAULTS } from './fault-plan.ts';

/** What becomes of an answer on its way out. */
export interface Delivery {
  /** `silence` holds the connection and says nothing; `reset` breaks it. */
  kind: 'complete' | 'truncated' | 'reset' | 'silent';
  response: EndpointResponse;
  delayMs: number;
  /** Those that arrive; null where none do. */
  credentials: FalseCredentials | null;
  /** The kinds of faults that the client notices (`status + header`); null where there is none. */
  fault: string | null;
}

/** Applies the faults that change an answer; those that change what is handed out were applied before. */
export function applyResponseFaults(
  reply: HandledRequest,
  inquiry: EndpointRequest,
  refusal: ErrorResponder,
  variants: Variants,
): Delivery {
  const { faults } = inquiry;
  const { response, credentials } = reply;
  if (faults === NO_FAULTS) return { kind: 'complete', response, delayMs: 0, credentials, fault: null };
  const delayMs = faults.get('stall')?.milliseconds ?? 0;
  const delivery = (fault: FaultKind, more: Partial<Delivery>): Delivery => {
    const kinds = new Set([fault, ...beside(inquiry, delayMs)]);
    return { kind: 'complete', response, delayMs, credentials: null, fault: [...kinds].join(' + '), ...more };
  };
  const changed = (fault: FaultKind, into: EndpointResponse) =>
    delivery(fault, { response: withHeaderFaults(into, inquiry) });

  if (faults.get('stall')?.milliseconds === null) return delivery('stall', { kind: 'silent' });
  if (faults.get('reset') !== undefined) return delivery('reset', { kind: 'reset' });
  const hopLimit = faults.get('hop-limit');
  if (hopLimit !== undefined && reply.kind === 'token') {
    return delivery('hop-limit', { kind: hopLimit.resets ? 'reset' : 'silent' });
  }
  if (faults.get('throttle') !== undefined) {
    const isImds = reply.shape === 'imds' || reply.shape === 'cloudshell';
    if (isImds && variants.throttle === 'drop') return delivery('throttle', { kind: 'silent' });
    return changed('throttle', refusal(inquiry, isImds ? Number(variants.throttle) : 429));
  }
  const body = faults.get('body');
  const status = faults.get('status');
  if (status !== undefined) {
    const refused = refusal(inquiry, status.status);
    if (body === undefined) return changed('status', refused);
    const both = changed('status', withBody(refused, body.text));
    return { ...both, fault: ['status', 'body', ...beside(inquiry, delayMs)].join(' + ') };
  }
  const redirect = faults.get('redirect');
  if (redirect !== undefined) return changed('redirect', redirected(response, redirect.location));
  if (body !== undefined) return changed('body', succeeding(response, body.text));
  if (faults.get('empty') !== undefined) return changed('empty', succeeding(response, ''));
  if (faults.get('malformed') !== undefined) {
    return changed('malformed', withBody(response, firstHalf(response.body)));
  }
  // Of an answer without a body nothing would be missing.
  if (faults.get('truncate') !== undefined && response.body.length > 0) {
    return delivery('truncate', { kind: 'truncated' });
  }
  const kinds = new Set([...handedOutBy(reply, inquiry), ...beside(inquiry, delayMs)]);
  const fault = kinds.size === 0 ? null : [...kinds].join(' + ');
  return { kind: 'complete', response: withHeaderFaults(response, inquiry), delayMs, credentials, fault };
}

/** What can be wrong with any answer. */
function beside({ faults }: EndpointRequest, delayMs: number): FaultKind[] {
  return [
    ...(delayMs > 0 ? (['stall'] as const) : []),
    ...(['header', 'clock-skew'] as const).filter((kind) => faults.get(kind) !== undefined),
  ];
}

/** The faults behind what is handed out, or is not. */
function handedOutBy({ kind: asked, response }: HandledRequest, { faults }: EndpointRequest): FaultKind[] {
  const kinds: FaultKind[] = [
    'no-role',
    ...(asked === 'credentials'
      ? (['error', 'field', 'expired', 'renew', 'alternate', 'frozen'] as const)
      : []),
    ...(response.status === 401 ? (['token-lifetime'] as const) : []),
  ];
  return kinds.filter((kind) => faults.get(kind) !== undefined);
}

export const firstHalf = (body: string | Buffer) => body.slice(0, Math.floor(body.length / 2));

function withBody(answer: EndpointResponse, body: string | Buffer): EndpointResponse {
  const length = String(Buffer.byteLength(body));
  return { ...answer, body, headers: replaced(answer.headers, 'Content-Length', length) };
}

const succeeding = (answer: EndpointResponse, body: string): EndpointResponse => ({
  ...withBody(answer, body),
  status: 200,
  reasonPhrase: 'OK',
});

function redirected(answer: EndpointResponse, location: string): EndpointResponse {
  const { headers, ...rest } = withBody(answer, '');
  return { ...rest, status: 302, reasonPhrase: 'Found', headers: [['Location', location], ...headers] };
}

function withHeaderFaults(answer: EndpointResponse, { faults }: EndpointRequest): EndpointResponse {
  const changes = faults.all('header');
  if (changes.length === 0) return answer;
  const headers = changes.reduce<readonly Header[]>(
    (all, { name, value }) =>
      value === null ? all.filter(([each]) => !isName(each, name)) : replaced(all, name, value),
    answer.headers,
  );
  return { ...answer, headers };
}

/** In its place, or last where there was none. */
function replaced(headers: readonly Header[], name: string, value: string): Header[] {
  const isThere = headers.some(([each]) => isName(each, name));
  const all = headers.map(([each, old]): Header => (isName(each, name) ? [each, value] : [each, old]));
  return isThere ? all : [...all, [name, value]];
}

const isName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
