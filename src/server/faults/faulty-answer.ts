import type { Answer, Header, Inquiry, Refusal, Reply } from '../inquiry.ts';
import type { Variants } from '../variants.ts';
import type { FaultKind } from './fault.ts';
import { NO_FAULTS } from './fault-plan.ts';

/** What becomes of an answer on its way out. */
export interface Delivery {
  /** `silence` holds the connection and says nothing; `reset` breaks it. */
  manner: 'whole' | 'truncated' | 'reset' | 'silence';
  answer: Answer;
  delayMs: number;
  /** The fault that the client notices first; null where there is none. */
  fault: FaultKind | null;
}

/** Applies the faults that change an answer; those that change what is handed out were applied before. */
export function deliver(reply: Reply, inquiry: Inquiry, refusal: Refusal, variants: Variants): Delivery {
  const { faults } = inquiry;
  if (faults === NO_FAULTS) return { manner: 'whole', answer: reply.answer, delayMs: 0, fault: null };
  const delivery = (fault: FaultKind | null, more: Partial<Delivery> = {}): Delivery => ({
    manner: 'whole',
    answer: withHeaderFaults(reply.answer, inquiry),
    delayMs: faults.get('stall')?.milliseconds ?? 0,
    fault,
    ...more,
  });
  const changed = (fault: FaultKind, answer: Answer) =>
    delivery(fault, { answer: withHeaderFaults(answer, inquiry) });

  if (faults.get('stall')?.milliseconds === null) return delivery('stall', { manner: 'silence' });
  if (faults.get('reset') !== undefined) return delivery('reset', { manner: 'reset' });
  const hopLimit = faults.get('hop-limit');
  if (hopLimit !== undefined && reply.asked === 'token') {
    return delivery('hop-limit', { manner: hopLimit.resets ? 'reset' : 'silence' });
  }
  if (faults.get('throttle') !== undefined) {
    const isImds = reply.shape === 'imds' || reply.shape === 'cloudshell';
    if (isImds && variants.throttle === 'drop') return delivery('throttle', { manner: 'silence' });
    return changed('throttle', refusal(inquiry, isImds ? Number(variants.throttle) : 429));
  }
  const body = faults.get('body');
  const status = faults.get('status');
  if (status !== undefined) {
    const refused = refusal(inquiry, status.status);
    return changed('status', body === undefined ? refused : withBody(refused, body.text));
  }
  const redirect = faults.get('redirect');
  if (redirect !== undefined) return changed('redirect', redirected(reply.answer, redirect.location));
  if (body !== undefined) return changed('body', succeeding(reply.answer, body.text));
  if (faults.get('empty') !== undefined) return changed('empty', succeeding(reply.answer, ''));
  if (faults.get('malformed') !== undefined) {
    return changed('malformed', withBody(reply.answer, firstHalf(reply.answer.body)));
  }
  // Of an answer without a body nothing would be missing.
  if (faults.get('truncate') !== undefined && reply.answer.body.length > 0) {
    return delivery('truncate', { manner: 'truncated' });
  }
  return delivery(faultOf(reply, inquiry));
}

/** The faults behind an answer that is whole: what was handed out, or how, is not what it should be. */
function faultOf({ asked, shape }: Reply, { faults }: Inquiry): FaultKind | null {
  const kinds: FaultKind[] = [
    'stall',
    'header',
    'no-role',
    ...(asked === 'credentials'
      ? (['error', 'field', 'expired', 'renew', 'alternate', 'frozen'] as const)
      : []),
    ...(shape === 'imds' && asked !== 'token' ? (['token-lifetime'] as const) : []),
    'clock-skew',
  ];
  return kinds.find((kind) => faults.get(kind) !== undefined) ?? null;
}

export const firstHalf = (body: string | Buffer) => body.slice(0, Math.floor(body.length / 2));

function withBody(answer: Answer, body: string | Buffer): Answer {
  const length = String(Buffer.byteLength(body));
  return { ...answer, body, headers: replaced(answer.headers, 'Content-Length', length) };
}

const succeeding = (answer: Answer, body: string): Answer => ({
  ...withBody(answer, body),
  status: 200,
  reason: 'OK',
});

function redirected(answer: Answer, location: string): Answer {
  const { headers, ...rest } = withBody(answer, '');
  return { ...rest, status: 302, reason: 'Found', headers: [['Location', location], ...headers] };
}

function withHeaderFaults(answer: Answer, { faults }: Inquiry): Answer {
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
