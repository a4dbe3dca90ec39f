import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import type { Handler, Request, Response } from './loopback-server.ts';
import { createReferenceIssuer, formatSecond, type ReferenceCredentials } from './reference-credentials.ts';

export interface ReferenceImdsOptions {
  clock: Clock;
  /** Null: no role is attached. */
  role?: string | null;
  getCredentials?: () => ReferenceCredentials;
  /** Answers requests without a token too. */
  allowsV1?: boolean;
}

const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';
const OWN_HOSTS = /^(?:127\.0\.0\.1|localhost|169\.254\.169\.254|\[::1\]|\[fd00:ec2::254\])(?::\d+)?$/i;
export const CREDENTIALS_PATH = '/latest/meta-data/iam/security-credentials/';
export const ROLE = 'reference-role';

/** The metadata service of EC2, from the documentation and the captures in `fixtures/captures`. */
export function createReferenceImds({
  clock,
  role = ROLE,
  getCredentials = createReferenceIssuer(clock),
  allowsV1 = false,
}: ReferenceImdsOptions): Handler {
  const expirations = new Map<string, number>();
  const text = (status: number, body: string, headers: Response['headers'] = {}): Response => ({
    status,
    headers: { 'Content-Type': 'text/plain', Server: 'EC2ws', Connection: 'close', ...headers },
    body,
  });
  const page = (status: number, reason: string) =>
    text(status, createPage(`${status} - ${reason}`), { 'Content-Type': 'text/html' });

  const issueToken = ({ method, headers }: Request) => {
    if (method !== 'PUT') return text(405, '', { Allow: 'OPTIONS, PUT' });
    const ttl = Number(/^\d{1,5}$/.exec(headers[TTL.toLowerCase()] ?? '')?.[0]);
    if (!(ttl >= 1 && ttl <= 21_600)) return page(400, 'Bad Request');
    const token = `${randomBytes(40).toString('base64url')}==`;
    expirations.set(token, clock.now() + ttl * 1000);
    return text(200, token, { [TTL]: String(ttl) });
  };

  return (request) => {
    const { method, path, headers } = request;
    if (headers.host === undefined) return page(400, 'Bad Request');
    if (headers.expect !== undefined) return page(417, 'Expectation Failed');
    const isForeign = ['x-forwarded-for', 'origin', 'referer'].some((name) => headers[name] !== undefined);
    if (isForeign || !OWN_HOSTS.test(headers.host)) return text(403, '');
    if (path === '/latest/api/token') return issueToken(request);
    if (/^\/[^/]+\/api\/token\/?$/.test(path)) return text(403, '');
    if (method !== 'GET' && method !== 'HEAD') return text(405, '', { Allow: 'GET, HEAD' });
    const token = headers['x-aws-ec2-metadata-token'];
    const remaining =
      token === undefined ? null : Math.ceil(((expirations.get(token) ?? 0) - clock.now()) / 1000);
    if (remaining === null ? !allowsV1 : remaining <= 0) return text(401, '');
    const body = findBody(path, role, getCredentials());
    if (body === null) return page(404, 'Not Found');
    return text(200, body, remaining === null ? {} : { [TTL]: String(remaining) });
  };
}

function findBody(path: string, role: string | null, credentials: ReferenceCredentials): string | null {
  const updated = formatSecond(credentials.issuedAt);
  const ofRole: Readonly<Record<string, string>> =
    role === null
      ? {}
      : {
          '/latest/meta-data/iam/': 'info\nsecurity-credentials/',
          '/latest/meta-data/iam/info': stringify({
            Code: 'Success',
            LastUpdated: updated,
            InstanceProfileArn: `arn:aws:iam::111122223333:instance-profile/${role}`,
            InstanceProfileId: 'AIPAREFERENCEREFERENC',
          }),
          [CREDENTIALS_PATH]: role,
          [CREDENTIALS_PATH.slice(0, -1)]: role,
          [`${CREDENTIALS_PATH}${role}`]: stringify({
            Code: 'Success',
            LastUpdated: updated,
            Type: 'AWS-HMAC',
            AccessKeyId: credentials.accessKeyId,
            SecretAccessKey: credentials.secretAccessKey,
            Token: credentials.token,
            Expiration: formatSecond(credentials.expiration),
          }),
        };
  return { ...METADATA, ...ofRole }[path] ?? null;
}

const METADATA: Readonly<Record<string, string>> = {
  '/': '1.0\nlatest',
  '/latest/': 'dynamic\nmeta-data\nuser-data',
  '/latest/meta-data/': 'instance-id\niam/\nplacement/',
  '/latest/meta-data/instance-id': 'i-0123456789abcdef0',
  '/latest/meta-data/placement/': 'availability-zone\nregion',
  '/latest/meta-data/placement/availability-zone': 'eu-central-1b',
  // botocore requests the zone with a final slash.
  '/latest/meta-data/placement/availability-zone/': 'eu-central-1b',
  '/latest/meta-data/placement/region': 'eu-central-1',
  '/latest/dynamic/instance-identity/document': stringify({
    accountId: '111122223333',
    availabilityZone: 'eu-central-1b',
    instanceId: 'i-0123456789abcdef0',
    region: 'eu-central-1',
  }),
};

/** JSON as IMDS writes it. */
function stringify(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  "${name}" : ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

const createPage = (title: string) => `<?xml version="1.0" encoding="iso-8859-1"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
