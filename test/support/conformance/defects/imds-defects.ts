import { formatSecond } from '../reference-credentials.ts';
import {
  changeDocument,
  changeResponses,
  combine,
  type Defect,
  ignoreHeaders,
  ignoreHost,
  intercept,
  isDocument,
  isRoleList,
  json,
  plain,
  removeHeader,
  setHeaders,
  TOKEN_PATH,
  TTL_HEADER,
} from './defect.ts';

const TTL = TTL_HEADER.toLowerCase();
const isToken = ({ path, method }: { path: string; method: string }) =>
  path === TOKEN_PATH && method === 'PUT';
const onToken = (change: Parameters<typeof changeResponses>[1]) =>
  changeResponses(isToken, (response, request, context) =>
    response.status === 200 ? change(response, request, context) : response,
  );
const onPath = (path: string, response: ReturnType<typeof plain>) =>
  intercept((request) => (request.path.replace(/\/$/, '') === path ? response : undefined));

/** Rejected requests for a token get another status. */
const rejectTokensWith = (status: number) =>
  changeResponses(
    ({ path }) => path === TOKEN_PATH,
    (response) => (response.status === 400 ? plain(status) : response),
  );

/** Requests with a missing, wrong or expired token get another response. */
const rejectReadsWith = (status: number) =>
  changeResponses(
    ({ path }) => path !== TOKEN_PATH,
    (response) => (response.status === 401 ? plain(status) : response),
  );

const withoutPath = (path: string) => onPath(path, plain(404, 'Not Found'));

/** Defects of metadata endpoints, one for each part of a check. */
export const IMDS_DEFECTS: readonly Defect[] = [
  {
    name: 'the token ends in a newline',
    checks: ['token-issued'],
    // A client that removes the newline can use the token.
    apply: onToken((response) => ({ ...response, body: `${response.body}\n` })),
  },
  {
    name: 'the token response has the status 201',
    checks: ['token-issued'],
    apply: onToken((r) => ({ ...r, status: 201 })),
  },
  {
    name: 'the token response has no TTL',
    checks: ['token-ttl-header'],
    apply: onToken((r) => removeHeader(r, TTL_HEADER)),
  },
  {
    name: 'the TTL of the token response is not a number',
    checks: ['token-ttl-header'],
    apply: onToken((r) => setHeaders(r, { [TTL_HEADER]: '6h' })),
  },
  {
    name: 'a wrong TTL is limited to the allowed range',
    checks: ['token-ttl-validated'],
    apply: (handle) => (request) =>
      request.path === TOKEN_PATH && request.headers[TTL] === '21601'
        ? handle({ ...request, headers: { ...request.headers, [TTL]: '21600' } })
        : handle(request),
  },
  { name: 'a wrong TTL is 401', checks: ['token-ttl-validated'], apply: rejectTokensWith(401) },
  { name: 'a wrong TTL is 500', checks: ['token-ttl-validated'], apply: rejectTokensWith(500) },
  {
    name: 'a wrong token is 405',
    checks: ['token-refusal-status', 'token-expires', 'invalid-token-refused'],
    apply: rejectReadsWith(405),
  },
  {
    name: 'a wrong token is 403',
    checks: ['token-refusal-status', 'token-expires', 'invalid-token-refused'],
    apply: rejectReadsWith(403),
  },
  {
    name: 'a wrong token is 404',
    checks: ['token-refusal-status', 'token-expires', 'invalid-token-refused'],
    apply: rejectReadsWith(404),
  },
  {
    name: 'X-Forwarded-For is accepted in token requests',
    checks: ['forwarded-request-refused'],
    apply: ignoreHeaders(['x-forwarded-for'], ({ method }) => method === 'PUT'),
  },
  {
    name: 'X-Forwarded-For is accepted in reads',
    checks: ['forwarded-request-refused'],
    apply: ignoreHeaders(['x-forwarded-for'], ({ method }) => method === 'GET'),
  },
  {
    name: 'a dated path returns a token',
    checks: ['token-path-exact'],
    apply: (handle) => (request) =>
      handle({ ...request, path: request.path.replace(/^\/\d{4}-\d\d-\d\d\/api\/token$/, TOKEN_PATH) }),
  },
  {
    name: 'the token path with a final slash returns a token',
    checks: ['token-path-exact'],
    apply: (handle) => (request) => handle({ ...request, path: request.path.replace(/token\/$/, 'token') }),
  },
  { name: 'a token can be used once', checks: ['token-reusable'], apply: limitUses(1) },
  { name: 'a new token replaces the old one', checks: ['token-reusable'], apply: keepNewestTokens(1) },
  {
    name: 'expired tokens are accepted',
    checks: ['token-expires'],
    apply: acceptExpiredTokens,
  },
  {
    name: 'wrong tokens are accepted',
    checks: ['token-expires', 'invalid-token-refused'],
    apply: useOwnToken(({ headers }) => headers['x-aws-ec2-metadata-token'] !== undefined),
  },
  {
    name: 'the TTL of reads is the TTL when issued',
    checks: ['token-remaining-ttl'],
    apply: changeResponses(
      ({ method, path }) => method === 'GET' && path !== TOKEN_PATH,
      (r) => (r.headers[TTL_HEADER] === undefined ? r : setHeaders(r, { [TTL_HEADER]: '21600' })),
    ),
  },
  {
    name: 'reads have no TTL',
    checks: ['token-remaining-ttl'],
    apply: changeResponses(
      ({ method }) => method === 'GET',
      (r) => removeHeader(r, TTL_HEADER),
    ),
  },
  {
    name: 'the role list ends in a newline',
    checks: ['role-list'],
    apply: changeRoleList((role) => `${role}\n`),
  },
  {
    name: 'the role list has two names',
    checks: ['role-list'],
    apply: changeRoleList((role) => `${role}\nother`),
  },
  {
    name: 'an unknown role is 200 without keys',
    checks: ['unknown-role-not-found'],
    apply: answerUnknownRole(json(200, { Code: 'Failed' })),
  },
  {
    name: 'an unknown role is 500',
    checks: ['unknown-role-not-found'],
    apply: answerUnknownRole(plain(500)),
  },
  { name: 'Code is missing', checks: ['document-code'], apply: changeDocument(() => ({ Code: undefined })) },
  {
    name: 'Code is OK',
    checks: ['document-code', 'error-document'],
    apply: changeDocument(() => ({ Code: 'OK' })),
  },
  {
    name: 'Token is missing',
    checks: ['document-fields'],
    apply: changeDocument(() => ({ Token: undefined })),
  },
  {
    name: 'SecretAccessKey is empty',
    checks: ['document-fields'],
    apply: changeDocument(() => ({ SecretAccessKey: '' })),
  },
  {
    name: 'AccessKeyId is a number',
    checks: ['document-fields'],
    apply: changeDocument(() => ({ AccessKeyId: 5 })),
  },
  {
    name: 'Expiration is missing',
    checks: ['document-fields'],
    apply: changeDocument(() => ({ Expiration: undefined })),
  },
  {
    name: 'Expiration has fractions of a second',
    checks: ['expiration-format'],
    apply: changeDocument(({ Expiration }) => ({ Expiration: String(Expiration).replace('Z', '.123456Z') })),
  },
  {
    name: 'Expiration has an offset',
    checks: ['expiration-format'],
    apply: changeDocument(({ Expiration }) => ({ Expiration: String(Expiration).replace('Z', '+00:00') })),
  },
  {
    name: 'Expiration has no zone',
    checks: ['expiration-format'],
    apply: changeDocument(({ Expiration }) => ({ Expiration: String(Expiration).replace('Z', '') })),
  },
  {
    name: 'LastUpdated is in the future',
    checks: ['last-updated'],
    apply: changeDocument((_, { clock }) => ({ LastUpdated: formatSecond(clock.now() + 3_600_000) })),
  },
  {
    name: 'LastUpdated is the time of the response',
    checks: ['last-updated'],
    apply: changeDocument((_, { clock }) => ({ LastUpdated: formatSecond(clock.now()) })),
  },
  {
    name: 'a failure document has keys',
    checks: ['document-code', 'error-document'],
    apply: changeDocument(() => ({ Code: 'Failed' })),
  },
  {
    name: 'without a role, the list is empty',
    checks: ['no-role-not-found', 'role-list'],
    apply: combine(
      intercept(({ path }) => (isDocument(path) ? plain(404) : undefined)),
      changeRoleList(() => ''),
    ),
  },
  {
    name: 'each read issues new credentials',
    checks: ['key-stable'],
    apply: changeKeys(() => true),
  },
  {
    name: 'the credentials have expired',
    checks: ['not-expired'],
    apply: expireIn(-60),
  },
  { name: 'the credentials are valid for 3 minutes', checks: ['remaining-validity'], apply: expireIn(180) },
  { name: 'the credentials are valid for 12 minutes', checks: ['remaining-validity'], apply: expireIn(720) },
  { name: 'the credentials are valid for 20 minutes', checks: ['remaining-validity'], apply: expireIn(1200) },
  {
    name: 'the region is missing',
    checks: ['region-metadata'],
    apply: withoutPath('/latest/meta-data/placement/region'),
  },
  {
    name: 'the availability zone is missing',
    checks: ['region-metadata'],
    apply: withoutPath('/latest/meta-data/placement/availability-zone'),
  },
  {
    name: 'the identity document is missing',
    checks: ['region-metadata'],
    apply: withoutPath('/latest/dynamic/instance-identity/document'),
  },
  {
    name: 'the identity document has no region',
    checks: ['region-metadata'],
    apply: onPath('/latest/dynamic/instance-identity/document', plain(200, '{"accountId":"111122223333"}')),
  },
  {
    name: 'the instance id is missing',
    checks: ['instance-metadata'],
    apply: withoutPath('/latest/meta-data/instance-id'),
  },
  {
    name: 'iam/info is missing',
    checks: ['instance-metadata'],
    apply: withoutPath('/latest/meta-data/iam/info'),
  },
  {
    name: 'HEAD is 405',
    checks: ['methods'],
    apply: intercept(({ method }) => (method === 'HEAD' ? plain(405, '', { Allow: 'GET' }) : undefined)),
  },
  {
    name: 'PUT returns the resource',
    checks: ['methods'],
    apply: (handle) => (request) => handle(isToken(request) ? request : { ...request, method: 'GET' }),
  },
  {
    name: '405 has no Allow header',
    checks: ['methods'],
    apply: changeResponses(
      () => true,
      (r) => (r.status === 405 ? removeHeader(r, 'Allow') : r),
    ),
  },
  {
    name: 'a missing resource is a success document',
    checks: ['not-found-response'],
    apply: changeResponses(
      ({ path }) => !isDocument(path),
      (r) => (r.status === 404 ? { ...r, ...json(404, { Code: 'Success' }) } : r),
    ),
  },
  { name: 'every Host is accepted', checks: ['host-header'], apply: ignoreHost() },
  {
    name: 'the Host 169.254.169.254 is refused',
    checks: ['host-header'],
    apply: intercept(({ headers }) =>
      /^169\.254\.169\.254/.test(headers.host ?? '') ? plain(403) : undefined,
    ),
  },
  {
    name: 'preflight requests are allowed',
    checks: ['no-cross-origin'],
    apply: intercept(({ method }) =>
      method === 'OPTIONS'
        ? plain(204, '', {
            'Access-Control-Allow-Origin': 'https://example.com',
            'Access-Control-Allow-Methods': 'GET, PUT',
            'Access-Control-Allow-Headers': 'x-aws-ec2-metadata-token',
          })
        : undefined,
    ),
  },
];

function limitUses(max: number): Defect['apply'] {
  return (handle) => {
    const uses = new Map<string, number>();
    return (request) => {
      const token = request.headers['x-aws-ec2-metadata-token'];
      if (token === undefined) return handle(request);
      uses.set(token, (uses.get(token) ?? 0) + 1);
      return uses.get(token)! > max ? plain(401) : handle(request);
    };
  };
}

/** The limit of 256 tokens in rolesanywhere-credential-helper would do this if it had an effect. */
function keepNewestTokens(max: number): Defect['apply'] {
  return (handle) => {
    const tokens: string[] = [];
    return async (request) => {
      const token = request.headers['x-aws-ec2-metadata-token'];
      if (token !== undefined && tokens.includes(token) && !tokens.slice(-max).includes(token))
        return plain(401);
      const response = await handle(request);
      if (isToken(request) && response?.status === 200) tokens.push(String(response.body));
      return response;
    };
  };
}

function acceptExpiredTokens(...[handle]: Parameters<Defect['apply']>): ReturnType<Defect['apply']> {
  const issued = new Set<string>();
  let own: string | null = null;
  return async (request) => {
    if (isToken(request)) {
      const response = await handle(request);
      if (response?.status === 200) issued.add(String(response.body));
      return response;
    }
    const token = request.headers['x-aws-ec2-metadata-token'];
    const response = await handle(request);
    if (response?.status !== 401 || token === undefined || !issued.has(token)) return response;
    own ??= await requestOwnToken(handle, request.headers);
    return handle({ ...request, headers: { ...request.headers, 'x-aws-ec2-metadata-token': own } });
  };
}

/** Reads with a token of the server itself, whatever the client sent. */
function useOwnToken(
  matches: (request: Parameters<Parameters<Defect['apply']>[0]>[0]) => boolean,
): Defect['apply'] {
  return (handle) => {
    let own: string | null = null;
    return async (request) => {
      const response = await handle(request);
      if (response?.status !== 401 || !matches(request)) return response;
      own ??= await requestOwnToken(handle, request.headers);
      return handle({ ...request, headers: { ...request.headers, 'x-aws-ec2-metadata-token': own } });
    };
  };
}

async function requestOwnToken(
  handle: Parameters<Defect['apply']>[0],
  { host }: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const headers = { host, [TTL]: '21600' };
  const response = await handle({ method: 'PUT', path: TOKEN_PATH, query: new URLSearchParams(), headers });
  return String(response?.body);
}

function changeRoleList(change: (role: string) => string): Defect['apply'] {
  return changeResponses(
    ({ path }) => isRoleList(path),
    (response) => (response.status === 200 ? { ...response, body: change(String(response.body)) } : response),
  );
}

function answerUnknownRole(replacement: ReturnType<typeof plain>): Defect['apply'] {
  return changeResponses(
    ({ path }) => isDocument(path),
    (response) => (response.status === 404 ? replacement : response),
  );
}

function changeKeys(matches: () => boolean): Defect['apply'] {
  let count = 0;
  return changeDocument(({ AccessKeyId }) =>
    matches() ? { AccessKeyId: `${String(AccessKeyId).slice(0, -2)}${toBase32(count++)}` } : {},
  );
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const toBase32 = (number: number) => `${ALPHABET[(number >> 5) % 32]}${ALPHABET[number % 32]}`;

/** The same credentials, which expire so many seconds after the start of the server. */
function expireIn(seconds: number): Defect['apply'] {
  let expiration: string | null = null;
  return changeDocument((_, { clock }) => {
    expiration ??= formatSecond(clock.now() + seconds * 1000);
    return { Expiration: expiration };
  });
}
