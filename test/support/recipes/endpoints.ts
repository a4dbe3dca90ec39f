import type { Shape } from '../../../src/server/endpoint-request.ts';
import { startSimulated } from '../server/simulated-endpoint.ts';

export const HOUR = 3600;

/**
 * The variables of a place whose endpoint serves credentials with this validity, and everything that was
 * requested there.
 */
export async function startPlace(shape: Shape, lifetimeSeconds: number) {
  const { environments, exchanges, requests } = await startSimulated({
    shapes: [shape],
    rotationTiming: { lifetime: lifetimeSeconds, rotateEvery: lifetimeSeconds, jitter: 0 },
  });
  /** The credentials that were served, in order. */
  const listServed = () =>
    exchanges.flatMap(({ status, handled: { credentials } }) =>
      status === 200 && credentials != null ? [credentials] : [],
    );
  return { env: environments[shape], listServed, requests };
}
