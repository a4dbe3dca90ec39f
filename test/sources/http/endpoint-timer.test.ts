import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { findImpatientSdks } from '../../../src/domain/provider-chain/response-times/slow-responses.ts';
import { describeSlowEndpoint } from '../../../src/report/messages/provider-chain/failing-sdks.ts';
import { EndpointTimer } from '../../../src/sources/http/endpoint-timer.ts';
import { DEFAULT_POLL_LIMITS } from '../../../src/sources/source.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';

/** What is slow after these requests, each with the time in milliseconds that the poll waits for it. */
async function measure(...requests: [method: 'GET' | 'PUT', path: string, waitingMs: number][]) {
  const waiting = requests.map(([, , ms]) => ms);
  const timer = new EndpointTimer(() => () => waiting.shift() ?? 0);
  const exchange = timer.measure(async () => ({
    ...{ status: 200, getHeader: () => null, body: '', receivedAt: 0, clockOffset: null },
  }));
  const endpoint = { url: new URL('http://127.0.0.1'), resolveAddresses: async () => [] };
  const context = { limits: DEFAULT_POLL_LIMITS, clock: systemClock, signal: new AbortController().signal };
  for (const [method, path] of requests) await exchange(endpoint, { method, path, headers: {} }, context);
  return timer.findSlowEndpoint();
}

test('an endpoint is slow only if some client does not wait for it', async () => {
  expect(await measure(['PUT', '/latest/api/token', 500], ['GET', `${ROLES}loader`, 500])).toBeNull();
  expect(await measure(['PUT', '/latest/api/token', 1300], ['GET', `${ROLES}loader`, 10])).toEqual({
    ...{ name: 'imds', slowestMs: 10, tokenMs: 1300 },
  });
  expect(await measure(['GET', ROLES, 1100], ['GET', `${ROLES}loader`, 600])).toEqual({
    ...{ name: 'imds', slowestMs: 1100, tokenMs: null },
  });
  expect(await measure(['GET', '/v2/credentials/id', 1100])).toMatchObject({ name: 'container' });
});

test('requests that find the name of the host do not count', async () => {
  const token = ['PUT', '/latest/api/token', 1] as const;
  expect(await measure([...token], ['GET', '/latest/meta-data/instance-id', 900])).toBeNull();
  expect(await measure(['GET', '/v2/credentials/id', 1], ['GET', '/v4/id/task', 900])).toBeNull();
});

test('SDKs that can use IMDSv1 instead of a late token form a group of their own', () => {
  const times = { slowestMs: 10, tokenMs: 1300, configuredMs: null };
  expect(findImpatientSdks('imds', times)).toEqual([
    { sdks: ['botocore', 'java', 'go', 'javascript'], responseMs: 1300, isToken: true, canUseV1: true },
    { sdks: ['rust'], responseMs: 1300, isToken: true, canUseV1: false },
  ]);
  expect(describeSlowEndpoint('imds', times).map(({ message }) => message)).toEqual([
    'the token of IMDS took 1.3s: botocore (AWS CLI), Java, Go and JavaScript stop waiting earlier and fail unless IMDSv1 works',
    'the token of IMDS took 1.3s: Rust stops waiting earlier and fails',
  ]);
});

test('the hint names the variable only if botocore fails, which reads it', () => {
  const getHint = (slowestMs: number) =>
    describeSlowEndpoint('imds', { slowestMs, tokenMs: null, configuredMs: null })[0]?.hint;
  expect(getHint(1200)).toContain('AWS_METADATA_SERVICE_TIMEOUT');
  expect(getHint(700)).toBe('find out why the endpoint is slow, for example a busy agent or host');
});

test('a longer time limit of the settings leaves out the SDKs that read it, and Java, which reads it in some versions', () => {
  const times = { slowestMs: 1600, tokenMs: null, configuredMs: 5000 };
  expect(describeSlowEndpoint('imds', times).map(({ message }) => message)).toEqual([
    'a response of IMDS took 1.6s: Go, JavaScript and Rust stop waiting earlier and fail',
  ]);
  expect(describeSlowEndpoint('container', { ...times, configuredMs: null })).toEqual([
    {
      message: 'a response of the container endpoint took 1.6s: Java stops waiting earlier and fails',
      hint: 'find out why the endpoint is slow, for example a busy agent or host',
    },
  ]);
});
