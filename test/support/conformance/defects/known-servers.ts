import { setTimeout as pause } from 'node:timers/promises';
import type { Response } from '../loopback-server.ts';
import { createReferenceCredentials, formatSecond, toWholeSecond } from '../reference-credentials.ts';
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

/** A defect of a published server, in an endpoint that otherwise behaves well. */
export interface KnownDefect extends Defect {
  shape: 'imds' | 'ecs';
  /** The server and the version with the defect. */
  server: string;
}

const ROLES_ANYWHERE = 'aws/rolesanywhere-credential-helper 1f9c897 (March 2026)';
const EXPORT_CREDENTIALS = 'benkehoe/aws-export-credentials 0.18.0 (July 2023)';
const BROKER = 'jamestelfer/imds-broker 0.4.0 (July 2026)';
const MOCK_METADATA = 'jtblin/aws-mock-metadata 4e9bec3 (December 2020)';

/**
 * Defects of published metadata servers. They were read in the source of the named version, and most were seen
 * when that version ran.
 */
export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  {
    // aws_signing_helper/serve.go, getCredentialsHandler: the error of CreateSession is only logged, and the fields
    // of the empty result replace the credentials that were still valid. Fixed in pull request 200.
    name: 'a failed refresh replaces the credentials by empty fields',
    shape: 'imds',
    server: ROLES_ANYWHERE,
    checks: ['document-fields', 'expiration-format'],
    apply: changeDocument(() => ({
      AccessKeyId: '',
      SecretAccessKey: '',
      Token: '',
      Expiration: '0001-01-01T00:00:00Z',
    })),
  },
  {
    // The same file, InsertToken: at 256 tokens it removes the one that expires first, but `time.Unix(1<<63-1, 0)`
    // is in the past, so it removes none. No client can see this: a real endpoint has no limit. What a client sees
    // in the same function is the default TTL.
    name: 'the limit of session tokens has no effect, and the TTL has a default',
    shape: 'imds',
    server: ROLES_ANYWHERE,
    checks: ['token-ttl-validated'],
    apply: (handle) => (request) => {
      const { path, headers } = request;
      return path === TOKEN_PATH && headers[TTL_HEADER.toLowerCase()] === undefined
        ? handle({ ...request, headers: { ...headers, [TTL_HEADER.toLowerCase()]: '21600' } })
        : handle(request);
    },
  },
  {
    // The same file, getCredentialsHandler: it has no lock, so each request in the refresh window calls
    // CreateSession. Here the window begins while the second of two simultaneous requests arrives.
    name: 'simultaneous requests each refresh the credentials',
    shape: 'imds',
    server: ROLES_ANYWHERE,
    checks: ['key-stable'],
    apply: refreshWithoutLock,
  },
  {
    // The same file: the header is set after the body has been written, so it is lost.
    name: 'the credentials have no TTL header',
    shape: 'imds',
    server: ROLES_ANYWHERE,
    checks: ['token-remaining-ttl'],
    apply: changeResponses(
      ({ path }) => isDocument(path),
      (response) => removeHeader(response, TTL_HEADER),
    ),
  },
  {
    // The Go runtime ends the process: `fatal error: concurrent map writes`, seen with 64 clients.
    name: 'simultaneous clients end the server',
    shape: 'imds',
    server: 'aws/amazon-ec2-metadata-mock 1.13.0 (bdf3096, December 2025)',
    checks: ['response-time'],
    apply: crashUnderLoad,
  },
  {
    // server/ec2server.go: the Host must be 169.254.169.254, so each client with an endpoint variable is refused.
    name: 'the address of the endpoint is refused as Host',
    shape: 'imds',
    server: 'ByteNess/aws-vault baf800b (August 2026)',
    checks: ['host-header'],
    apply: intercept(({ headers }) =>
      /^169\.254\.169\.254(?::80)?$/.test(headers.host ?? '') ? undefined : plain(401, 'Access Denied\n'),
    ),
  },
  {
    // server/middleware.go: Go removes Host from the headers, so the check reads an empty text. The name of the
    // other header is `Referer`; the server looks for `Referrer`.
    name: 'the checks of Host and Referer never fire',
    shape: 'imds',
    server: 'Netflix/weep 4de435e (November 2022)',
    checks: ['host-header'],
    apply: combine(ignoreHost(), ignoreHeaders(['referer'])),
  },
  {
    // main.go, writeError: it ignores its argument `status`, and always writes 405.
    name: 'every error is 405',
    shape: 'imds',
    server: 'benkehoe/imds-credential-server a476449 (August 2023)',
    checks: [
      'token-ttl-validated',
      'token-refusal-status',
      'token-path-exact',
      'token-expires',
      'invalid-token-refused',
      'unknown-role-not-found',
      'methods',
      'expect-refused',
      'not-found-response',
    ],
    apply: changeResponses(
      () => true,
      (response) =>
        response.status >= 400
          ? json(405, { Error: { Code: 'InvalidToken', Message: 'rejected' } })
          : response,
    ),
  },
  {
    // Also getmoto/moto 5.2.4. JavaScript and botocore accept such documents, Go does not.
    name: 'the documents have no Code, and the tokens no TTL',
    shape: 'imds',
    server: EXPORT_CREDENTIALS,
    checks: ['token-ttl-header', 'token-remaining-ttl', 'document-code', 'last-updated'],
    apply: combine(
      changeDocument(() => ({ Code: undefined, LastUpdated: undefined, Type: undefined })),
      changeResponses(
        () => true,
        (response) => removeHeader(response, TTL_HEADER),
      ),
    ),
  },
  {
    // With botocore 1.43, the handler raises `TypeError: takes 5 positional arguments but 6 were given`, and
    // Python's http.server closes the connection.
    name: 'a request for credentials is never answered',
    shape: 'imds',
    server: EXPORT_CREDENTIALS,
    checks: ['document-fields', 'unknown-role-not-found'],
    apply: intercept(({ path }) => (isDocument(path) ? null : undefined)),
  },
  {
    // Also Netflix/weep, otm/limes, imds-credential-server and rolesanywhere-credential-helper.
    name: 'every role name returns the credentials',
    shape: 'imds',
    server: 'ByteNess/aws-vault baf800b (August 2026)',
    checks: ['unknown-role-not-found'],
    apply: answerEveryRole,
  },
  {
    // The handler does not return after the error, so the token follows the error text.
    name: 'a rejected token request returns a token',
    shape: 'imds',
    server: MOCK_METADATA,
    checks: ['token-ttl-validated'],
    apply: addTokenToErrors,
  },
  {
    // monetate/ectou-metadata f5d57d0 takes the host of the location from the Host header. Both leave loopback.
    name: 'the role list without a final slash redirects to 169.254.169.254',
    shape: 'imds',
    server: MOCK_METADATA,
    checks: ['role-list'],
    apply: intercept(({ path }) =>
      isRoleList(path) && !path.endsWith('/')
        ? plain(301, '', { Location: `http://169.254.169.254${path}/` })
        : undefined,
    ),
  },
  {
    // Also ministackorg/ministack f1bdbd8: a page of any web site can read the credentials.
    name: 'every origin may read the responses',
    shape: 'imds',
    server: 'getmoto/moto 5.2.4 (0af643a, August 2026)',
    checks: ['no-cross-origin'],
    apply: combine(
      ignoreHeaders(['origin', 'referer']),
      changeResponses(
        () => true,
        (response) => setHeaders(response, { 'Access-Control-Allow-Origin': '*' }),
      ),
    ),
  },
  {
    // The request handler has no method for them, and raises TypeError.
    name: 'HEAD and DELETE are never answered',
    shape: 'imds',
    server: EXPORT_CREDENTIALS,
    checks: ['methods'],
    apply: intercept(({ method }) => (method === 'HEAD' || method === 'DELETE' ? null : undefined)),
  },
  {
    // Also aws-export-credentials, imds-credential-server, ministack and moto.
    name: 'Expect: 100-continue is accepted',
    shape: 'imds',
    server: BROKER,
    checks: ['expect-refused'],
    apply: ignoreHeaders(['expect']),
  },
  {
    name: 'a missing resource is an XML document',
    shape: 'imds',
    server: MOCK_METADATA,
    checks: ['not-found-response'],
    apply: changeResponses(
      () => true,
      (response) =>
        response.status === 404
          ? setHeaders(response, { 'Content-Type': 'text/xml; charset=utf-8' })
          : response,
    ),
  },
  {
    // pkg/imdsserver/handler.go: LastUpdated is the time of the response, as Go formats it.
    name: 'LastUpdated is the time of the response in nanoseconds',
    shape: 'imds',
    server: BROKER,
    checks: ['last-updated'],
    apply: changeDocument((_, { clock }) => ({
      LastUpdated: new Date(clock.now()).toISOString().replace('Z', '789012Z'),
    })),
  },
  {
    // Each request calls AssumeRole; AWS answers at most a few hundred per second and account.
    name: 'each request issues new credentials',
    shape: 'ecs',
    server: 'awslabs/amazon-ecs-local-container-endpoints 1.4.2 (48d5b45, March 2023)',
    checks: ['key-stable'],
    apply: issuePerRequest(),
  },
];

/** The ids of credentials must differ between the requests of one server. */
function issuePerRequest(): Defect['apply'] {
  let count = 0;
  return changeDocument((_, { clock }) => issue(`request ${count++}`, clock.now()));
}

function issue(seed: string, now: number) {
  const credentials = createReferenceCredentials(seed, toWholeSecond(now), 3600);
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.token,
    Expiration: formatSecond(credentials.expiration),
  };
}

function refreshWithoutLock(...[handle, context]: Parameters<Defect['apply']>): ReturnType<Defect['apply']> {
  let running = 0;
  let sessions = 0;
  let current: Record<string, unknown> = {};
  let refreshed = false;
  return async (request) => {
    if (!isDocument(request.path) || request.method !== 'GET') return handle(request);
    running += 1;
    const startsRefresh = running > 1 && !refreshed;
    if (startsRefresh) {
      await pause(20);
      refreshed = true;
      current = issue(`session ${sessions++}`, context.clock.now());
    } else {
      await pause(5);
    }
    running -= 1;
    return changeDocument(() => current)(handle, context)(request);
  };
}

/** More simultaneous requests than this end the server. A map has a chance of a collision only then. */
const MAX_CONCURRENT = 12;

function crashUnderLoad(...[handle, { crash }]: Parameters<Defect['apply']>): ReturnType<Defect['apply']> {
  let running = 0;
  return async (request) => {
    running += 1;
    await pause(5);
    if (running > MAX_CONCURRENT) crash();
    running -= 1;
    return handle(request);
  };
}

function answerEveryRole(...[handle]: Parameters<Defect['apply']>): ReturnType<Defect['apply']> {
  return async (request) => {
    if (!isDocument(request.path)) return handle(request);
    const folder = request.path.slice(0, request.path.lastIndexOf('/') + 1);
    const list = await handle({ ...request, method: 'GET', path: folder });
    return list?.status === 200 ? handle({ ...request, path: `${folder}${list.body}` }) : list;
  };
}

function addTokenToErrors(...[handle]: Parameters<Defect['apply']>): ReturnType<Defect['apply']> {
  return async (request) => {
    const response = await handle(request);
    if (response?.status !== 400 || request.path !== TOKEN_PATH) return response;
    const headers = { ...request.headers, [TTL_HEADER.toLowerCase()]: '21600' };
    const token = (await handle({ ...request, headers })) as Response;
    return { ...plain(400, `Invalid TTL\n${token.body}`) };
  };
}
