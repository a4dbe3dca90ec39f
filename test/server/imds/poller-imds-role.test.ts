import { describe, expect, test } from 'vitest';
import {
  failure,
  failureWith,
  ONE_SECOND,
  type PolledOptions,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';
import { CANARIES } from '../../support/sources/polling.ts';

const LIST = '/latest/meta-data/iam/security-credentials/';
const ROLE = `${LIST}simulated-role`;
const PUT = 'PUT /latest/api/token 200';

/** The requests for the role list and the document, with these statuses. */
const lists = (...statuses: (number | null)[]) => statuses.map((status) => `GET ${LIST} ${status}`);
const documents = (...statuses: (number | null)[]) => statuses.map((status) => `GET ${ROLE} ${status}`);

describe('the role list', () => {
  test.each([
    'simulated-role',
    'simulated-role\n',
    'simulated-role\r\n',
    ' \tsimulated-role \n\n',
    '\r\n\nsimulated-role',
  ])('the role list %j contains one role', async (text) => {
    const imds = await startPolled('imds', { faults: [`body=${text},path=${LIST}`] });
    const outcome = await imds.succeed();
    expect(outcome.identity.role).toBe('simulated-role');
    expect(summarizeSuccess(outcome).notes).toEqual([]);
    expect(imds.requests()).toEqual([PUT, ...lists(200), ...documents(200)]);
  });

  test.each([
    ['simulated-role\nother', 2],
    ['simulated-role\r\nother\r\nthird\r\n', 3],
  ])('the role list %j contains several roles; the first is used, with a note', async (text, count) => {
    const imds = await startPolled('imds', { faults: [`body=${text},path=${LIST}`] });
    const outcome = await imds.succeed();
    expect(outcome.identity.role).toBe('simulated-role');
    expect(outcome.notes).toEqual([{ code: 'SEVERAL_ROLES', count }]);
    expect(imds.requests()).toEqual([PUT, ...lists(200), ...documents(200)]);
  });

  test.each(['role+with=all,of.the@signs-', 'r'.repeat(64)])(
    'the role %s is requested without escapes',
    async (role) => {
      const imds = await startPolled('imds', { role });
      expect((await imds.succeed()).identity.role).toBe(role);
      expect(imds.requests().at(-1)).toBe(`GET ${LIST}${role} 200`);
    },
  );
});

interface FailureCase {
  name: string;
  fault: string;
  reason: string;
  detail: RegExp;
  requests: string[];
  options?: PolledOptions;
}

const FAILURES: FailureCase[] = [
  {
    name: 'no attached role',
    fault: 'no-role',
    reason: 'no-role',
    detail: /^HTTP 404: no role is attached to the instance$/,
    requests: lists(404),
  },
  {
    name: 'an empty body',
    fault: 'empty',
    reason: 'no-role',
    detail: /list of roles is empty/,
    requests: lists(200),
  },
  {
    name: 'a blank body',
    fault: 'body=\n \r\n',
    reason: 'no-role',
    detail: /list of roles is empty/,
    requests: lists(200),
  },
  {
    name: 'an HTML page',
    fault: 'body=<html>',
    reason: 'not-imds',
    detail: /^the response is not a list of roles/,
    requests: lists(200),
  },
  {
    name: 'a role name before an HTML page',
    fault: 'body=simulated-role\n<html>',
    reason: 'not-imds',
    detail: /^the response is not a list of roles/,
    requests: lists(200),
  },
  {
    name: 'a path',
    fault: 'body=../../user-data',
    reason: 'not-imds',
    detail: /^the response is not a list of roles/,
    requests: lists(200),
  },
  {
    name: 'an escaped path',
    fault: 'body=%2e%2e%2f',
    reason: 'not-imds',
    detail: /^the response is not a list of roles/,
    requests: lists(200),
  },
  {
    name: 'a name of 65 characters',
    fault: `body=${'r'.repeat(65)}`,
    reason: 'not-imds',
    detail: /^the response is not a list of roles/,
    requests: lists(200),
  },
  {
    name: '400',
    fault: '400',
    reason: 'bad-request',
    detail: /^HTTP 400: 400 - Bad Request$/,
    requests: lists(400),
  },
  {
    name: '403',
    fault: '403',
    reason: 'imds-blocked',
    detail: /^HTTP 403: 403 - Forbidden$/,
    requests: lists(403),
  },
  { name: '418', fault: '418', reason: 'unexpected-status', detail: /^HTTP 418/, requests: lists(418) },
  { name: '429', fault: '429', reason: 'throttled', detail: /^HTTP 429/, requests: lists(429, 429, 429) },
  { name: '500', fault: '500', reason: 'server-error', detail: /^HTTP 500/, requests: lists(500, 500, 500) },
  { name: '503', fault: '503', reason: 'throttled', detail: /^HTTP 503$/, requests: lists(503, 503, 503) },
  { name: 'a redirect', fault: 'redirect', reason: 'redirect', detail: /^HTTP 302$/, requests: lists(302) },
  {
    name: 'a reset',
    fault: 'reset',
    reason: 'unreachable',
    detail: /^the connection broke/,
    requests: lists(null, null, null),
  },
  {
    name: 'a truncated body',
    fault: 'truncate',
    reason: 'malformed',
    detail: /^the response is truncated/,
    requests: lists(null, null, null),
  },
  {
    name: 'no response',
    fault: 'stall',
    reason: 'timeout',
    detail: /^no complete response within 1000 ms$/,
    requests: lists(null, null),
    options: { poller: { limits: ONE_SECOND } },
  },
];

describe('a failed role request', () => {
  test.each(FAILURES)(
    'a role request that gets $name fails the poll',
    async ({ fault, reason, detail, requests, options = {} }) => {
      const imds = await startPolled('imds', { ...options, faults: [`${fault},path=${LIST}`] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith(reason, { apiVersion: '2' }));
      expect(outcome.detail).toMatch(detail);
      expect(imds.requests()).toEqual([PUT, ...requests]);
    },
  );

  test('a role request with a 401 is repeated with a new token', async () => {
    const imds = await startPolled('imds', { faults: [`401,path=${LIST},times=1`] });
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.requests()).toEqual([PUT, ...lists(401), PUT, ...lists(200), ...documents(200)]);
    const [, first, , second] = imds.sent('x-aws-ec2-metadata-token');
    expect(second).not.toBe(first);
  });

  test.each(['401', 'token-lifetime=0'])(
    'a role request with a 401 for the new token (%s) fails as auth-rejected',
    async (fault) => {
      const imds = await startPolled('imds', { imds: 'v2', faults: [`${fault},path=${LIST}`] });
      expect(failure(await imds.fail())).toEqual(failureWith('auth-rejected', { apiVersion: '2' }));
      expect(imds.requests()).toEqual([PUT, ...lists(401), PUT, ...lists(401)]);
    },
  );

  test('a role request with an error that quotes the session token does not reveal the token', async () => {
    const imds = await startPolled('imds', {
      faults: [
        `body=${CANARIES[2]},path=/latest/api/token`,
        `400,path=${LIST}`,
        `body=bad token ${CANARIES[2]},path=${LIST}`,
      ],
    });
    expect((await imds.fail()).detail).toBe('HTTP 400: bad token [redacted]');
    expect(imds.sent('x-aws-ec2-metadata-token')).toEqual([undefined, CANARIES[2]]);
  });

  test('a failed role request does not affect the next poll', async () => {
    const imds = await startPolled('imds', { faults: [`no-role,path=${LIST},times=1`] });
    expect((await imds.fail()).reason).toBe('no-role');
    expect((await imds.succeed()).credentials.accessKeyId).toBe(imds.servedCredentials().accessKeyId);
  });
});

describe('a role that changes', () => {
  test('a role that changes between two polls is found, because each poll requests the list', async () => {
    const imds = await startPolled('imds');
    await imds.succeed();
    await imds.succeed();
    expect(imds.requests()).toEqual([
      PUT,
      ...lists(200),
      ...documents(200),
      ...lists(200),
      ...documents(200),
    ]);
  });

  test('a role that changes between list and document causes a second list request', async () => {
    const imds = await startPolled('imds', { faults: [`body=old-role,path=${LIST},times=1`] });
    expect((await imds.succeed()).identity.role).toBe('simulated-role');
    expect(imds.requests()).toEqual([
      PUT,
      ...lists(200),
      `GET ${LIST}old-role 404`,
      ...lists(200),
      ...documents(200),
    ]);
  });

  test('a role that is missing after the second list request causes no third one', async () => {
    const imds = await startPolled('imds', { faults: [`404,path=${ROLE}`] });
    expect(failure(await imds.fail())).toEqual(
      failureWith('not-found', { apiVersion: '2', role: 'simulated-role' }),
    );
    expect(imds.requests()).toEqual([
      PUT,
      ...lists(200),
      ...documents(404),
      ...lists(200),
      ...documents(404),
    ]);
  });

  test('the role is not looked up if the caller named one', async () => {
    const imds = await startPolled('imds', { poller: { role: 'other' } });
    expect(failure(await imds.fail())).toEqual(failureWith('not-found', { apiVersion: '2', role: 'other' }));
    expect(imds.requests()).toEqual([PUT, `GET ${LIST}other 404`]);
  });
});
