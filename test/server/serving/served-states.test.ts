import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import type { ServedCredentials } from '../../../src/server/served-credentials.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { createRole, createServed, startServed } from '../../support/server/served-endpoint.ts';
import { isThorough } from '../../support/thorough.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

const KEYS = ['AccessKeyId', 'SecretAccessKey', 'Token'];

const secret = fc
  .constantFrom('', 'CANARY', 'CANARY+/=', '"}\\\u0000\n\u2028é')
  .map((text) => new Secret(text));

const instant = fc.oneof(
  fc.constantFrom(NOW - 1000, NOW - 1, NOW, NOW + 1, NOW + 999, NOW + 1000, NOW + 1001, NOW + 3_600_000),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, 8.64e15, 2 ** 53),
  fc.double(),
);

const accountId = fc.constantFrom(null, '111122223333');

/** What a role can return: nothing, valid credentials, or credentials with a defect. */
const credentials: fc.Arbitrary<ServedCredentials | null> = fc.oneof(
  fc.constant(null),
  fc.constant(createServed('loader', { issuedAt: NOW - 1000, expiration: NOW + 3_600_000 })),
  fc
    .record({
      accessKeyId: secret,
      secretAccessKey: secret,
      sessionToken: secret,
      expiration: instant,
      accountId,
    })
    .map((changes) => createServed('loader', { issuedAt: NOW - 1000, ...changes })),
  fc.record({ issuedAt: instant, expiration: instant }).map((changes) => createServed('loader', changes)),
);

const PATHS = [
  '/latest/meta-data/iam/security-credentials/loader',
  '/loader/latest/meta-data/iam/security-credentials/loader',
  '/2021-03-23/meta-data/iam/security-credentials/loader/x',
  '/latest/meta-data/iam/info',
  '/latest/dynamic/instance-identity/document',
  '/latest/meta-data/',
];

test('no response is a success with an empty or expired credential, in any state of the role and for any request', async () => {
  const { clock } = createStoppedClock(NOW);
  const role = createRole();
  let offset = 0;
  role.getClockOffset = () => offset;
  const served = await startServed({ roles: [role], shapes: SHAPES, allowV1: true, clock });
  const containers = served.environments.flatMap(({ variables }) => {
    const uri = variables.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    const file = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
    const token = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? (file && readFileSync(file, 'utf8'));
    return uri === undefined ? [] : [{ path: new URL(uri).pathname, Authorization: token ?? '' }];
  });
  const request = fc.oneof(
    fc.constantFrom(...PATHS.map((path) => ({ path, Authorization: '' })), ...containers),
    fc.record({
      path: fc.constantFrom(...containers.map(({ path }) => path)),
      Authorization: fc.constantFrom('', 'x'),
    }),
  );
  let successes = 0;
  await fc.assert(
    fc.asyncProperty(
      credentials,
      request,
      fc.constantFrom('GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT'),
      fc.constantFrom(0, 0, 0, -60, 3600, 0.5, Number.NaN),
      async (state, { path, Authorization }, method, clockOffset) => {
        role.credentials = state;
        offset = clockOffset;
        const { status, body, headers } = await served.send(method, path, { Authorization });
        expect([200, 400, 401, 403, 404, 405, 503]).toContain(status);
        if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        if (status !== 200) expect(body).not.toContain('CANARY');
        if (status !== 200 || method === 'HEAD' || !body.includes('AccessKeyId')) return;
        successes += 1;
        const fields = JSON.parse(body);
        for (const name of KEYS) expect(fields[name]?.length, name).toBeGreaterThan(0);
        expect(fields.Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(Date.parse(fields.Expiration)).toBeGreaterThan(NOW - clockOffset * 1000);
        for (const value of Object.values(fields)) expect(value).not.toBeNull();
      },
    ),
    { numRuns: isThorough ? 5000 : 300 },
  );
  expect(successes).toBeGreaterThan(10);
  expect(served.errors).toEqual([]);
});
