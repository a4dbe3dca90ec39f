import type { Shape } from '../../../src/server/endpoint-request.ts';
import { startPortal, storeSsoToken } from '../aws/portal.ts';
import { revealCredentials } from '../server/revealed-credentials.ts';
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
      status === 200 && credentials != null ? [revealCredentials(credentials)] : [],
    );
  return { env: environments[shape], listServed, requests };
}

/** The role that the recipes get from IAM Identity Center. */
const DEPLOY = { accountId: '111122223333', roleName: 'Deploy' };

/** IAM Identity Center after `aws sso login` of the session `corp`, whose permission set allows this validity. */
export async function startIdentityCenter(sessionSeconds: number) {
  const accessToken = 'CANARY-sso-token';
  const portal = await startPortal({ accessToken, sessionSeconds, ...DEPLOY });
  const signIn = (home: string) =>
    storeSsoToken(home, 'corp', {
      startUrl: 'https://corp.example/start',
      region: 'eu-west-1',
      accessToken,
      expiresAt: new Date(Date.now() + 8 * HOUR * 1000).toISOString(),
    });
  return { env: { AWS_ENDPOINT_URL_SSO: portal.url }, portal, signIn };
}
