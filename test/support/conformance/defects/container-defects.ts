import { setTimeout as pause } from 'node:timers/promises';
import type { ConformanceShape } from '../../../../src/domain/conformance/conformance-check.ts';
import type { Handler, Request } from '../loopback-server.ts';
import { formatSecond } from '../reference-credentials.ts';
import {
  changeDocument,
  changeResponses,
  type Defect,
  intercept,
  json,
  plain,
  replaceHeader,
  TOKEN_PATH,
} from './defect.ts';

export interface ContainerDefect extends Defect {
  shapes: readonly Exclude<ConformanceShape, 'imds'>[];
}

const ALL = ['ecs', 'eks', 'cloudshell'] as const;
const WITH_TOKEN = ['eks', 'cloudshell'] as const;

/** Requests with a wrong or missing token, or a wrong id, get another response. */
const rejectWith = (replacement: ReturnType<typeof plain>) =>
  changeResponses(
    ({ path }) => path !== TOKEN_PATH,
    (response) => (response.status >= 400 && response.status < 404 ? replacement : response),
  );

const onSuccess = (change: Parameters<typeof changeResponses>[1]) =>
  changeResponses(
    ({ path }) => path !== TOKEN_PATH,
    (response, request, context) => (response.status === 200 ? change(response, request, context) : response),
  );

/** Defects of container endpoints, one for each part of a check. */
export const CONTAINER_DEFECTS: readonly ContainerDefect[] = [
  {
    name: 'every Authorization is accepted',
    shapes: ['cloudshell'],
    checks: ['authorization-required'],
    apply: acceptEveryToken,
  },
  {
    name: 'every Authorization is accepted',
    shapes: ['eks'],
    checks: ['authorization-required', 'eks-agent-errors'],
    apply: acceptEveryToken,
  },
  {
    name: 'a missing Authorization is accepted',
    shapes: WITH_TOKEN,
    checks: ['authorization-required'],
    apply: (handle) => {
      let valid: string | undefined;
      return async (request) => {
        const response = await handle(request);
        if (response?.status === 200) valid ??= request.headers.authorization;
        const isMissing =
          request.headers.authorization === undefined &&
          request.headers['x-aws-ec2-metadata-token'] === undefined;
        if (response?.status === 200 || valid === undefined || !isMissing) return response;
        return handle({ ...request, headers: { ...request.headers, authorization: valid } });
      };
    },
  },
  {
    name: 'every id is accepted',
    shapes: ['ecs'],
    checks: ['authorization-required'],
    apply: (handle) => {
      let valid: Request | null = null;
      return async (request) => {
        const response = await handle(request);
        if (response?.status === 200) valid ??= request;
        return response?.status === 400 && valid !== null ? handle(valid) : response;
      };
    },
  },
  {
    // synfinatic/aws-sso-cli 2641795 needs this. Its users write it into the variable.
    name: 'the token needs the prefix Bearer',
    shapes: ['cloudshell'],
    checks: ['token-unchanged', 'cloudshell-token'],
    apply: (handle) => (request) => {
      const { authorization } = request.headers;
      if (request.headers['x-aws-ec2-metadata-token'] !== undefined) return handle(request);
      const value = /^Bearer (.*)$/.exec(authorization ?? '')?.[1];
      return handle({ ...request, headers: { ...request.headers, authorization: value } });
    },
  },
  {
    name: 'Expiration is empty',
    shapes: ALL,
    checks: ['container-document'],
    apply: changeDocument(() => ({ Expiration: '' })),
  },
  {
    name: 'Expiration has no zone',
    shapes: ALL,
    checks: ['container-document'],
    apply: changeDocument(({ Expiration }) => ({ Expiration: String(Expiration).replace('Z', '') })),
  },
  {
    name: 'Expiration is missing',
    shapes: ALL,
    checks: ['container-document'],
    apply: changeDocument(() => ({ Expiration: undefined })),
  },
  {
    name: 'Token is called SessionToken',
    shapes: ALL,
    checks: ['container-document'],
    apply: changeDocument(({ Token }) => ({ Token: undefined, SessionToken: Token })),
  },
  {
    name: 'the document is HTML',
    shapes: ALL,
    checks: ['container-document'],
    apply: onSuccess((response) => ({ ...response, body: '<html><body>Sign in</body></html>' })),
  },
  {
    name: 'the role is missing',
    shapes: ['ecs'],
    checks: ['container-identity'],
    apply: changeDocument(() => ({ RoleArn: undefined })),
  },
  {
    name: 'the account is missing',
    shapes: ['eks'],
    checks: ['container-identity'],
    apply: changeDocument(() => ({ AccountId: undefined })),
  },
  {
    // Each failed request is sent again: five times by Java 2, three times by Go.
    name: 'a rejected request is 500',
    shapes: ['ecs', 'cloudshell'],
    checks: ['authorization-required', 'container-errors'],
    apply: rejectWith(json(500, { code: 'InternalServerError', message: 'failed' })),
  },
  {
    name: 'a rejected request is 500',
    shapes: ['eks'],
    checks: ['authorization-required', 'container-errors', 'eks-agent-errors'],
    apply: rejectWith(json(500, { code: 'InternalServerError', message: 'failed' })),
  },
  {
    name: 'errors are text',
    shapes: ['ecs'],
    checks: ['container-errors'],
    apply: rejectWith(plain(400, 'credentials not found\n')),
  },
  {
    // aws-vault baf800b.
    name: 'errors have no code',
    shapes: ['ecs'],
    checks: ['container-errors'],
    apply: rejectWith(json(403, { Message: 'invalid Authorization token' })),
  },
  {
    name: 'the credentials are at another address',
    shapes: ALL,
    checks: ['container-document', 'container-response'],
    apply: (handle) => (request) =>
      request.path.endsWith('/moved')
        ? handle({ ...request, path: request.path.slice(0, -'/moved'.length) })
        : request.method === 'PUT'
          ? handle(request)
          : plain(302, '', { Location: `${request.path}/moved` }),
  },
  {
    name: 'the document has 70 KiB',
    shapes: ALL,
    checks: ['container-document', 'container-response'],
    apply: changeDocument(() => ({ Padding: 'x'.repeat(70 * 1024) })),
  },
  {
    name: 'the document is not UTF-8',
    shapes: ALL,
    checks: ['container-document', 'container-response'],
    apply: onSuccess((response) => ({
      ...response,
      body: Buffer.concat([Buffer.from(String(response.body)), Buffer.from([0xff, 0xfe])]),
    })),
  },
  {
    name: 'every Host is accepted',
    shapes: ['eks'],
    checks: ['eks-agent-errors'],
    apply: replaceHeader('host', 'localhost'),
  },
  {
    name: 'an expired token is 401 without a reason',
    shapes: ['eks'],
    checks: ['eks-agent-errors'],
    apply: changeResponses(
      () => true,
      (response) => (/is expired/.test(String(response.body)) ? plain(401) : response),
    ),
  },
  {
    name: 'an expired token is 400 without a reason',
    shapes: ['eks'],
    checks: ['eks-agent-errors'],
    apply: changeResponses(
      () => true,
      (response) => (/is expired/.test(String(response.body)) ? plain(400, 'Bad Request\n') : response),
    ),
  },
  {
    // aws-export-credentials 0.18.0 writes the credentials after the status line of the error.
    name: 'a refused request contains the credentials',
    shapes: ['cloudshell'],
    checks: ['authorization-required'],
    apply: (handle) => {
      let body: string | Buffer = '';
      return async (request) => {
        const response = await handle(request);
        if (response?.status === 200 && request.path !== TOKEN_PATH) body = response.body;
        return response?.status === 401 ? { ...response, body } : response;
      };
    },
  },
  {
    name: 'simultaneous requests each get new credentials',
    shapes: ALL,
    checks: ['key-stable'],
    apply: issueUnderLoad,
  },
  {
    name: 'no token is issued',
    shapes: ['cloudshell'],
    checks: ['cloudshell-token'],
    apply: intercept(({ path }) => (path === TOKEN_PATH ? plain(404) : undefined)),
  },
  {
    name: 'the metadata token is refused as Authorization',
    shapes: ['cloudshell'],
    checks: ['cloudshell-token'],
    apply: refuseIssuedTokens('authorization'),
  },
  {
    name: 'the header of the metadata token is ignored',
    shapes: ['cloudshell'],
    checks: ['cloudshell-token'],
    apply: refuseIssuedTokens('x-aws-ec2-metadata-token'),
  },
  {
    name: 'Code is missing',
    shapes: ['cloudshell'],
    checks: ['cloudshell-token'],
    apply: changeDocument(() => ({ Code: undefined })),
  },
  {
    name: 'the credentials have expired',
    shapes: ALL,
    checks: ['not-expired'],
    apply: expireIn(-60),
  },
  {
    name: 'the credentials are valid for 3 minutes',
    shapes: ['ecs', 'eks'],
    checks: ['remaining-validity'],
    apply: expireIn(180),
  },
];

function refuseIssuedTokens(header: string): Defect['apply'] {
  return (handle: Handler): Handler => {
    const issued = new Set<string>();
    return async (request) => {
      const value = request.headers[header];
      if (value !== undefined && issued.has(value)) return plain(401);
      const response = await handle(request);
      if (request.path === TOKEN_PATH && response?.status === 200) issued.add(String(response.body));
      return response;
    };
  };
}

function expireIn(seconds: number): Defect['apply'] {
  let expiration: string | null = null;
  return changeDocument((_, { clock }) => {
    expiration ??= formatSecond(clock.now() + seconds * 1000);
    return { Expiration: expiration };
  });
}

function acceptEveryToken(...[handle]: Parameters<Defect['apply']>): Handler {
  let valid: string | undefined;
  return async (request) => {
    const response = await handle(request);
    const { authorization } = request.headers;
    if (response?.status === 200) valid ??= authorization;
    if (response?.status === 200 || valid === undefined || authorization === undefined) return response;
    return handle({ ...request, headers: { ...request.headers, authorization: valid } });
  };
}

/** Like a cache without a lock: requests that overlap with others each refresh. */
function issueUnderLoad(...[handle, context]: Parameters<Defect['apply']>): Handler {
  let running = 0;
  let count = 0;
  return async (request) => {
    running += 1;
    const isAlone = running === 1;
    await pause(5);
    running -= 1;
    if (isAlone && running === 0) return handle(request);
    const AccessKeyId = `ASIA${'A'.repeat(14)}${ALPHABET[count >> 4]}${ALPHABET[count++ % 16]}`;
    return changeDocument(() => ({ AccessKeyId }))(handle, context)(request);
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
