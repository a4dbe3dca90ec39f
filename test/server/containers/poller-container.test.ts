import { describe, expect, test } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { INSTANCE } from '../../../src/server/tree/default-tree.ts';
import {
  failure,
  failureWith,
  ONE_SECOND,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';
import { CANARIES } from '../../support/sources/polling.ts';
import { sampleCases } from '../../support/thorough.ts';

type Container = Awaited<ReturnType<typeof startPolled>>;

const DOCUMENT = {
  AccessKeyId: 'ASIACANARY0000000001',
  SecretAccessKey: CANARIES[0],
  Token: CANARIES[1],
  Expiration: '2026-11-22T06:23:11Z',
};

/** The statuses of a poll, which requests one path only. */
const statuses = ({ requests }: Container) =>
  requests().map((line) => /^GET \S+ (\S+)$/.exec(line)?.[1] ?? line);
const repeatStatus = (status: number | null, times: number) => Array<string>(times).fill(`${status}`);

describe('a valid document', () => {
  test.each(
    sampleCases<[Shape, { role: boolean; account: boolean; notes: string[] }]>(
      [
        ['ecs', { role: true, account: true, notes: [] }],
        ['eks', { role: false, account: true, notes: ['TOKEN_FILE_EXPIRES'] }],
        ['cloudshell', { role: false, account: false, notes: [] }],
      ],
      3,
    ),
  )('a valid document of %s is read; it has no LastUpdated', async (shape, { role, account, notes }) => {
    const container = await startPolled(shape);
    const outcome = await container.succeed();
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = container.servedCredentials();
    expect(outcome).toMatchObject({
      identity: { apiVersion: null, role: role ? 'simulated-role' : null, host: null },
      accountId: account ? INSTANCE.accountId : null,
      credentials: { accessKeyId, lastUpdated: null, expiration, zoneless: false },
    });
    expect(outcome.secrets.secretAccessKey.reveal()).toBe(secretAccessKey);
    expect(outcome.secrets.token?.reveal()).toBe(sessionToken);
    expect(summarizeSuccess(outcome).notes).toEqual(notes);
    expect(statuses(container)).toEqual(['200']);
  });

  test('a poll of a document that expired days ago succeeds', async () => {
    const ecs = await startPolled('ecs', { faults: ['expired=3d'] });
    const { credentials, observedAt } = await ecs.succeed();
    expect(credentials.expiration).toBe(ecs.servedCredentials().expiration);
    expect(credentials.expiration).toBeLessThan(observedAt - 2 * 86_400_000);
  });

  test('a valid container document has the same URI after a rotation', async () => {
    const ecs = await startPolled('ecs', { faults: ['renew'] });
    const first = await ecs.succeed();
    expect((await ecs.succeed()).credentials.accessKeyId).not.toBe(first.credentials.accessKeyId);
    expect(new Set(ecs.requests()).size).toBe(1);
  });
});

interface FailureCase {
  name: string;
  faults: string[];
  reason: string;
  detail: RegExp;
  requests: string[];
}

const ECS_ERRORS: FailureCase[] = [
  {
    name: '400 for missing credentials',
    faults: ['no-role'],
    reason: 'not-found',
    detail: /^HTTP 400: InvalidIdInRequest: CredentialsV2Request: Credentials not found$/,
    requests: repeatStatus(400, 1),
  },
  {
    name: '400 for a missing id',
    faults: ['error=NoIdInRequest'],
    reason: 'not-found',
    detail: /^HTTP 400: NoIdInRequest: CredentialsV2Request: No ID in the request$/,
    requests: repeatStatus(400, 1),
  },
  {
    name: '503 during a restart of the agent',
    faults: ['error=CredentialsUninitialized'],
    reason: 'starting',
    detail: /^HTTP 503: CredentialsUninitialized: CredentialsV2Request: Credentials uninitialized for ID$/,
    requests: repeatStatus(503, 3),
  },
  {
    name: 'another 503',
    faults: ['503', 'body={"code":"Other","message":"why","HTTPErrorCode":503}'],
    reason: 'server-error',
    detail: /^HTTP 503: Other: why$/,
    requests: repeatStatus(503, 3),
  },
  {
    name: '500 for an internal error of the agent',
    faults: ['error=InternalServerError'],
    reason: 'server-error',
    detail: /^HTTP 500: InternalServerError: Internal server error$/,
    requests: repeatStatus(500, 3),
  },
  {
    name: '429 for throttling',
    faults: ['429'],
    reason: 'throttled',
    detail: /^HTTP 429: You have reached maximum request limit\.$/,
    requests: repeatStatus(429, 3),
  },
  {
    name: 'an error with capitalised field names',
    faults: ['400', 'body={"Code":"NoId","Message":"why"}'],
    reason: 'bad-request',
    detail: /^HTTP 400: NoId: why$/,
    requests: repeatStatus(400, 1),
  },
  {
    name: 'an error that quotes the credentials',
    faults: ['500', `body=${JSON.stringify(DOCUMENT)}`],
    reason: 'server-error',
    detail: /^HTTP 500$/,
    requests: repeatStatus(500, 3),
  },
  {
    name: 'an error that quotes half of the credentials',
    faults: ['400', `body=${JSON.stringify(DOCUMENT).slice(0, -1)}`],
    reason: 'bad-request',
    detail: /^HTTP 400$/,
    requests: repeatStatus(400, 1),
  },
];

const EKS_ERRORS: FailureCase[] = [
  {
    name: '404 for a missing association',
    faults: ['no-role'],
    reason: 'no-association',
    detail:
      /^HTTP 404: \[[\da-f-]{36}\]: \(ResourceNotFoundException\): no pod identity association was found, /,
    requests: repeatStatus(404, 1),
  },
  {
    name: 'another status for a missing association',
    faults: ['400', 'body=[id]: (ResourceNotFoundException): none\n'],
    reason: 'no-association',
    detail: /^HTTP 400: \[id\]: \(ResourceNotFoundException\): none$/,
    requests: repeatStatus(400, 1),
  },
  {
    name: '400 for an expired token',
    faults: ['error=ExpiredTokenException'],
    reason: 'auth-token-expired',
    detail: /^HTTP 400: \[[\da-f-]{36}\]: \(ExpiredTokenException\): /,
    requests: repeatStatus(400, 1),
  },
  {
    name: '400 for an unknown token',
    faults: ['error=InvalidTokenException'],
    reason: 'auth-rejected',
    detail: /^HTTP 400: \[[\da-f-]{36}\]: \(InvalidTokenException\): /,
    requests: repeatStatus(400, 1),
  },
  {
    name: '400 for a node without permission',
    faults: ['error=AccessDeniedException'],
    reason: 'assume-role-denied',
    detail: /^HTTP 400: \[[\da-f-]{36}\]: \(AccessDeniedException\): /,
    requests: repeatStatus(400, 1),
  },
  {
    name: '429 from EKS',
    faults: ['error=ThrottlingException'],
    reason: 'throttled',
    detail: /^HTTP 429: \[[\da-f-]{36}\]: \(ThrottlingException\): /,
    requests: repeatStatus(429, 3),
  },
  {
    name: '429 from the agent',
    faults: ['429'],
    reason: 'throttled',
    detail: /^HTTP 429: Too Many Requests$/,
    requests: repeatStatus(429, 3),
  },
  {
    name: '500 from EKS',
    faults: ['500'],
    reason: 'server-error',
    detail: /^HTTP 500: \[[\da-f-]{36}\]: \(InternalServerException\): /,
    requests: repeatStatus(500, 3),
  },
  {
    name: '503 from the agent',
    faults: ['503'],
    reason: 'server-error',
    detail: /^HTTP 503: simulated failure$/,
    requests: repeatStatus(503, 3),
  },
];

/** Errors that all shapes have. */
const COMMON: FailureCase[] = [
  {
    name: '418',
    faults: ['418'],
    reason: 'unexpected-status',
    detail: /^HTTP 418/,
    requests: repeatStatus(418, 1),
  },
  {
    name: '502',
    faults: ['502'],
    reason: 'server-error',
    detail: /^HTTP 502/,
    requests: repeatStatus(502, 3),
  },
  {
    name: 'a redirect',
    faults: ['redirect'],
    reason: 'redirect',
    detail: /^HTTP 302$/,
    requests: repeatStatus(302, 1),
  },
  {
    name: 'a reset',
    faults: ['reset'],
    reason: 'unreachable',
    detail: /^the connection broke/,
    requests: repeatStatus(null, 3),
  },
  {
    name: 'a truncated body',
    faults: ['truncate'],
    reason: 'malformed',
    detail: /^the response is truncated/,
    requests: repeatStatus(null, 3),
  },
  {
    name: 'an empty body',
    faults: ['empty'],
    reason: 'malformed',
    detail: /is empty$/,
    requests: repeatStatus(200, 3),
  },
  {
    name: 'half a document',
    faults: ['malformed'],
    reason: 'malformed',
    detail: /not a JSON/,
    requests: repeatStatus(200, 3),
  },
  {
    name: 'an HTML page',
    faults: ['body=<html>'],
    reason: 'malformed',
    detail: /not a JSON/,
    requests: repeatStatus(200, 3),
  },
  {
    name: 'an array',
    faults: ['body=[]'],
    reason: 'malformed',
    detail: /not a JSON/,
    requests: repeatStatus(200, 3),
  },
  {
    name: 'a document followed by other text',
    faults: [`body=${JSON.stringify(DOCUMENT)}x`],
    reason: 'malformed',
    detail: /not a JSON/,
    requests: repeatStatus(200, 3),
  },
];

/** Errors whose reason depends on the agent, and on whether the request had a token. */
const statusErrors = (refused: string, notFound: string): FailureCase[] =>
  [
    { name: '401', reason: refused },
    { name: '403', reason: refused },
    { name: '404', reason: notFound },
  ].map(({ name, reason }) => ({
    name,
    faults: [name],
    reason,
    detail: new RegExp(`^HTTP ${name}`),
    requests: repeatStatus(Number(name), 1),
  }));

describe.each<[Shape, FailureCase[]]>([
  ['ecs', [...ECS_ERRORS, ...COMMON, ...statusErrors('access-denied', 'not-found')]],
  // The simulated EKS service returns 404 as ResourceNotFoundException.
  ['eks', [...EKS_ERRORS, ...COMMON, ...statusErrors('auth-rejected', 'no-association')]],
  ['cloudshell', [...COMMON, ...statusErrors('auth-rejected', 'not-found')]],
])('a rejection by %s', (shape, failures) => {
  test.each(sampleCases(failures, 4))(
    'a rejection of a container request with $name fails the poll',
    async ({ faults, reason, detail, requests }) => {
      const container = await startPolled(shape, { faults });
      const outcome = await container.fail();
      const notes = shape === 'eks' ? ['TOKEN_FILE_EXPIRES'] : [];
      expect(failure(outcome)).toEqual(failureWith(reason, { notes }));
      expect(outcome.detail).toMatch(detail);
      expect(statuses(container)).toEqual(requests);
    },
  );
});

describe('a failed request', () => {
  test('a container request without a response times out', async () => {
    const ecs = await startPolled('ecs', { faults: ['stall'], poller: { limits: ONE_SECOND } });
    const outcome = await ecs.fail();
    expect(failure(outcome)).toEqual(failureWith('timeout'));
    expect(outcome.detail).toBe('no complete response within 1000 ms');
    expect(statuses(ecs)).toEqual(repeatStatus(null, 3));
  });

  test('a container request to a closed port fails as unreachable', async () => {
    const ecs = await startPolled('ecs');
    await ecs.close();
    const outcome = await ecs.fail();
    expect(failure(outcome)).toEqual(failureWith('unreachable'));
    expect(outcome.detail).toMatch(/^ECONNREFUSED at 127\.0\.0\.1:\d+$/);
  });

  test('a container error that quotes the token does not reveal it', async () => {
    const shell = await startPolled('cloudshell', {
      faults: ['400', `body=bad token ${CANARIES[3]}`],
      env: { AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARIES[3] },
    });
    expect((await shell.fail()).detail).toBe('HTTP 400: bad token [redacted]');
  });

  test('a container request with doubled slashes in the path does not follow the redirect', async () => {
    const ecs = await startPolled('ecs');
    const url = `${ecs.origin}//v2/credentials/${ecs.simulation.credentialsId}`;
    const outcome = await ecs.fail(ecs.newSource({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }));
    expect(failure(outcome)).toEqual(failureWith('redirect'));
    expect(statuses(ecs)).toEqual(['301']);
  });

  test('a container request with the id of another task is rejected, and the id is not quoted', async () => {
    const ecs = await startPolled('ecs');
    const url = `${ecs.origin}/v2/credentials/${CANARIES[3]}`;
    const outcome = await ecs.fail(ecs.newSource({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }));
    expect(failure(outcome)).toEqual(failureWith('not-found'));
    expect(outcome.detail).toMatch(/InvalidIdInRequest/);
  });

  test('a container request with an unknown path fails', async () => {
    const ecs = await startPolled('ecs');
    const url = `${ecs.origin}/v3/metadata`;
    const outcome = await ecs.fail(ecs.newSource({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }));
    expect(failure(outcome)).toEqual(failureWith('not-found'));
    expect(outcome.detail).toBe('HTTP 404: 404 page not found');
  });

  test('a container request to EKS by another host name fails', async () => {
    const eks = await startPolled('eks');
    const url = eks.environments.eks.AWS_CONTAINER_CREDENTIALS_FULL_URI!.replace('127.0.0.1', 'agent.test');
    const hosts = {
      readFile: async (path: string) => (path === '/etc/hosts' ? '127.0.0.1 agent.test' : 'x.y.z'),
    };
    const outcome = await eks.fail(
      eks.newSource({ ...eks.environments.eks, AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, hosts),
    );
    expect(failure(outcome)).toEqual(
      failureWith('address-rejected', { notes: ['HOST_NAME_ONLY_SOME_SDKS'] }),
    );
    expect(outcome.detail).toMatch(/^HTTP 403: Access Denied\. Called agent through invalid address/);
    expect(statuses(eks)).toEqual(['403']);
  });

  test.each(['not-a-jwt', 'a.b.c'])('a container request to EKS with the token %s fails', async (token) => {
    const eks = await startPolled('eks', { poller: { readFile: async () => token } });
    const outcome = await eks.fail();
    expect(failure(outcome)).toEqual(failureWith('auth-rejected'));
    expect(outcome.detail).toMatch(/^HTTP 400: Service account token cannot be parsed/);
    expect(statuses(eks)).toEqual(['400']);
  });

  test('a container request to EKS with a token that is not valid yet fails', async () => {
    const eks = await startPolled('eks');
    const token = eks.simulation.serviceAccountTokens.issue(7200, Date.now() + 3_600_000);
    const outcome = await eks.fail(eks.newSource(undefined, { readFile: async () => token }));
    expect(failure(outcome)).toEqual(
      failureWith('auth-token-not-yet-valid', { notes: ['TOKEN_FILE_EXPIRES'] }),
    );
    expect(outcome.detail).toMatch(/token is not valid yet$/);
  });
});

describe('a temporary failure', () => {
  test.each<[Shape, string]>([
    ['ecs', 'error=CredentialsUninitialized'],
    ['ecs', '429'],
    ['ecs', '500'],
    ['eks', '503'],
    ['eks', '429'],
    ['cloudshell', 'reset'],
    ['cloudshell', 'truncate'],
    ['ecs', 'malformed'],
    ['eks', 'empty'],
  ])('a poll of %s that fails with %s twice succeeds at the third attempt', async (shape, fault) => {
    const container = await startPolled(shape, { faults: [`${fault},times=2`] });
    const outcome = await container.succeed();
    expect(outcome.credentials.accessKeyId).toBe(container.servedCredentials().accessKeyId);
    expect(container.requests()).toHaveLength(3);
  });
});

describe('the fields of a document', () => {
  const shapes: Shape[] = ['ecs', 'eks', 'cloudshell'];
  const keys = (container: Container) => {
    const { accessKeyId, expiration } = container.servedCredentials();
    return {
      accessKeyId,
      expiration,
      notes: container.simulation.shapes[0] === 'eks' ? ['TOKEN_FILE_EXPIRES'] : [],
    };
  };

  test.each(shapes)('%s: an error document gives its code and keeps the key id', async (shape) => {
    const container = await startPolled(shape, { faults: ['field=Code:Failed', 'field=Message:why'] });
    const outcome = await container.fail();
    expect(failure(outcome)).toEqual(failureWith('error-document', keys(container)));
    expect(outcome.detail).toBe('Failed: why');
    expect(statuses(container)).toEqual(['200']);
  });

  test('cloudshell: an error document without keys gives its code', async () => {
    const shell = await startPolled('cloudshell', { faults: ['error'] });
    expect(failure(await shell.fail())).toEqual(failureWith('error-document'));
    expect(statuses(shell)).toEqual(['200']);
  });

  test.each(shapes)('%s: a missing key id is malformed', async (shape) => {
    const container = await startPolled(shape, { faults: ['field=AccessKeyId'] });
    const outcome = await container.fail();
    expect(failure(outcome)).toEqual(failureWith('malformed', { ...keys(container), accessKeyId: null }));
    expect(outcome.detail).toBe('missing: AccessKeyId');
    expect(statuses(container)).toEqual(['200']);
  });

  test.each(shapes)('%s: a missing secret key and token is malformed', async (shape) => {
    const container = await startPolled(shape, { faults: ['field=SecretAccessKey', 'field=Token:'] });
    const outcome = await container.fail();
    expect(failure(outcome)).toEqual(failureWith('malformed', keys(container)));
    expect(outcome.detail).toBe('missing: SecretAccessKey, Token');
    expect(statuses(container)).toEqual(['200']);
  });

  test.each(shapes)('%s: the expiration is unknown if it is missing', async (shape) => {
    for (const fault of [
      'field=Expiration',
      'field=Expiration:never',
      'field=Expiration:0001-01-01T00:00:00Z',
    ]) {
      const container = await startPolled(shape, { faults: [fault] });
      expect(failure(await container.fail())).toEqual(
        failureWith('unknown-expiry', { ...keys(container), expiration: null }),
      );
      expect(statuses(container)).toEqual(['200']);
    }
  });

  test('EKS: times with nanoseconds and offsets are parsed', async () => {
    const eks = await startPolled('eks', {
      faults: ['field=Expiration:2026-11-22T08:23:11.123456789+02:00'],
    });
    expect((await eks.succeed()).credentials.expiration).toBe(Date.UTC(2026, 10, 22, 6, 23, 11, 123));
  });

  test.each([
    ['none', 'field=RoleArn', null, null],
    ['with a path', 'field=RoleArn:arn:aws-cn:iam::210987654321:role/team/task', 'team/task', '210987654321'],
    ['of an assumed role', 'field=RoleArn:arn:aws:sts::210987654321:assumed-role/x/y', null, null],
  ])('ECS: the role ARN %s', async (_, fault, role, accountId) => {
    const ecs = await startPolled('ecs', { faults: [fault] });
    expect(await ecs.succeed()).toMatchObject({ identity: { role }, accountId });
  });

  test('ECS: an AccountId precedes the account of the ARN', async () => {
    const ecs = await startPolled('ecs', { faults: ['field=AccountId:210987654321'] });
    expect((await ecs.succeed()).accountId).toBe('210987654321');
  });
});
