import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { ConformanceShape } from '../../../src/domain/conformance/conformance-check.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import { isDocument, json, plain } from '../../support/conformance/defects/defect.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import {
  createReferenceCloudshell,
  createReferenceEcs,
  createReferenceEks,
} from '../../support/conformance/reference-containers.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { sampleCases } from '../../support/thorough.ts';

interface Checked {
  shape: ConformanceShape;
  path?: string;
  token?: string | null;
  role?: string | null;
}

async function check(handle: Handler, { shape, path = '', token = null, role = null }: Checked) {
  const clock = createJumpingClock();
  const { origin } = await startLoopbackServer(handle);
  const run = await checkEndpoint({ url: `${origin}${path}`, shape, token, role, clock });
  return { failed: listChecks(run), verdict: judgeConformance(run, false), notes: run.notes };
}

const unknown = (code: string, status: number, detail: string | null = null) => ({
  failed: [],
  verdict: 'unknown',
  notes: [{ code, status, detail }],
});

describe('a container endpoint is unknown', () => {
  const cloudshell = () => createReferenceCloudshell({ clock: systemClock });
  const eks = () => createReferenceEks({ clock: systemClock });

  test.each([400, 401, 403])('if it refuses a request without a token with %i', async (status) => {
    const refuse: Handler = () => json(status, { Message: 'no Authorization header' });
    expect(await check(refuse, { shape: 'cloudshell', path: '/credentials' })).toEqual(
      unknown('TOKEN_MISSING', status, 'no Authorization header'),
    );
  });

  test('if the agent of EKS gets no token', async () => {
    const { handle, path } = eks();
    const text = 'Service account token cannot be empty';
    expect(await check(handle, { shape: 'eks', path })).toEqual(unknown('TOKEN_MISSING', 400, text));
  });

  test('if it refuses the token', async () => {
    const { handle, path } = cloudshell();
    expect(await check(handle, { shape: 'cloudshell', path, token: 'wrong-token' })).toEqual(
      unknown('TOKEN_REFUSED', 401),
    );
  });

  test('if it quotes the token that it refuses, without showing it', async () => {
    const token = 'CANARY-a1b2c3d4e5f6';
    const refuse: Handler = ({ headers }) => plain(403, `unknown token ${headers.authorization}`);
    const { notes, verdict } = await check(refuse, { shape: 'ecs', path: '/credentials', token });
    expect(verdict).toBe('unknown');
    expect(JSON.stringify(notes)).not.toContain('CANARY');
  });

  test('if the path does not exist', async () => {
    const { handle, token } = eks();
    expect(await check(handle, { shape: 'eks', path: '/v2/wrong', token })).toEqual(
      unknown('PATH_NOT_FOUND', 404, '404 page not found'),
    );
  });

  test.each([500, 502, 503])('if it has no credentials now, and responds with %i', async (status) => {
    const fail: Handler = () => plain(status, 'upstream STS does not respond');
    expect(await check(fail, { shape: 'cloudshell', path: '/credentials', token: 'some-token' })).toEqual(
      unknown('SERVER_ERROR', status, 'upstream STS does not respond'),
    );
  });

  test('if it throttles the request', async () => {
    const { failed, notes } = await check(() => plain(429), { shape: 'ecs', path: '/credentials' });
    expect({ failed, notes }).toEqual({
      failed: [],
      notes: [{ code: 'THROTTLED', status: 429, detail: null }],
    });
  });

  test('and a web page is not shown as its message', async () => {
    const page: Handler = () => plain(503, '<html><body>Service unavailable</body></html>');
    const { notes } = await check(page, { shape: 'ecs', path: '/credentials' });
    expect(notes).toEqual([{ code: 'SERVER_ERROR', status: 503, detail: null }]);
  });
});

test('a server that needs "Bearer" in front of a right token does not conform', async () => {
  const { handle, path, token } = createReferenceCloudshell({ clock: systemClock });
  const needsBearer: Handler = (request) => {
    const authorization = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    return handle({ ...request, headers: { ...request.headers, authorization } });
  };
  const { failed, verdict, notes } = await check(needsBearer, { shape: 'cloudshell', path, token });
  expect(failed).toContain('token-unchanged');
  expect({ verdict, notes }).toEqual({ verdict: 'does-not-conform', notes: [] });
});

test('a token for the agent of ECS, which ignores it, is not a failure', async () => {
  const { handle, path } = createReferenceEcs({ clock: systemClock });
  expect(await check(handle, { shape: 'ecs', path, token: 'needless' })).toEqual({
    failed: [],
    verdict: 'conforms',
    notes: [{ code: 'TOKEN_IGNORED' }],
  });
});

test('an endpoint of ECS without an id that ignores the token does not conform', async () => {
  const { handle, path } = createReferenceEcs({ clock: systemClock });
  const { failed } = await check((request) => handle({ ...request, path }), {
    shape: 'ecs',
    path: '/role/loader-of-production-2026',
    token: 'needless',
  });
  expect(failed).toContain('authorization-required');
});

describe('an IMDS endpoint is unknown', () => {
  test.each(sampleCases([403, 500, 503], 3))('if its credentials are %i', async (status) => {
    const clock = createJumpingClock();
    const handle = createReferenceImds({ clock });
    const refuse: Handler = (request) =>
      isDocument(request.path) ? plain(status, 'no credentials\n') : handle(request);
    const { origin } = await startLoopbackServer(refuse, { clock });
    const run = await checkEndpoint({ url: origin, shape: 'imds', clock });
    const code = status === 403 ? 'ACCESS_REFUSED' : 'SERVER_ERROR';
    expect(listChecks(run)).toEqual([]);
    expect(judgeConformance(run, true)).toBe('unknown');
    expect(run.notes).toEqual([{ code, status, detail: 'no credentials' }]);
  });

  test('if every response is 503', async () => {
    const { failed, ...rest } = await check(() => plain(503), { shape: 'imds' });
    expect({ ...rest, failed }).toEqual(unknown('SERVER_ERROR', 503));
  });

  test('if the role of --role does not exist', async () => {
    const clock = createJumpingClock();
    const { origin } = await startLoopbackServer(createReferenceImds({ clock }), { clock });
    const run = await checkEndpoint({ url: origin, shape: 'imds', clock, role: 'other' });
    expect(listChecks(run)).toEqual([]);
    expect(judgeConformance(run, false)).toBe('unknown');
    expect(run.notes).toEqual([{ code: 'ROLE_NOT_FOUND', status: 404, detail: null }]);
  });

  test('if no path of IMDS exists below the URL', async () => {
    expect(await check(() => plain(404), { shape: 'imds', path: '/wrong' })).toEqual(
      unknown('PATH_NOT_FOUND', 404),
    );
  });
});
