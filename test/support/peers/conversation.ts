import type { ServedCredentials } from '../../../src/server/served-credentials.ts';
import type { Exchange } from '../../../src/server/wire/exchange.ts';
import { type RevealedCredentials, revealCredentials } from '../server/revealed-credentials.ts';
import type { ClientOutcome, HeldCredentials } from './client.ts';

/** The exchange that served the credentials of the client. Undefined if none served all of them. */
export function findServedExchange(
  { held }: { held: HeldCredentials | null },
  exchanges: readonly Exchange[],
): Exchange | undefined {
  return exchanges.find(
    ({ status, handled: { credentials } }) => status === 200 && isHeld(held, credentials),
  );
}

/** The credentials that the client got, as the simulator issued them. */
export function getServedCredentials(
  outcome: { held: HeldCredentials | null },
  exchanges: readonly Exchange[],
): RevealedCredentials {
  const credentials = findServedExchange(outcome, exchanges)?.handled.credentials;
  if (credentials == null) throw new Error('the simulator did not serve the credentials of the client');
  return revealCredentials(credentials);
}

function isHeld(held: HeldCredentials | null, credentials: ServedCredentials | null): boolean {
  if (held === null || credentials === null) return false;
  const revealed = revealCredentials(credentials);
  return held.accessKeyId === revealed.accessKeyId && held.matches(revealed);
}

/**
 * Requests with their statuses, then the result of the client, for example
 * `token 403, v1 role 200, v1 credentials 200: v1 credentials`. Repeated requests are counted.
 */
export function describeConversation(outcome: ClientOutcome, exchanges: readonly Exchange[]): string {
  const lines = exchanges.map(describeExchange);
  const counted = lines.flatMap((line, index) => {
    if (line === lines[index - 1]) return [];
    const rest = lines.slice(index);
    const end = rest.findIndex((each) => each !== line);
    const times = end < 0 ? rest.length : end;
    return [times === 1 ? line : `${line} ×${times}`];
  });
  return `${counted.join(', ') || 'no requests'}: ${describeOutcome(outcome, exchanges)}`;
}

function describeExchange({ request, handled, status, incompleteReason }: Exchange): string {
  const { path } = request;
  const result = status ?? incompleteReason;
  if (path === '/latest/api/token') return `token ${result}`;
  const version = handled.shape === 'imds' ? `v${handled.apiVersion} ` : '';
  const isList = path.endsWith('/iam/security-credentials/');
  const document = isList ? 'role' : handled.kind === 'credentials' ? 'credentials' : path;
  return `${version}${document} ${result}`;
}

function describeOutcome(outcome: ClientOutcome, exchanges: readonly Exchange[]): string {
  if (outcome.held === null) return `none, exit ${outcome.code}`;
  const served = findServedExchange(outcome, exchanges);
  if (served === undefined || outcome.code !== 0)
    return `credentials that were not served, exit ${outcome.code}`;
  return served.handled.shape === 'imds' ? `v${served.handled.apiVersion} credentials` : 'credentials';
}
