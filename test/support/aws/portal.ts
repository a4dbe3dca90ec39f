import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoopbackServer, type ServiceResponse, startLoopbackServer } from './loopback-server.ts';

export interface Portal extends LoopbackServer {
  /** Returns the credentials to serve. Null: new ones. */
  issue(): Portal['issued'][number] | null;
  issued: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: number }[];
}

interface PortalOptions {
  accessToken: string;
  accountId: string;
  roleName: string;
  /** How long the permission set lets credentials be valid, in seconds. */
  sessionSeconds?: number;
  now?: () => number;
  finished?: (clean: () => Promise<void>) => void;
}

/** The portal of IAM Identity Center, which issues credentials for the token of a signed-in user. */
export async function startPortal({
  accessToken,
  accountId,
  roleName,
  sessionSeconds = 3600,
  now = Date.now,
  finished = onTestFinished,
}: PortalOptions): Promise<Portal> {
  const issued: Portal['issued'] = [];
  const portal: Pick<Portal, 'issue'> = { issue: () => null };
  const server = await startLoopbackServer(
    ({ method, url, headers }) => {
      const { pathname, searchParams } = new URL(url, 'http://unused');
      if (method !== 'GET' || pathname !== '/federation/credentials')
        return buildPortalError(404, 'NotFound');
      if (headers['x-amz-sso_bearer_token'] !== accessToken)
        return buildPortalError(401, 'UnauthorizedException', 'Session token not found or invalid');
      if (searchParams.get('account_id') !== accountId || searchParams.get('role_name') !== roleName)
        return buildPortalError(403, 'ForbiddenException', 'No access');
      const credentials = portal.issue() ?? {
        // Unique as in AWS. The SDK for Go caches the signing key of a key id.
        accessKeyId: `ASIAPORTAL${String(issued.length + 1).padStart(10, '0')}`,
        secretAccessKey: `CANARY/${randomBytes(24).toString('base64')}`.slice(0, 40),
        sessionToken: `CANARY${randomBytes(90).toString('base64')}`,
        expiration: Math.floor(now() / 1000 + sessionSeconds) * 1000,
      };
      issued.push(credentials);
      return buildJson(200, { roleCredentials: credentials });
    },
    now,
    finished,
  );
  return Object.assign(portal, server, { issued });
}

const buildJson = (status: number, body: object, headers: Record<string, string> = {}): ServiceResponse => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const buildPortalError = (status: number, type: string, message = type): ServiceResponse =>
  buildJson(
    status,
    { message, __type: `com.amazonaws.switchboard.portal#${type}` },
    { 'x-amzn-ErrorType': type },
  );

/** Stores a token as `aws sso login` does. */
export function storeSsoToken(home: string, cacheKey: string, content: object): void {
  const folder = join(home, '.aws', 'sso', 'cache');
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha1').update(cacheKey).digest('hex');
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
}
