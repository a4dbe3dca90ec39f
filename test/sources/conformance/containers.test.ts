import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import { CONTAINER_DEFECTS } from '../../support/conformance/defects/container-defects.ts';
import { json, plain } from '../../support/conformance/defects/defect.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import {
  createReferenceCloudshell,
  createReferenceEcs,
  createReferenceEks,
} from '../../support/conformance/reference-containers.ts';
import { sampleCases } from '../../support/thorough.ts';

const REFERENCES = {
  ecs: createReferenceEcs,
  eks: createReferenceEks,
  cloudshell: createReferenceCloudshell,
} as const;

describe('a container endpoint without defects conforms', () => {
  test.each(sampleCases(['ecs', 'eks', 'cloudshell'] as const, 3))(
    'a reference endpoint of the shape %s conforms',
    async (shape) => {
      const clock = createJumpingClock();
      const { handle, path, token } = REFERENCES[shape]({ clock });
      const { origin, requests } = await startLoopbackServer(handle, { clock });
      const run = await checkEndpoint({ url: `${origin}${path}`, shape, token, clock });
      expect(listChecks(run)).toEqual([]);
      expect(listChecks(run, 'unknown')).toEqual([]);
      expect(requests.length).toBeLessThanOrEqual(60);
    },
  );

  test('a reference endpoint of ECS with the id in the query conforms', async () => {
    const { handle, path } = createReferenceEcs({ clock: systemClock }, 1);
    const { origin } = await startLoopbackServer(handle);
    const run = await checkEndpoint({ url: `${origin}${path}`, shape: 'ecs' });
    expect(listChecks(run)).toEqual([]);
    expect(listChecks(run, 'passed')).toContain('query-used');
  });
});

describe('an agent of AWS that has no credentials is not judged', () => {
  const check = async (shape: 'ecs' | 'eks', handle: Handler, path: string, token: string | null) => {
    const { origin } = await startLoopbackServer(handle);
    const run = await checkEndpoint({ url: `${origin}${path}`, shape, token });
    const { notes } = run;
    return { failed: listChecks(run), verdict: judgeConformance(run, false), notes };
  };
  const unknown = (errorCode: string) => ({
    failed: [],
    verdict: 'unknown',
    notes: [{ code: 'ERROR_DOCUMENT', errorCode }],
  });

  test('conform does not judge an agent of ECS that does not know the id', async () => {
    const { handle } = createReferenceEcs({ clock: systemClock });
    const path = '/v2/credentials/11111111-1111-4111-8111-111111111111';
    expect(await check('ecs', handle, path, null)).toEqual(unknown('InvalidIdInRequest'));
  });

  test('conform does not judge an agent of ECS that has just started', async () => {
    const body = {
      code: 'CredentialsUninitialized',
      message: 'Credentials uninitialized',
      HTTPErrorCode: 503,
    };
    const { path } = createReferenceEcs({ clock: systemClock });
    const result = await check('ecs', () => json(503, body), path, null);
    expect(result).toEqual(unknown('CredentialsUninitialized'));
  });

  test('conform does not judge an agent of EKS that gets an expired token', async () => {
    const { handle, path, issueToken } = createReferenceEks({ clock: systemClock });
    const text = 'Service account token failed basic claim validations: token is expired';
    expect(await check('eks', handle, path, issueToken(-10))).toEqual(unknown(text));
  });

  test('conform does not judge an agent of EKS without an association', async () => {
    const { path, token } = createReferenceEks({ clock: systemClock });
    const body = '[4cf0f7a2-0a3b-4c1d-8e9f-000000000000]: (ResourceNotFoundException): none, fault: client\n';
    const result = await check('eks', () => plain(404, body), path, token);
    expect(result).toEqual(unknown('ResourceNotFoundException'));
  });
});

test('an endpoint of CloudShell may require the token of the environment before it issues tokens', async () => {
  const { handle, path, token } = createReferenceCloudshell({ clock: systemClock });
  const { origin } = await startLoopbackServer((request) =>
    request.method === 'PUT' && request.headers.authorization !== token ? plain(401) : handle(request),
  );
  const run = await checkEndpoint({ url: `${origin}${path}`, shape: 'cloudshell', token });
  expect(listChecks(run)).toEqual([]);
  expect(listChecks(run, 'passed')).toContain('cloudshell-token');
});

test('a token that needs a prefix is reported as such, and the other checks use the prefix', async () => {
  const { handle, path, token } = createReferenceCloudshell({ clock: systemClock });
  const { origin } = await startLoopbackServer((request) => {
    const authorization = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    return handle({ ...request, headers: { ...request.headers, authorization } });
  });
  const run = await checkEndpoint({ url: `${origin}${path}`, shape: 'cloudshell', token });
  const result = run.results.find(({ id }) => id === 'token-unchanged');
  expect(result).toMatchObject({ outcome: 'failed', failures: [{ code: 'BEARER_REQUIRED' }] });
  expect(listChecks(run, 'passed')).toContain('container-document');
});

describe('each defect of a container endpoint is named by its checks', () => {
  const cases = CONTAINER_DEFECTS.flatMap((defect) => defect.shapes.map((shape) => ({ ...defect, shape })));
  test.each(sampleCases(cases, 16))(
    'conform names the defect of $shape: $name',
    async ({ shape, checks, apply }) => {
      const clock = createJumpingClock();
      const { handle, path, token } = REFERENCES[shape]({ clock });
      const { origin } = await startLoopbackServer(apply(handle, { clock, crash: () => {} }), { clock });
      const run = await checkEndpoint({ url: `${origin}${path}`, shape, token, clock });
      expect(listChecks(run)).toEqual([...checks].sort());
    },
  );
});
