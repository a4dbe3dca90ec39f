import { describe, expect, test } from 'vitest';
import { createInMemoryEndpoint, type DeliveredResponse } from '../../src/server/in-memory.ts';
import { FakeClock } from '../support/server/fake-clock.ts';
import { sendRequest } from '../support/server/raw-client.ts';
import {
  createTestSimulation,
  type SimulatedOptions,
  startSimulated,
} from '../support/server/simulated-endpoint.ts';

const NOW = Date.UTC(2026, 10, 22, 10);
const ROLE_LIST = '/latest/meta-data/iam/security-credentials/';
const DOCUMENT = `${ROLE_LIST}simulated-role`;
const HOST = { host: '169.254.169.254' };

function get(options: SimulatedOptions, url: string, method = 'GET'): DeliveredResponse {
  const endpoint = createInMemoryEndpoint(createTestSimulation(options, NOW));
  return endpoint({ method, url, headers: HOST }, NOW);
}

describe('a response in memory equals the response over a socket', () => {
  test.for([
    ['the credentials of IMDS', {}, DOCUMENT],
    ['the role list of IMDS', {}, ROLE_LIST],
    ['an unknown path', {}, '/latest/meta-data/none'],
    ['an ECS path without an id', { shapes: ['ecs'] }, '/v2/credentials/'],
    ['an EKS request without a token', { shapes: ['eks'] }, '/v1/credentials'],
    ['a status fault', { faults: ['503'] }, DOCUMENT],
    ['a malformed fault', { faults: ['malformed'] }, DOCUMENT],
    ['an empty fault', { faults: ['empty'] }, DOCUMENT],
    ['a body fault', { faults: ['body=é'] }, DOCUMENT],
    ['a field fault', { faults: ['field=Code'] }, DOCUMENT],
    ['a header fault', { faults: ['header=Content-Type:text/html', 'header=Server'] }, DOCUMENT],
    ['a header fault that states a short length', { faults: ['header=Content-Length:5'] }, DOCUMENT],
    ['a clock-skew fault', { faults: ['clock-skew=5m'] }, ROLE_LIST],
    ['a truncate fault', { faults: ['truncate'] }, DOCUMENT],
  ] satisfies [string, SimulatedOptions, string][])(
    'the response in memory equals the response over a socket: %s',
    async ([, options, path]) => {
      const { origin } = await startSimulated({ ...options, clock: new FakeClock(NOW) });
      const overSocket = await sendRequest(origin, 'GET', path, { Connection: 'close' });
      const response = get(options, path);
      if (response.outcome !== 'complete' && response.outcome !== 'truncated') {
        throw new Error(response.outcome);
      }
      const names = response.headers.map(([name]) => name);
      expect(response.status).toBe(overSocket.status);
      expect(overSocket.names.filter((name) => name !== 'Connection')).toEqual(
        names.filter((name) => name !== 'Connection'),
      );
      const received = overSocket.body.slice(0, Number(overSocket.headers.get('content-length')));
      expect(withoutSecrets(response.body.toString('latin1'))).toBe(withoutSecrets(received));
    },
  );
});

/** Both simulations have the same seed, so key ids agree; only the error id of EKS is random. */
const withoutSecrets = (text: string) => text.replace(/[\da-f-]{36}/g, 'UUID');

test('a HEAD response has the headers and no body', () => {
  const response = get({}, DOCUMENT, 'HEAD');
  expect(response).toMatchObject({ outcome: 'complete', status: 200 });
  expect('body' in response && response.body.length).toBe(0);
});

test.for([
  ['reset', { outcome: 'reset', delayMs: 0 }],
  ['stall', { outcome: 'silent', delayMs: 0 }],
  ['stall=3s', { outcome: 'complete', delayMs: 3000 }],
  ['truncate', { outcome: 'truncated', delayMs: 0 }],
  ['header=Content-Length:99999', { outcome: 'truncated', delayMs: 0 }],
] as const)('the fault %s delivers %o', ([fault, delivery]) => {
  expect(get({ faults: [fault] }, DOCUMENT)).toMatchObject(delivery);
});

test('a foreign host name is rejected', () => {
  const endpoint = createInMemoryEndpoint(createTestSimulation({}, NOW));
  const request = { method: 'GET', url: DOCUMENT, headers: { host: 'attacker.example' } };
  expect(endpoint(request, NOW)).toMatchObject({ outcome: 'complete', status: 403 });
});

test('an absolute URL and its query reach the endpoint', () => {
  const simulation = createTestSimulation({ shapes: ['ecs'] }, NOW);
  const url = `http://169.254.170.2/v1/credentials?id=${simulation.credentialsId}`;
  const response = createInMemoryEndpoint(simulation)({ method: 'GET', url, headers: HOST }, NOW);
  expect(response).toMatchObject({ outcome: 'complete', status: 200 });
});
