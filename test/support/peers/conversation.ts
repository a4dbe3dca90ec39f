import type { FalseCredentials } from '../../../src/server/credentials/false-credentials.ts';
import type { Exchange } from '../../../src/server/wire/exchange.ts';
import type { Held, Outcome } from './client.ts';

/** The exchange in which a client was handed what it holds, whole. */
export function handedOut(
  { held }: { held: Held | null },
  exchanges: readonly Exchange[],
): Exchange | undefined {
  return exchanges.find(
    ({ status, handledRequest: { credentials } }) =>
      status === 200 && credentials?.accessKeyId === held?.accessKeyId && isHeld(held, credentials),
  );
}

const isHeld = (held: Held | null, credentials: FalseCredentials | null) =>
  held !== null && credentials !== null && held.isWhole(credentials);

/**
 * What was asked and answered, and how it ended: `token 403, v1 role 200, v1 credentials 200: v1 credentials`. Equal
 * ones in a row are counted.
 */
export function conversation(outcome: Outcome, exchanges: readonly Exchange[]): string {
  const lines = exchanges.map(describeExchange);
  const counted = lines.flatMap((line, index) => {
    if (line === lines[index - 1]) return [];
    const rest = lines.slice(index);
    const end = rest.findIndex((each) => each !== line);
    const times = end < 0 ? rest.length : end;
    return [times === 1 ? line : `${line} ×${times}`];
  });
  return `${counted.join(', ') || 'nothing asked'}: ${describeOutcome(outcome, exchanges)}`;
}

function describeExchange({ request, handledRequest, status, incompleteReason }: Exchange): string {
  const { path } = request;
  const answer = status ?? incompleteReason;
  if (path === '/latest/api/token') return `token ${answer}`;
  const version = handledRequest.shape === 'imds' ? `v${handledRequest.apiVersion} ` : '';
  const isList = path.endsWith('/iam/security-credentials/');
  const what = isList ? 'role' : handledRequest.kind === 'credentials' ? 'credentials' : path;
  return `${version}${what} ${answer}`;
}

function describeOutcome(outcome: Outcome, exchanges: readonly Exchange[]): string {
  if (outcome.held === null) return `none, exit ${outcome.code}`;
  const handed = handedOut(outcome, exchanges);
  if (handed === undefined || outcome.code !== 0) return `others than it was handed, exit ${outcome.code}`;
  return handed.handledRequest.shape === 'imds'
    ? `v${handed.handledRequest.apiVersion} credentials`
    : 'credentials';
}
