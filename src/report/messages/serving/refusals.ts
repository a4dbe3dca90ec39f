import type { Refusal } from '../../../domain/serving/refusal.ts';

const REFUSALS: Readonly<Record<Refusal, string>> = {
  host: 'the Host header is not an address of this server',
  'browser-or-proxy': 'a browser or a proxy sent the request',
  'authorization-missing': 'no Authorization header',
  'authorization-wrong': 'wrong Authorization header or path',
  'role-not-named': 'the path names no role',
  'role-of-other-address': 'the role in the path is served at another address',
};

/** Why a request was refused, for the log. The response does not say it. */
export function describeRefusal(refusal: Refusal, shape: string | null): string {
  const reason = REFUSALS[refusal];
  if (refusal !== 'authorization-missing' || shape !== 'eks') return `refused: ${reason}`;
  return `refused: ${reason}: this client does not read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, use --shape ecs for it`;
}
